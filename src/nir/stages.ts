import { match, P } from 'ts-pattern';
import type { Matrix } from '../matrix.ts';
import { delay } from '../stages/delay/definition.ts';
import type { FiringConfig } from '../stages/firing.ts';
import { integrateAndFire } from '../stages/integrate-and-fire/definition.ts';
import { integrator } from '../stages/integrator/definition.ts';
import { type LiConfig, li } from '../stages/li/definition.ts';
import { lif } from '../stages/lif/definition.ts';
import { linear } from '../stages/linear/definition.ts';
import { scale } from '../stages/scale/definition.ts';
import type { StageDefinition } from '../stages/stage.ts';
import { threshold } from '../stages/threshold/definition.ts';
import type { FlatNode } from './flatten.ts';
import type {
  NirArray,
  NirCubaLi,
  NirCubaLif,
  NirIntegrateAndFire,
  NirLeakyIntegrator,
  NirLif,
} from './graph.ts';

/** What a node is told when it becomes a stage. */
export interface NodePlace {
  readonly name: string;
  /** Number of channels that leave the node. */
  readonly size: number;
  /** Step, seconds. */
  readonly dt: number;
  /** Weights of what comes back from it to itself. */
  readonly recurrent?: Matrix;
}

/** Turns weights `[post, pre]` into a matrix `[pre][post]`. */
export function transposed({ shape, values }: NirArray): Matrix {
  const [columns, rows] = [shape.at(-2)!, shape.at(-1)!];
  const turned = new Float64Array(rows * columns);
  for (let post = 0; post < columns; post++) {
    // Adding zero turns -0, which JSON does not know, into 0.
    for (let pre = 0; pre < rows; pre++)
      turned[pre * columns + post] = values[post * rows + pre]! + 0;
  }
  return { rows, columns, values: turned };
}

/** A number for each of `size` channels; a single one counts for all. */
export function listOf({ values }: NirArray, size: number): number[] {
  return values.length === 1 ? new Array<number>(size).fill(values[0]!) : Array.from(values);
}

/** The stage that a node becomes; undefined where there is none for it. */
export function stageOf(node: FlatNode, place: NodePlace): StageDefinition | undefined {
  const { name, size, dt, recurrent } = place;
  const list = (array: NirArray): number[] => listOf(array, size);
  const population = { name, neurons: size, dt };
  const back = recurrent === undefined ? {} : { recurrent };
  return match(node)
    .returnType<StageDefinition | undefined>()
    .with({ type: 'Linear' }, ({ weight }) => linear({ name, weight: transposed(weight) }))
    .with({ type: 'Affine' }, ({ weight, bias }) =>
      linear({ name, weight: transposed(weight), bias: list(bias) }),
    )
    .with({ type: 'Scale' }, (node) => scale({ name, scale: list(node.scale) }))
    .with({ type: 'Delay' }, (node) => delay({ name, channels: size, dt, delay: list(node.delay) }))
    .with({ type: 'Threshold' }, (node) => threshold({ name, threshold: list(node.threshold) }))
    .with({ type: 'I' }, ({ r }) => integrator({ ...population, resistance: list(r) }))
    .with({ type: 'IF' }, (node) =>
      integrateAndFire({ ...population, resistance: list(node.r), ...firing(node, list), ...back }),
    )
    .with({ type: 'LI' }, { type: 'CubaLI' }, (node) =>
      li({ ...population, ...membrane(node, list) }),
    )
    .with({ type: 'LIF' }, { type: 'CubaLIF' }, (node) =>
      lif({ ...population, ...membrane(node, list), ...firing(node, list), ...back }),
    )
    .with({ type: P.union('Conv1d', 'Conv2d', 'SumPool2d', 'AvgPool2d') }, () => undefined)
    .with({ type: P.union('Input', 'Output', 'Flatten', 'unknown') }, () => undefined)
    .exhaustive();
}

type Lister = (array: NirArray) => number[];

function membrane(
  node: NirLeakyIntegrator | NirLif | NirCubaLi | NirCubaLif,
  list: Lister,
): Pick<LiConfig, 'tauMem' | 'tauSyn' | 'resistance' | 'leak' | 'inputWeight'> {
  const { r, v_leak } = node;
  const common = { resistance: list(r), leak: list(v_leak) };
  if ('tau' in node) return { tauMem: list(node.tau), ...common };
  const { tau_mem, tau_syn, w_in } = node;
  return { tauMem: list(tau_mem), tauSyn: list(tau_syn), inputWeight: list(w_in), ...common };
}

function firing(
  { v_threshold, v_reset }: NirIntegrateAndFire | NirLif | NirCubaLif,
  list: Lister,
): Pick<FiringConfig, 'threshold' | 'reset'> {
  return { threshold: list(v_threshold), reset: list(v_reset) };
}
