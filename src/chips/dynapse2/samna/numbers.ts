/** JSON whose numbers keep every digit, also those that a double would round. */

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** What a number must hold that a double would round, or write in another way. */
const suspicious = /\d{16}|\d[.eE]|-0/;
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
  if (!suspicious.test(text)) return { value, mark: '' };
  const long = new Set<string>();
  for (const [token] of text.matchAll(tokens)) {
    if (suspicious.test(token) && !token.startsWith('"') && !isExact(token)) long.add(token);
  }
  if (long.size === 0) return { value, mark: '' };
  const mark = markFor(text);
  const marked = text.replaceAll(tokens, (token) =>
    long.has(token) ? `"${mark}${token}"` : token,
  );
  return { value: JSON.parse(marked), mark };
}

/** Writes JSON; undoes {@link parseLong}. */
export function stringifyLong({ value, mark }: LongDocument): string {
  const text = JSON.stringify(value);
  return mark === '' ? text : text.replaceAll(new RegExp(`"${mark}(-?\\d[^"]*)"`, 'g'), '$1');
}
