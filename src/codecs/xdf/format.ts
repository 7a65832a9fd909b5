/** The form of XDF, the Extensible Data Format of Lab Streaming Layer, version 1.0 (github.com/sccn/xdf). */

/** First bytes of a file. */
export const xdfMagic: Uint8Array = new TextEncoder().encode('XDF:');

/** Tags of chunks. */
export const xdfTags = {
  fileHeader: 1,
  streamHeader: 2,
  samples: 3,
  clockOffset: 4,
  boundary: 5,
  streamFooter: 6,
} as const;

/** What a chunk of tag 5 holds: a place to go on from where bytes are damaged. */
export const xdfBoundary: Uint8Array = Uint8Array.of(
  ...[0x43, 0xa5, 0x46, 0xdc, 0xcb, 0xf5, 0x41, 0x0f],
  ...[0xb3, 0x0e, 0xd5, 0x46, 0x73, 0x83, 0xcb, 0xe4],
);

/** Largest chunk that is read, bytes. */
export const largestXdfChunk: number = 2 ** 28;

/** How the values of a channel are written: how many bytes each has, 0 of texts. */
export const xdfFormats = {
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  double64: 8,
  string: 0,
} as const;

/** Name of a form of values. */
export type XdfFormat = keyof typeof xdfFormats;

/** Reads a value of a form. */
export function xdfValue(view: DataView, at: number, format: XdfFormat): number {
  switch (format) {
    case 'int8':
      return view.getInt8(at);
    case 'int16':
      return view.getInt16(at, true);
    case 'int32':
      return view.getInt32(at, true);
    case 'int64':
      return Number(view.getBigInt64(at, true));
    case 'float32':
      return view.getFloat32(at, true);
    case 'double64':
      return view.getFloat64(at, true);
    case 'string':
      return Number.NaN;
  }
}

/** A length of 1, 4 or 8 bytes, told by the byte before it. */
export interface VariableLength {
  readonly value: number;
  /** Where it ends. */
  readonly end: number;
}

/** Reads a length; `more` if bytes are missing, undefined if there is none. */
export function variableLength(view: DataView, at: number): VariableLength | 'more' | undefined {
  if (at >= view.byteLength) return 'more';
  const bytes = view.getUint8(at);
  if (bytes !== 1 && bytes !== 4 && bytes !== 8) return undefined;
  const end = at + 1 + bytes;
  if (end > view.byteLength) return 'more';
  if (bytes === 1) return { value: view.getUint8(at + 1), end };
  if (bytes === 4) return { value: view.getUint32(at + 1, true), end };
  const value = Number(view.getBigUint64(at + 1, true));
  return Number.isSafeInteger(value) ? { value, end } : undefined;
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

/** Text of XML as it is meant. */
function plainText(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole;
    const hex = name[1] === 'x' || name[1] === 'X';
    const code = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Text as XML holds it. */
export function xmlText(text: string): string {
  return text.replace(/[<>&"']/g, (one) => {
    const [name] = Object.entries(entities).find(([, sign]) => sign === one)!;
    return `&${name};`;
  });
}

/** The text of the first element of a name; undefined if there is none. Elements of the same name inside it are not told apart. */
export function xmlElement(xml: string, name: string): string | undefined {
  const open = xml.indexOf(`<${name}>`);
  if (open < 0) return undefined;
  const from = open + name.length + 2;
  const to = xml.indexOf(`</${name}>`, from);
  return to < 0 ? undefined : plainText(xml.slice(from, to).trim());
}
