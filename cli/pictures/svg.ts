import { printable } from 'spikeline/problems';
import { theme } from './theme.ts';

/** Holds the attributes of an element; an `undefined` one is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Describes where and how a line of text stands. */
export interface TextStyle {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: 'bold';
  readonly fill?: string;
  readonly rotate?: number;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for use in element content and in attribute values; what XML cannot carry is written out. */
export function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Formats a coordinate in as few digits as a hundredth of a pixel needs. */
export function num(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return Number.isFinite(rounded) ? String(rounded === 0 ? 0 : rounded) : '0';
}

/** Builds an element; `children` are markup already. */
export function element(name: string, attributes: Attributes, children = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? num(value) : escapeXml(value!)}"`,
    )
    .join('');
  return children === '' ? `<${name}${written}/>` : `<${name}${written}>${children}</${name}>`;
}

/** Builds one line of escaped text. */
export function text(content: string, style: TextStyle): string {
  const { x, y, size = theme.size.label, anchor, weight, fill = theme.ink, rotate } = style;
  return element(
    'text',
    {
      x,
      y,
      'font-size': size,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': weight,
      fill,
      transform: rotate === undefined ? undefined : `rotate(${num(rotate)} ${num(x)} ${num(y)})`,
    },
    escapeXml(content),
  );
}

/** Builds a path, or nothing when it has no data. */
export function path(data: string, attributes: Attributes): string {
  return data === '' ? '' : element('path', { d: data, ...attributes });
}
