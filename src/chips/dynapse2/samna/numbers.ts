/** JSON whose numbers keep every digit, also those that a double would round. */

/** A number that a double may round, or write in another way: with a fraction, a power of ten, many digits or -0. */
const suspicious = /-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)|-?\d{16,}|-0/g;
const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number in one form: sign, digits without zeros around them, power of ten. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return `${sign}0`;
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - short.length);
  return `${sign}${short}e${power}`;
}

/** Whether a double is all that a number of JSON says. */
function isExact(text: string): boolean {
  const value = Number(text);
  const plain = JSON.stringify(value);
  return plain === text || (Number.isFinite(value) && canonical(plain) === canonical(text));
}

/** A document of JSON whose long numbers are texts that begin with a mark. */
export interface LongDocument {
  readonly value: unknown;
  /** What the texts begin with that stand for numbers; no other text in the document holds it. */
  readonly mark: string;
}

/** A mark that no text of a document holds. */
function markFor(text: string): string {
  // Texts may be written with escapes.
  const plain = text.includes('\\u') ? JSON.stringify(JSON.parse(text)) : text;
  for (let i = 0; ; i++) {
    const mark = `number ${i === 0 ? '' : `${i} `}`;
    if (!plain.includes(mark)) return mark;
  }
}

/** Where the string ends that opens at `open`, in sound JSON: after its last quote. */
function stringEnd(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); ; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
}

/** The numbers of sound JSON that a double would round, with their places; documents are large and such numbers few. */
function longNumbers(text: string): { readonly at: number; readonly token: string }[] {
  const found: { readonly at: number; readonly token: string }[] = [];
  let [open, end] = [text.indexOf('"'), 0];
  for (const { index: at, 0: token } of text.matchAll(suspicious)) {
    while (open >= 0 && open < at) {
      end = stringEnd(text, open);
      open = text.indexOf('"', end);
    }
    if (at >= end && !isExact(token)) found.push({ at, token });
  }
  return found;
}

/**
 * Parses JSON and keeps every digit of numbers that a double would round, such as addresses of 64 bits: they become
 * texts that {@link stringifyLong} knows by the mark they begin with.
 *
 * @throws SyntaxError if it is no JSON
 * @example
 * ```ts
 * stringifyLong(parseLong('[12345678901234567890]')); // '[12345678901234567890]'
 * ```
 */
export function parseLong(text: string): LongDocument {
  const value: unknown = JSON.parse(text);
  const long = longNumbers(text);
  if (long.length === 0) return { value, mark: '' };
  const mark = markFor(text);
  let marked = '';
  let done = 0;
  for (const { at, token } of long) {
    marked += `${text.slice(done, at)}"${mark}${token}"`;
    done = at + token.length;
  }
  return { value: JSON.parse(marked + text.slice(done)), mark };
}

/** Writes JSON; undoes {@link parseLong}. */
export function stringifyLong({ value, mark }: LongDocument): string {
  const text = JSON.stringify(value);
  return mark === '' ? text : text.replaceAll(new RegExp(`"${mark}(-?\\d[^"]*)"`, 'g'), '$1');
}
