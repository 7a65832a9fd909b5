import { printable } from 'spikeline/problems';

/** Lays rows out in columns; the first row is the heading. Cells may hold names from outside. */
export function columns(given: readonly (readonly string[])[]): string {
  const rows = given.map((cells) => cells.map(printable));
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((cells) => cells[c]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, c) => (c === 0 ? text.padEnd(widths[c]!) : text.padStart(widths[c]!)))
      .join('   ');
  const [heading, ...body] = rows.map(line);
  return [heading!, '─'.repeat(heading!.length), ...body].join('\n');
}
