// Draws runs as SVG: for each number that is shown a panel, in it a line for each run.

/** A panel of a picture. */
export interface Panel {
  readonly title: string;
  /** Smallest and largest value of the upright axis. */
  readonly range: readonly [min: number, max: number];
  /** Values of each run, evenly over the time of the picture. */
  readonly lines: readonly (readonly number[])[];
}

const [width, height, left, top, gap] = [760, 130, 60, 34, 34];

/**
 * A picture of panels below each other, of so many seconds, some of which are marked: the first line of each panel is drawn last and in black,
 * the others in colour.
 */
export function picture(
  panels: readonly Panel[],
  seconds: number,
  marked: readonly number[] = [],
): string {
  const colours = ['#000000', '#4477aa', '#66ccee', '#228833', '#ccbb44', '#ee6677'];
  const x = (share: number) => left + share * width;
  const parts = panels.flatMap(({ title, range: [min, max], lines }, p) => {
    const base = top + p * (height + gap);
    const y = (value: number) => base + height * (1 - (value - min) / (max - min));
    const label = (value: number) =>
      `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`;
    const drawn = lines.map((values, i) => {
      const points = values.map(
        (value, k) => `${x(k / (values.length - 1)).toFixed(1)},${y(value).toFixed(1)}`,
      );
      const stroke = colours[i % colours.length]!;
      return `<polyline fill="none" stroke="${stroke}" stroke-width="${i === 0 ? 1.6 : 1}" points="${points.join(' ')}"/>`;
    });
    return [
      `<text x="${left}" y="${base - 8}">${title}</text>`,
      `<rect x="${left}" y="${base}" width="${width}" height="${height}" fill="none" stroke="#999"/>`,
      ...new Set([min, Math.max(min, 0), max].map(label)),
      ...marked.map((time) => {
        const at = x(time / seconds);
        return `<line x1="${at}" y1="${base}" x2="${at}" y2="${base + height}" stroke="#aa3377" stroke-dasharray="4 3"/>`;
      }),
      ...drawn.reverse(),
    ];
  });
  const bottom = top + panels.length * (height + gap);
  const apart = seconds < 2 ? 0.1 : 5;
  for (let k = 0; k * apart <= seconds + 1e-9; k++) {
    const second = Math.round(k * apart * 10) / 10;
    parts.push(
      `<text x="${x(second / seconds)}" y="${bottom - 16}" text-anchor="middle">${second} s</text>`,
    );
  }
  const size = `width="${left + width + 20}" height="${bottom}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">
<title>${panels.map(({ title }) => title).join('; ')}</title>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}
