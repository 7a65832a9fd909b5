import type { QuantisedList, WeightList } from './core-quantise.ts';
import type { Moves } from './moved.ts';
import type { Names } from './names.ts';
import type { SilentNeuron } from './silence.ts';

/** Moves below this are what a bias generator does to every current. */
const worthTelling = 0.1;

const percent = (fraction: number): string => `${(100 * fraction).toFixed(0)} %`;

/** Says which weights are lost to zero, neuron by neuron. */
export function lostWeights(
  lists: readonly { readonly before: WeightList; readonly after: QuantisedList }[],
  names: Names,
): string[] {
  const lost = new Map<number, number>();
  let count = 0;
  for (const { before, after } of lists) {
    for (const [i, n] of before.post.entries()) {
      count++;
      if (after.masks[i] === 0) lost.set(n, (lost.get(n) ?? 0) + 1);
    }
  }
  if (lost.size === 0) return [];
  const total = [...lost.values()].reduce((sum, own) => sum + own, 0);
  const where = names.listOf(
    [...lost.keys()].sort((a, b) => a - b),
    (n) => ` (${lost.get(n)})`,
  );
  return [`${total} of ${count} weights are too small and become zero: ${where}`];
}

/** Says which neuron moved farthest from what was asked, where that is far. */
export function farMoves({ changes, largest }: Moves, names: Names): string[] {
  if (largest === undefined || Math.abs(largest.change) < worthTelling) return [];
  const { neuron, parameter, asked, given, change } = largest;
  const neurons = new Set(
    Object.values(changes).flatMap((values) =>
      Array.from(values.keys()).filter((n) => Math.abs(values[n]!) >= worthTelling),
    ),
  );
  const unit = parameter.startsWith('t') ? 's' : 'A';
  return [
    `${neurons.size} neurons moved by ${percent(worthTelling)} or more, most of all ${names.textOf(neuron)}: its ${parameter} is ${given.toPrecision(3)} ${unit}, not ${asked.toPrecision(3)} ${unit} (${change > 0 ? '+' : '−'}${percent(Math.abs(change))}); similar neurons can share a core: cluster { method: 'similar' }`,
  ];
}

/** Says which neurons fell silent, and why. */
export function silences(silent: readonly SilentNeuron[]): string[] {
  return silent.map(
    ({ population, index, spikes, cause }) =>
      `${population} ${index} falls silent, ${spikes} spikes before: ${cause}`,
  );
}
