import type { QuantisedList, WeightList } from './core-quantise.ts';
import type { Moves } from './moved.ts';
import type { NamedNeuron, Names } from './names.ts';
import type { SilentNeuron } from './silence.ts';

/** Neurons that a remark names. */
const shown = 8;

/** Moves below this are what a bias generator does to every current. */
const worthTelling = 0.1;

const percent = (fraction: number): string => `${(100 * fraction).toFixed(0)} %`;

/** A neuron some of whose weights were too small for four bits. */
export interface LostWeights extends NamedNeuron {
  /** Weights that became zero. */
  readonly lost: number;
  /** Weights that it had. */
  readonly weights: number;
}

/** Counts the weights that are lost to zero, neuron by neuron. */
export function lostWeights(
  lists: readonly { readonly before: WeightList; readonly after: QuantisedList }[],
  names: Names,
): LostWeights[] {
  const counts = new Map<number, { lost: number; weights: number }>();
  for (const { before, after } of lists) {
    for (const [i, n] of before.post.entries()) {
      const own = counts.get(n) ?? { lost: 0, weights: 0 };
      counts.set(n, own);
      own.weights++;
      if (after.masks[i] === 0) own.lost++;
    }
  }
  return [...counts]
    .filter(([, { lost }]) => lost > 0)
    .sort(([a], [b]) => a - b)
    .map(([n, own]) => ({ ...names.nameOf(n), ...own }));
}

/** Says which weights are lost. */
export function losses(lost: readonly LostWeights[]): string[] {
  if (lost.length === 0) return [];
  const total = lost.reduce((sum, own) => sum + own.lost, 0);
  const named = lost
    .slice(0, shown)
    .map(
      ({ population, index, lost: own, weights }) =>
        `${population} ${index} (${own} of ${weights})`,
    );
  const rest = lost.length > shown ? ` and ${lost.length - shown} more neurons` : '';
  return [`${total} weights are too small and become zero: ${named.join(', ')}${rest}`];
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
