import { match, P } from 'ts-pattern';
import { InvalidArgumentError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Firing } from '../stages/firing.ts';
import type { LeakyMembrane } from '../stages/li/definition.ts';
import type { Stage } from '../stages/stage.ts';
import type { Edge } from './edges.ts';
import type {
  NirArray,
  NirCubaLi,
  NirGraph,
  NirLeakyIntegrator,
  NirLif,
  NirNode,
} from './graph.ts';
import { nameProblems } from './write.ts';

/**
 * Turns a pipeline into a NIR graph, in float64; `dt` goes into its metadata. Nodes are named as the
 * stages, and the recurrent weights of `a` are the node `a.w_rec`. What {@link pipelineOfNir} makes of the
 * graph is the pipeline, but that NIR has no bias of neurons, which goes into `v_leak`, and no
 * `inputWeight` without a synapse, which goes into `r`: both act as before, up to rounding.
 *
 * @throws InvalidArgumentError with each stage that NIR has nothing for, and each name that no file takes
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[2]] }), lif({ neurons: 1, tauMem: 0.02, recurrent: [[-1]] }));
 * Object.keys(nirOfPipeline(net).nodes); // ["input", "linear0", "lif1", "lif1.w_rec", "output"]
 * ```
 */
export function nirOfPipeline({ stages, channelsIn, channelsOut, dt }: Pipeline): NirGraph {
  const taken = new Set(stages.map(({ name }) => name));
  const input = fresh('input', taken);
  const output = fresh('output', taken);
  const nodes: [string, NirNode][] = [[input, { type: 'Input', shape: [channelsIn] }]];
  const edges: Edge[] = [];
  const problems: string[] = [];
  let before = input;
  for (const stage of stages) {
    const { name } = stage;
    const node = nodeOf(stage);
    problems.push(...nameProblems(name));
    if (node === undefined) {
      problems.push(`${name}: ${noCircuit}`);
      continue;
    }
    nodes.push([name, node]);
    edges.push([before, name]);
    if ('recurrent' in stage && stage.recurrent !== undefined) {
      const loop = fresh(`${name}.w_rec`, taken);
      nodes.push([loop, { type: 'Linear', weight: weights(stage.recurrent) }]);
      edges.push([name, loop], [loop, name]);
    }
    before = name;
  }
  if (problems.length > 0) {
    throw new InvalidArgumentError('this pipeline cannot be written as NIR', problems);
  }
  nodes.push([output, { type: 'Output', shape: [channelsOut] }]);
  edges.push([before, output]);
  return { type: 'NIRGraph', nodes: Object.fromEntries(nodes), edges, metadata: { dt } };
}

const noCircuit =
  'NIR has no neurons of a chip; write the pipeline of lif(…) that it was made from, or save this one by pipelineToJson';

/** Takes a name, or one like it where it is taken. */
function fresh(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '_';
  taken.add(free);
  return free;
}

/** The node that a stage becomes; undefined where NIR has none for it. */
function nodeOf(stage: Stage): NirNode | undefined {
  return match(stage)
    .returnType<NirNode | undefined>()
    .with({ kind: 'linear' }, ({ weight, bias }) =>
      bias === undefined
        ? { type: 'Linear', weight: weights(weight) }
        : { type: 'Affine', weight: weights(weight), bias: list(bias) },
    )
    .with({ kind: 'scale' }, ({ scale }) => ({ type: 'Scale', scale: list(scale) }))
    .with({ kind: 'delay' }, ({ delay }) => ({ type: 'Delay', delay: list(delay) }))
    .with({ kind: 'threshold' }, ({ threshold }) => ({
      type: 'Threshold',
      threshold: list(threshold),
    }))
    .with({ kind: 'integrator' }, ({ resistance }) => ({ type: 'I', r: list(resistance) }))
    .with({ kind: 'integrateAndFire' }, (neurons) => ({
      type: 'IF',
      r: list(neurons.resistance),
      ...firing(neurons),
    }))
    .with({ kind: 'li' }, (neurons) =>
      neurons.tauSyn === undefined
        ? { type: 'LI', ...leaky(neurons) }
        : { type: 'CubaLI', ...cuba(neurons, neurons.tauSyn) },
    )
    .with({ kind: 'lif' }, (neurons) =>
      neurons.tauSyn === undefined
        ? { type: 'LIF', ...leaky(neurons), ...firing(neurons) }
        : { type: 'CubaLIF', ...cuba(neurons, neurons.tauSyn), ...firing(neurons) },
    )
    .with({ kind: P.union('dynapSim', 'dynapSe2') }, () => undefined)
    .exhaustive();
}

function list(values: Float64Array): NirArray {
  return { shape: [values.length], values };
}

/** Turns a matrix `[pre][post]` into weights `[post, pre]`. */
function weights({ rows, columns, values }: Matrix): NirArray {
  const turned = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
  return { shape: [columns, rows], values: turned };
}

/** Where a membrane goes when nothing enters: its leak, and what always flows. */
function restOf({ leak, resistance, bias }: LeakyMembrane): NirArray {
  return list(leak.map((value, n) => (bias[n] === 0 ? value : value + resistance[n]! * bias[n]!)));
}

function leaky(neurons: LeakyMembrane): Pick<NirLeakyIntegrator, 'tau' | 'r' | 'v_leak'> {
  const { tauMem, resistance, inputWeight } = neurons;
  const r = resistance.map((value, n) => value * inputWeight[n]!);
  return { tau: list(tauMem), r: list(r), v_leak: restOf(neurons) };
}

function cuba(
  neurons: LeakyMembrane,
  tauSyn: Float64Array,
): Pick<NirCubaLi, 'tau_syn' | 'tau_mem' | 'r' | 'v_leak' | 'w_in'> {
  return {
    tau_syn: list(tauSyn),
    tau_mem: list(neurons.tauMem),
    r: list(neurons.resistance),
    v_leak: restOf(neurons),
    w_in: list(neurons.inputWeight),
  };
}

function firing({ threshold, reset }: Firing): Pick<NirLif, 'v_threshold' | 'v_reset'> {
  return { v_threshold: list(threshold), v_reset: list(reset) };
}
