/** Text from outside as it may be printed. */

/** What a terminal obeys, what turns or hides letters, and halves of letters. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]|\p{Surrogate}|[\u{e0000}-\u{e0fff}]/gu;

const usual: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function written(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return (
    usual[character] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
  );
}

/**
 * Writes out what a terminal would obey and what would turn or hide letters, as it is written in a program.
 *
 * @example
 * ```ts
 * printable('a\u001b[31m\n').length; // 13
 * ```
 */
export function printable(text: string): string {
  // Messages are made of it, and must not fail themselves.
  return typeof text === 'string' ? text.replace(unprintable, written) : '';
}

/** The same for text of several lines, which stay lines. */
export function printableLines(text: string): string {
  return typeof text === 'string' ? text.split('\n').map(printable).join('\n') : '';
}
