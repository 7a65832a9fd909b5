/** Holds the least and the greatest value of an axis. */
export type Interval = readonly [low: number, high: number];

/** Maps a value to a coordinate. */
export type Scale = (value: number) => number;

/** Maps `domain` linearly to `range`. */
export function linearScale(domain: Interval, range: Interval): Scale {
  const [low, high] = domain;
  const slope = high === low ? 0 : (range[1] - range[0]) / (high - low);
  return (value) => range[0] + (value - low) * slope;
}

/** Finds the extent of the finite values, widened where they leave no room for an axis. */
export function extentOf(values: Iterable<number>): Interval {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  if (high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high))) return [low, high];
  const room = low === 0 ? 1 : Math.abs(low) / 2;
  return [low - room, high + room];
}

/** Finds the step of the form 1, 2 or 5 times a power of ten that comes nearest to `target` steps. */
export function niceStep(span: number, target: number): number {
  const raw = span / Math.max(1, target);
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

/** Widens an interval to whole nice steps. */
export function niceInterval([low, high]: Interval, target = 6): Interval {
  const step = niceStep(high - low, target);
  return [snap(Math.floor(low / step + 1e-9) * step), snap(Math.ceil(high / step - 1e-9) * step)];
}

/** Widens an interval to those nice steps that it nearly reaches. */
export function nearlyNiceInterval([low, high]: Interval, target = 6): Interval {
  const [lower, higher] = niceInterval([low, high], target);
  const near = (high - low) * 0.03;
  return [low - lower < near ? lower : low, higher - high < near ? higher : high];
}

/** Lists the multiples of a nice step that lie inside an interval. */
export function niceTicks([low, high]: Interval, target = 6, leastStep = 0): readonly number[] {
  const step = Math.max(leastStep, niceStep(high - low, target));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    snap((first + index) * step),
  );
}

/** Writes the ticks of one axis, all with the same number of decimals. */
export function formatTicks(ticks: readonly number[]): readonly string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs));
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : largest || 1;
  const exponent = largest === 0 ? 0 : Math.floor(Math.log10(largest) + 1e-9);
  if (exponent >= 6 || exponent < -3) {
    const decimals = decimalsOf(step / 10 ** exponent);
    return ticks.map((tick) =>
      tick === 0 ? '0' : `${plain(tick / 10 ** exponent, decimals)}×10${superscript(exponent)}`,
    );
  }
  const decimals = decimalsOf(step);
  return ticks.map((tick) => plain(tick, decimals));
}

function snap(value: number): number {
  return Number(value.toPrecision(14));
}

function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 9; decimals++) {
    if (Math.abs(step - Number(step.toFixed(decimals))) < step * 1e-6) return decimals;
  }
  return 9;
}

function plain(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole!.length > 4 ? whole!.replace(/\B(?=(\d{3})+$)/g, '\u00a0') : whole!;
  return `${value < 0 ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** Writes a whole number in raised digits. */
export function superscript(exponent: number): string {
  return [...String(exponent)]
    .map((character) => (character === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(character)]!))
    .join('');
}
