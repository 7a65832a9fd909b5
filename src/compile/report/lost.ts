/** Which weights a deployment loses, and which neurons nothing excites any more because of that. */

import { dendriteCodes } from '../../chips/family.ts';
import type { NamedNeuron, Names } from '../front/names.ts';
import { firstFew } from '../front/names.ts';
import type { MergedPopulation, WeightedSynapses } from '../network.ts';
import type { QuantisedList } from '../passes/quantise-cores.ts';

/** A neuron some of whose weights were too small for the codes of its core. */
export interface LostWeights extends NamedNeuron {
  /** Weights that became zero. */
  readonly lost: number;
  /** Weights that it had. */
  readonly weights: number;
}

/** Synapses before and after quantisation. */
export interface QuantisedSynapses {
  readonly before: WeightedSynapses;
  readonly after: QuantisedList;
}

/** Counts the weights that are lost to zero, neuron by neuron. */
export function lostWeights(lists: readonly QuantisedSynapses[], names: Names): LostWeights[] {
  const counts = new Map<number, { lost: number; weights: number }>();
  for (const { before, after } of lists) {
    for (let i = 0; i < before.post.length; i++) {
      const n = before.post[i]!;
      let own = counts.get(n);
      if (own === undefined) {
        own = { lost: 0, weights: 0 };
        counts.set(n, own);
      }
      own.weights++;
      if (after.codes[i] === 0) own.lost++;
    }
  }
  return [...counts]
    .filter(([, { lost }]) => lost > 0)
    .sort(([a], [b]) => a - b)
    .map(([n, own]) => ({ ...names.nameOf(n), ...own }));
}

/** Says which weights are lost. */
export function describeLostWeights(lost: readonly LostWeights[]): string[] {
  if (lost.length === 0) return [];
  const total = lost.reduce((sum, own) => sum + own.lost, 0);
  const named = lost.map(
    ({ population, index, lost: own, weights }) => `${population}[${index}] (${own} of ${weights})`,
  );
  return [`${total} weights are too small and become zero: ${firstFew(named)}`];
}

/** Whether a dendrite holds its neuron back. */
export function inhibits(dendrite: number): boolean {
  return dendrite === dendriteCodes.gaba || dendrite === dendriteCodes.shunt;
}

/** Neurons that something can excite: input channels, their own current, or neurons that something excites. */
function excitable(
  { input, recurrent, parameters, neurons }: MergedPopulation,
  exists: (list: 'input' | 'recurrent', i: number) => boolean,
): Uint8Array {
  const { Idc, Itau_mem } = parameters;
  // A current that does not exceed the leak never makes a neuron fire.
  const alive = Uint8Array.from({ length: neurons }, (_, n) => Number(Idc[n]! > Itau_mem[n]!));
  const excites = (name: 'input' | 'recurrent', i: number): boolean =>
    !inhibits((name === 'input' ? input : recurrent).dendrite[i]!) && exists(name, i);
  for (let i = 0; i < input.post.length; i++) if (excites('input', i)) alive[input.post[i]!] = 1;
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < recurrent.post.length; i++) {
      const post = recurrent.post[i]!;
      if (alive[post] === 1 || alive[recurrent.pre[i]!] === 0) continue;
      if (!excites('recurrent', i)) continue;
      alive[post] = 1;
      changed = true;
    }
  }
  return alive;
}

/** Finds neurons that something excited before quantisation, and nothing does after it. */
export function silencedNeurons(
  population: MergedPopulation,
  after: { readonly input: QuantisedList; readonly recurrent: QuantisedList },
): number[] {
  const lostAny = [after.input, after.recurrent].some(({ codes }) => codes.includes(0));
  if (!lostAny) return [];
  const before = excitable(population, () => true);
  const now = excitable(population, (list, i) => after[list].codes[i] !== 0);
  return Array.from(before.keys()).filter((n) => before[n] === 1 && now[n] === 0);
}

/** Says which neurons nothing excites any more, and where that begins. */
export function describeSilenced(
  silenced: readonly number[],
  lost: readonly LostWeights[],
  names: Names,
): string[] {
  if (silenced.length === 0) return [];
  const first = lost.find(({ population, index }) =>
    silenced.includes(names.neuronOf(population, index)),
  );
  const cause =
    first === undefined
      ? ''
      : `, first of all ${first.population}[${first.index}], ${first.lost} of whose ${first.weights} weights are too small for the codes of its core`;
  return [`nothing excites ${names.listOf(silenced)} any more${cause}`];
}
