const prefixes = ['a', 'f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G'] as const;
const unprefixed = prefixes.indexOf('');

/** Writes a quantity with three digits and the prefix that keeps it between 1 and 1000, such as `5.32 pA`. */
export function engineering(value: number, unit: string): string {
  if (!Number.isFinite(value)) return `∞ ${unit}`;
  const rounded = Number(value.toPrecision(3));
  if (rounded === 0) return `0 ${unit}`;
  const power = Math.floor(Math.log10(Math.abs(rounded)) / 3 + 1e-9);
  const chosen = Math.min(prefixes.length - 1, Math.max(0, power + unprefixed));
  const scaled = Number((rounded / 1000 ** (chosen - unprefixed)).toPrecision(3));
  return `${scaled} ${prefixes[chosen]}${unit}`;
}

/** Parts of a list of numbers that are written out. */
const mostParts = 12;

/** Writes numbers in ascending order as ranges, such as `0…3, 7`; the parts of a long list are counted. */
export function ranges(numbers: readonly number[]): string {
  const parts: [first: number, last: number][] = [];
  for (const value of numbers) {
    const open = parts.at(-1);
    if (open !== undefined && open[1] === value - 1) open[1] = value;
    else parts.push([value, value]);
  }
  const written = parts
    .slice(0, mostParts)
    .map(([first, last]) => (first === last ? `${first}` : `${first}…${last}`));
  const more = parts.slice(mostParts).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return more === 0 ? written.join(', ') : `${written.join(', ')} and ${more} more`;
}

/** A number of things, in the singular where it is one. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
