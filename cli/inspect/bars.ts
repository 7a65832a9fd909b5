const mostBars = 12;
const widest = 32;

/** Counts of whole numbers, in bins of equal width where there are many different ones. */
function binsOf(values: readonly number[]): { readonly label: string; readonly count: number }[] {
  const min = Math.min(...values);
  const max = Math.max(...values);
  const width = Math.ceil((max - min + 1) / mostBars);
  const bins = Array.from({ length: Math.ceil((max - min + 1) / width) }, (_, bin) => {
    const first = min + bin * width;
    return { label: width === 1 ? `${first}` : `${first}…${first + width - 1}`, first };
  });
  return bins.map(({ label, first }) => ({
    label,
    count: values.filter((value) => value >= first && value < first + width).length,
  }));
}

/** Draws a histogram of whole numbers in text, a line for each bar. */
export function bars(values: readonly number[]): string[] {
  if (values.length === 0) return [];
  const bins = binsOf(values);
  const highest = Math.max(...bins.map(({ count }) => count));
  const labels = Math.max(...bins.map(({ label }) => label.length));
  return bins.map(({ label, count }) => {
    const bar = '█'.repeat(Math.ceil((count / highest) * widest));
    return `${label.padStart(labels)} ${bar}${bar === '' ? '' : ' '}${count}`;
  });
}
