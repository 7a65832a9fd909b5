/** Estimates the width of a text in DejaVu Sans, rather too wide than too narrow. */
export function textWidth(content: string, size: number, weight?: 'bold'): number {
  const ems = [...content].reduce((sum, character) => sum + emsOf(character), 0);
  return ems * size * (weight === 'bold' ? 1.12 : 1);
}

/** Breaks a text at its spaces into lines no wider than `width`. */
export function wrapText(
  content: string,
  size: number,
  width: number,
  weight?: 'bold',
): readonly string[] {
  const lines: string[] = [];
  for (const word of content.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size, weight) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

function emsOf(character: string): number {
  if (/[ijl.,:;'|! ]/.test(character)) return 0.33;
  if (/[frt()[\]/-]/.test(character)) return 0.42;
  if (/[mwMW@%∞]/.test(character)) return 0.98;
  if (/[A-Z=+<>&]/.test(character)) return 0.79;
  return character > '\u2e7f' ? 1 : 0.64;
}
