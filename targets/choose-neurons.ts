/** Measures the neurons of a chip, to choose those that behave most like the model. */

import type { HardwareNeuron } from '../src/chips/family.ts';
import type { Deployment } from '../src/compile/deployment.ts';
import { memoryProblems } from '../src/compile/deployment-check.ts';
import { type Link, linkProblems, readLink } from '../src/devices/link.ts';
import { InvalidArgumentError } from '../src/errors.ts';
import { inTurn } from '../src/events/firing-rates.ts';
import { channelCounts, rasterProblems, type SpikeRaster } from '../src/events/spike-raster.ts';
import { matrixRows } from '../src/matrix.ts';
import { isAnalog } from '../src/neurons/model-table.ts';
import {
  anything,
  callback,
  listOf,
  number,
  type OptionTable,
  optionProblems,
  readable,
  readOnce,
  readPlain,
} from '../src/options.ts';
import { pipelineProblems } from '../src/pipeline/guard.ts';
import { type Pipeline, pipeline } from '../src/pipeline/pipeline.ts';
import type { Target } from '../src/pipeline/target.ts';
import { fault, type Problem, problem, within } from '../src/problems.ts';
import { dynapSim } from '../src/stages/dynap-sim/definition.ts';
import { linear } from '../src/stages/linear/definition.ts';
import { stageWeights } from '../src/stages/stage.ts';
import { chip } from './chip.ts';
import { simulator } from './simulator.ts';

/** How neurons are chosen. */
export interface ChooseNeuronsOptions {
  /** Is told how many rasters have been measured, of each neuron of the network in turn. */
  readonly onMeasured?: (done: number) => void;
}

const table: OptionTable<ChooseNeuronsOptions> = { onMeasured: callback };

/** Parameters of one neuron, as a definition takes them for many. */
function parametersOf(stage: Pipeline['stages'][number], neuron: number): Record<string, number> {
  const arrays = Object.entries(stage.parameters ?? {}).filter(
    (entry): entry is [string, Float64Array] => entry[1] instanceof Float64Array,
  );
  return Object.fromEntries(arrays.map(([name, values]) => [name, values[neuron]!]));
}

/** Every neuron of a core with the input weights and the parameters of neuron `role`, without recurrence. */
function probe({ quantised, family }: Deployment, role: number): Pipeline {
  const [input, population] = quantised.stages as [
    Pipeline['stages'][number],
    Pipeline['stages'][number],
  ];
  const { neurons } = family.limits;
  const rows = matrixRows(stageWeights(input)!);
  return pipeline(
    linear({ weight: rows.map((row) => new Array<number>(neurons).fill(row[role]!)) }),
    dynapSim({ ...parametersOf(population, role), neurons, dt: quantised.dt }),
  );
}

/** Runs rasters through a pipeline on a target, one after the other, and counts the spikes of each channel. */
function totals(
  target: Target,
  net: Pipeline,
  rasters: readonly SpikeRaster[],
  onOutput: () => void = () => {},
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const sums = new Array<number>(net.channelsOut).fill(0);
    const run = target.start(net, {
      next(output) {
        for (const [i, count] of channelCounts(output as SpikeRaster).entries()) sums[i]! += count;
        onOutput();
      },
      error: reject,
      complete: () => resolve(sums),
    });
    for (const raster of inTurn(rasters)) run.push(raster);
    run.end();
  });
}

/** Lists what keeps something from being a deployment whose neurons can be measured. */
function deploymentProblems(deployment: Deployment): Problem[] {
  const wrong = memoryProblems(deployment);
  if (wrong.length > 0) return within('deployment', wrong);
  return within(
    'deployment',
    readable(() => measuredProblems(deployment)),
  );
}

const baseCheck = listOf(number({ min: 0 }), { min: 1 });

function measuredProblems({ pipeline: net, quantised, cores }: Deployment): Problem[] {
  const wrong = [
    ...within('pipeline', pipelineProblems(net)),
    ...within('quantised', pipelineProblems(quantised)),
    ...within('cores', listOf(anything, { min: 1 })(cores)),
  ];
  if (wrong.length > 0) return wrong;
  const [input, population] = net.stages;
  const parameters = population?.parameters;
  const single =
    net.stages.length === 2 &&
    stageWeights(input!) !== undefined &&
    parameters !== undefined &&
    isAnalog(parameters) &&
    parameters.model === 'dynapSim';
  const needed = 'neurons are measured for a linear stage and one population of DynapSim neurons';
  const one = 'neurons are measured on one core';
  return [
    ...(single ? [] : [fault('pipeline', 'unsupported', needed)]),
    ...(cores.length === 1 ? [] : [problem('cores.length', 'unsupported', cores.length, one)]),
    ...within('cores[0].weights.base', baseCheck(cores[0]?.weights?.base)),
  ];
}

/** Lists what keeps something from being a list of rasters, one at least. */
function noiseProblems(noise: unknown): Problem[] {
  const problems = within('noise', listOf((one) => rasterProblems(one as SpikeRaster))(noise));
  if (problems.length > 0 || (noise as readonly unknown[]).length > 0) return problems;
  return [problem('noise', 'wrong-type', noise, 'a list of rasters is needed')];
}

/**
 * Chooses the hardware neurons of a chip that behave most like the model, for the option `hardware` of `deploy`. For
 * each neuron of the network, all neurons of the core are given its input weights and the same noise; the one whose
 * spike count comes nearest to the simulated count takes its place. No two transistors are alike, so a laboratory
 * measures before it chooses.
 *
 * @param link an open board, which is configured anew
 * @param deployment a linear stage and one population, on one core
 * @param noise rasters to measure with, each from rest
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[9, 5]] }), dynapSim({ neurons: 2 }));
 * const link = await virtualBoard({ seed: 3, mismatch: { fraction: 0.3 } }).open();
 * const noise = [poissonRaster({ channels: 1, rate: 100, duration: 0.05, seed: 1 })];
 * const hardware = await chooseNeurons(link, deploy(net), noise);
 * deploy(net, { hardware }).where('dynapSim1', 0).core; // 0
 * await link.close();
 * ```
 */
export async function chooseNeurons(
  link: Link,
  deployment: Deployment,
  noise: readonly SpikeRaster[],
  options: ChooseNeuronsOptions = {},
): Promise<HardwareNeuron[]> {
  options = readOnce(options, table);
  const own = readLink(link);
  noise = readPlain(noise);
  deployment = readOnce(deployment);
  const problems = [
    ...linkProblems(own),
    ...deploymentProblems(deployment),
    ...noiseProblems(noise),
    ...optionProblems(options, table),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be measured', problems);
  const { quantised, cores, hardware, family } = deployment;
  const { chip: chipIndex, core } = hardware[0]!;
  const all = Array.from({ length: family.limits.neurons }, (_, neuron) => ({
    chip: chipIndex,
    core,
    neuron,
  }));
  const { base } = cores[0]!.weights;
  const { onMeasured = () => {} } = options;
  let done = 0;
  const chosen: HardwareNeuron[] = [];
  for (let role = 0; role < quantised.channelsOut; role++) {
    const net = probe(deployment, role);
    const onChip = chip(own, {
      family,
      hardware: all,
      quantiser: (values, _, synapses) => family.encode(values, base, synapses),
    });
    const measured = await totals(onChip, net, noise, () => onMeasured(++done));
    const [model] = (await totals(simulator(), net, noise)) as [number];
    const distance = ({ neuron }: HardwareNeuron): number => Math.abs(measured[neuron]! - model);
    const free = all.filter((one) => !chosen.includes(one));
    chosen.push(free.reduce((best, one) => (distance(one) < distance(best) ? one : best)));
  }
  return chosen;
}
