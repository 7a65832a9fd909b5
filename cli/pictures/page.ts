import { wrapText } from './measure.ts';
import { element, escapeXml, num, text } from './svg.ts';
import { theme } from './theme.ts';

/** Holds what a finished chart needs around its drawing. */
export interface Page {
  readonly title: string;
  readonly width: number;
  /** Draws everything below the title and tells where the page ends. */
  readonly draw: (top: number) => { readonly markup: string; readonly bottom: number };
}

const margin = 24;
const lineHeight = 21;

/** Composes a white page with a title, broken into lines where it is too long, and a drawing. */
export function page({ title, width, draw }: Page): string {
  const { size } = theme;
  const lines = wrapText(title, size.title, width - 2 * margin, 'bold');
  const heading = lines.map((line, index) =>
    text(line, {
      x: width / 2,
      y: margin + 10 + index * lineHeight,
      size: size.title,
      anchor: 'middle',
      weight: 'bold',
    }),
  );
  const { markup, bottom } = draw(margin + lines.length * lineHeight + 8);
  const height = Math.ceil(bottom);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${num(width)} ${num(height)}`,
      'font-family': theme.font,
      role: 'img',
    },
    element('title', {}, escapeXml(title)) +
      element('rect', { width, height, fill: theme.page }) +
      heading.join('') +
      markup,
  );
}
