/** From one population back to a pipeline of neurons as the chip has them, to be simulated or trained further. */
import { hasDendrites } from '../../chips/switches.ts';
import { freeNames } from '../../free-names.ts';
import type { Matrix } from '../../matrix.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import { combineParameters } from '../../neurons/parameter-set.ts';
import type { Pipeline, StageInput } from '../../pipeline/pipeline.ts';
import { add } from '../../stages/add/definition.ts';
import type { ChipConstants } from '../../stages/chip-form.ts';
import { dynapSe2 } from '../../stages/dynap-se2/definition.ts';
import { dynapSim } from '../../stages/dynap-sim/definition.ts';
import { linear } from '../../stages/linear/definition.ts';
import { checkedStage, type Stage, stageWeights } from '../../stages/stage.ts';
import { mergeStages } from '../front/merge.ts';
import type { Connection, MergedPopulation, WeightedSynapses } from '../network.ts';
import type { QuantisedList } from '../passes/quantise-cores.ts';

/** The weights of a connection as a matrix `[pre][channel]`. */
function matrixOf(
  population: MergedPopulation,
  { from, to }: Connection,
  { pre, post, dendrite, weight }: WeightedSynapses,
): Matrix {
  const { populations, channels, parameters } = population;
  const four = hasDendrites(parameters);
  const sender = from === null ? { first: 0, size: channels } : populations[from]!;
  const { first, size } = populations[to]!;
  const columns = (four ? dendriteNames.length : 1) * size;
  const values = new Float64Array(sender.size * columns);
  for (let i = 0; i < pre.length; i++) {
    const row = pre[i]! - sender.first;
    const neuron = post[i]! - first;
    if (row < 0 || row >= sender.size || neuron < 0 || neuron >= size) continue;
    values[row * columns + (four ? dendrite[i]! * size : 0) + neuron] = weight[i]!;
  }
  return { rows: sender.size, columns, values };
}

/** The parameters of one population. */
function parametersOf(
  { parameters, populations }: MergedPopulation,
  name: string,
): AnalogParameters {
  const { first, size } = populations[name]!;
  return combineParameters([parameters], ([values]) => values!.slice(first, first + size));
}

/** Stages as they are put together, each with where its inputs come from. */
class Assembly {
  readonly stages: Stage[] = [];
  readonly inputs: StageInput[][] = [];
  readonly #names: Set<string>;
  readonly #freeName = freeNames(
    (name) => this.#names.has(name),
    (name, number) => `${name}${number}`,
  );

  constructor(taken: readonly string[]) {
    this.#names = new Set(taken);
  }

  /** A name that no other stage has. */
  free(name: string): string {
    const own = this.#freeName(name);
    this.#names.add(own);
    return own;
  }

  add(stage: Stage, inputs: readonly StageInput[]): string {
    this.stages.push(stage);
    this.inputs.push([...inputs]);
    return stage.name;
  }
}

/**
 * Puts a population back into a pipeline: for each connection a linear stage of the name of the one whose weights it
 * has, and DynapSim or DYNAP-SE2 neurons. Connections that lead back come one step later.
 */
export function modelOf(population: MergedPopulation): Pipeline {
  const { populations, connections, output, channels, dt, input, recurrent } = population;
  const names = Object.keys(populations);
  const assembly = new Assembly(names);
  for (const [place, name] of names.entries()) {
    const { size } = populations[name]!;
    const parameters = parametersOf(population, name);
    const weightsOf = (own: Connection): Matrix =>
      matrixOf(population, own, own.from === null ? input : recurrent);
    const enters = connections.filter(({ from, to }) => to === name && from !== name);
    const links = enters.map((own): StageInput => {
      const delayed = own.from !== null && names.indexOf(own.from) >= place;
      const source = { from: own.from, delayed };
      if (own.plain) return source;
      const named = assembly.free(own.stage ?? `${name}Weights`);
      const stage = checkedStage(linear({ weight: weightsOf(own), name: named }), named);
      return { from: assembly.add(stage, [source]), delayed: false };
    });
    const width = parameters.model === 'dynapSe2' ? dendriteNames.length * size : size;
    if (links.length > 1) {
      const named = assembly.free(`${name}Sum`);
      const sum = add({ channels: width, inputs: links.length, name: named });
      links.splice(0, links.length, {
        from: assembly.add(checkedStage(sum, named), links),
        delayed: false,
      });
    }
    const back = connections.find(({ from, to }) => from === name && to === name);
    const config = {
      neurons: size,
      name,
      dt,
      ...(back === undefined ? {} : { recurrent: weightsOf(back) }),
    };
    const neurons =
      parameters.model === 'dynapSe2'
        ? dynapSe2({ ...parameters, ...config })
        : dynapSim({ ...parameters, ...config });
    assembly.add(checkedStage(neurons, name), links);
  }
  const { stages, inputs } = assembly;
  return {
    stages,
    inputs,
    output,
    channelsIn: channels,
    channelsOut: populations[output]!.size,
    dt,
  };
}

/** The same network with other weights. */
export function quantisedModel(
  population: MergedPopulation,
  weights: { readonly input: QuantisedList; readonly recurrent: QuantisedList },
): Pipeline {
  const { input, recurrent } = population;
  return modelOf({
    ...population,
    input: { ...input, weight: weights.input.values },
    recurrent: { ...recurrent, weight: weights.recurrent.values },
  });
}

/** The neuron, among all, that each trainable weight of a model belongs to, all weights in one run. */
export function listenersOf(
  { stages, inputs }: Pipeline,
  { populations }: Pick<MergedPopulation, 'populations'>,
): Uint32Array {
  const consumers = new Map<string, string>();
  for (const [place, own] of inputs.entries()) {
    for (const { from } of own) if (from !== null) consumers.set(from, stages[place]!.name);
  }
  const listenerOf = (name: string): string => {
    let own = name;
    while (populations[own] === undefined) own = consumers.get(own)!;
    return own;
  };
  const runs = stages.flatMap((stage) => {
    const weights = stageWeights(stage);
    if (weights === undefined) return [];
    const { first, size } = populations[listenerOf(stage.name)]!;
    return [weights.values.map((_, i) => first + ((i % weights.columns) % size))];
  });
  const listeners = new Uint32Array(runs.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const run of runs) {
    listeners.set(run, at);
    at += run.length;
  }
  return listeners;
}

/**
 * The same pipeline with DynapSim neurons in place of LIF neurons, to be simulated, trained further,
 * or deployed. With the constants of the chip and kappa = (kappa_n + kappa_p)/2,
 *
 * ```text
 * Itau_mem = C_mem·Ut/(kappa·tauMem)     Igain_mem = 4·Itau_mem     Idc = bias·resistance·Iscale
 * Itau_syn = C_syn·Ut/(kappa·tauSyn)     Igain_syn = 100·Itau_syn   Ispkthr = threshold·Iscale
 * ```
 *
 * and no adaptation (Igain_ahp = Itau_ahp = Ipulse_ahp = Iw_ahp = 0), no NMDA gate (If_nmda = 0), the
 * rest as the chip has it (Çakal 2022, METU thesis). The weights before a neuron and between neurons
 * take over inputWeight·resistance, and every scale. With its pulse of 10 µs and a gain of 100, a
 * synapse takes from a spike what a LIF synapse takes in a step of 1 ms; if `dt` is another, train
 * further what comes out. Membranes slower than C_mem·Ut/(kappa·Io), 0.21 s, leak as if they were
 * that fast. Connections that lead back are one step late, and of several ways between two
 * populations the weights are added.
 *
 * @param constants constants of the chip; the defaults of DynapSim if left out, and `Iscale` of the
 * pipeline's own DynapSim neurons if it has any
 * @throws InvalidArgumentError if a constant cannot be
 * @throws UnsupportedPipelineError with everything that has no counterpart, stage by stage
 * @example
 * ```ts
 * const net = pipeline(
 *   linear({ weight: [[2]] }),
 *   lif({ neurons: 1, tauMem: 20e-3, tauSyn: 10e-3, name: 'output' }),
 * );
 * toDynapSim(net).stages.map(({ kind }) => kind); // ["linear", "dynapSim"]
 * ```
 */
export function toDynapSim(pipeline: Pipeline, constants: ChipConstants = {}): Pipeline {
  return modelOf(mergeStages(pipeline, constants));
}
