/** What became of the weights, core by core, from the memories alone. */
import type { ChipReading, SynapseList } from '../../chips/family.ts';
import { hasDendrites } from '../../chips/switches.ts';
import { having, readOnce, refuse } from '../../options.ts';
import { within } from '../../problems.ts';
import type { Deployment } from '../deployment.ts';
import { memoryProblems } from '../deployment-check.ts';
import type { WeightedSynapses } from '../network.ts';

/** What became of the weights onto the neurons of one core. */
export interface CoreError {
  /** Chip on the board. */
  readonly chip: number;
  /** Core of the chip. */
  readonly core: number;
  /** Neurons of the network on this core. */
  readonly neurons: number;
  /** Weights that are not zero in the pipeline. */
  readonly weights: number;
  /** Those of them that are zero on the chip. */
  readonly lost: number;
  /** Mean squared error over the weights that are not zero, squared units of weight. */
  readonly mse: number;
  /** Its root, as a fraction of the root mean square of those weights; null without weights. */
  readonly relative: number | null;
}

/** Sums over the weights of a core. */
interface Sums {
  readonly chip: number;
  readonly core: number;
  neurons: number;
  weights: number;
  lost: number;
  squares: number;
  errors: number;
}

/** Weights by who sends, who listens and on which dendrite; several synapses add up. */
function weightsByCell(
  { pre, post, dendrite }: SynapseList,
  weights: Float64Array,
  cellOf: (pre: number, post: number, dendrite: number) => number,
): Map<number, number> {
  const cells = new Map<number, number>();
  for (let i = 0; i < pre.length; i++) {
    const cell = cellOf(pre[i]!, post[i]!, dendrite[i]!);
    cells.set(cell, (cells.get(cell) ?? 0) + weights[i]!);
  }
  return cells;
}

/**
 * Compares the weights that were asked for with those that the configuration gives, from memories and bias codes
 * alone: what the codes and the bias generator made of them. One entry for each core in use, in the
 * order of their first neurons.
 *
 * @throws InvalidArgumentError with everything that keeps it from being a deployment
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2 }));
 * coreErrors(deploy(net))[0]!.lost; // 0
 * ```
 */
export function coreErrors(
  deployment: Pick<
    Deployment<unknown>,
    'family' | 'configuration' | 'inputWords' | 'hardware' | 'population'
  >,
): CoreError[] {
  deployment = readOnce(deployment);
  let reading!: ChipReading;
  refuse('nothing can be compared', () => {
    const problems = within('deployment', memoryProblems(deployment));
    if (problems.length > 0) return problems;
    const { family, configuration, inputWords, hardware } = deployment;
    reading = family.read(configuration, { inputs: inputWords, hardware });
    return within('deployment.family.read()', having('a reading', 'weights')(reading));
  });
  const { hardware, population } = deployment;
  const { parameters } = population;
  const model = hasDendrites(parameters) ? 'dynapSe2' : 'dynapSim';
  const cores = new Map<string, Sums>();
  const sums = hardware.map(({ chip, core }) => {
    const key = `${chip}/${core}`;
    const own = cores.get(key) ?? {
      ...{ chip, core, neurons: 0, weights: 0, lost: 0, squares: 0, errors: 0 },
    };
    cores.set(key, own);
    own.neurons++;
    return own;
  });
  const cellOf = (pre: number, post: number, dendrite: number): number =>
    (pre * hardware.length + post) * 4 + dendrite;
  const compare = (asked: WeightedSynapses, given: SynapseList): void => {
    const found = weightsByCell(given, reading.weights(given, model), cellOf);
    const { pre, post, dendrite, weight } = asked;
    for (let i = 0; i < pre.length; i++) {
      const own = sums[post[i]!]!;
      const now = (found.get(cellOf(pre[i]!, post[i]!, dendrite[i]!)) ?? 0) / parameters.Iscale;
      own.weights++;
      own.lost += Number(now === 0);
      own.squares += weight[i]! ** 2;
      own.errors += (weight[i]! - now) ** 2;
    }
  };
  compare(population.input, reading.network.input);
  compare(population.recurrent, reading.network.recurrent);
  return [...cores.values()].map(({ squares, errors, ...own }) => ({
    ...own,
    mse: own.weights === 0 ? 0 : errors / own.weights,
    relative: own.weights === 0 ? null : Math.sqrt(errors / squares),
  }));
}
