/** Simulates a pipeline as it was given and as it was deployed, and finds the neurons that fall silent. */
import { InvalidArgumentError } from '../errors.ts';
import { poissonRaster } from '../events/poisson.ts';
import { channelCounts, type SpikeRaster } from '../events/spike-raster.ts';
import { readable, readItem, readOnce } from '../options.ts';
import { type Pipeline, pipelineUpTo } from '../pipeline/pipeline.ts';
import { startPipeline } from '../pipeline/run.ts';
import { type Problem, problem, within } from '../problems.ts';
import type { Deployment } from './deployment.ts';
import { simulationProblems } from './deployment-check.ts';
import { type NamedNeuron, type Names, namesOf } from './front/names.ts';
import type { WeightedSynapses } from './network.ts';
import type { QuantisedList } from './passes/quantise-cores.ts';
import type { ParameterDeviation } from './report/deviation.ts';
import { inhibits } from './report/lost.ts';

/** A neuron that spikes in the pipeline as it was given, and not as it was deployed. */
export interface SilentNeuron extends NamedNeuron {
  /** Spikes that it had before. */
  readonly spikes: number;
  /** What most likely silenced it; if others did, the first of them and what silenced that one. */
  readonly cause: string;
}

/** What a simulation of a deployment shows. */
export interface Diagnosis {
  /** Neurons that fall silent, population by population. */
  readonly silent: readonly SilentNeuron[];
  /** What is to be said of the deployment: first what falls silent and why, then its own remarks. */
  readonly remarks: readonly string[];
}

/** Everything that is compared to find neurons that fell silent. */
interface SilenceCheck {
  readonly deployment: Pick<Deployment<unknown>, 'population' | 'weights' | 'deviation'>;
  readonly names: Names;
  /** Spikes of each input channel, and of each neuron before and after. */
  readonly inputs: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Step of the first spike that each neuron had before. */
  readonly firstSpike: Float64Array;
}

/** Noise that stands for an input if none is given: 50 Hz for half a second. */
function noiseFor({ channelsIn, dt }: Pipeline): SpikeRaster {
  return poissonRaster({ channels: channelsIn, rate: 50, duration: 0.5, dt, seed: 0 });
}

/** Spikes of all neurons in the pipeline as it was given, those of each population after the other. */
function spikesBefore(pipeline: Pipeline, input: SpikeRaster, { populations }: Names) {
  const counts: number[] = [];
  const firsts: number[] = [];
  for (const name of populations) {
    const output = startPipeline(pipelineUpTo(pipeline, name)).process(input);
    counts.push(...channelCounts(output));
    const { channels, steps } = output;
    for (let n = 0; n < channels; n++) {
      let step = 0;
      while (step < steps && output.counts[step * channels + n] === 0) step++;
      firsts.push(step);
    }
  }
  return { counts, firstSpike: Float64Array.from(firsts) };
}

/** What a neuron receives, counted with the spikes that were there before. */
interface Drive {
  weights: number;
  lost: number;
  /** Net input before and after quantisation, units of weight. */
  before: number;
  after: number;
  /** Of that, what comes of others than neurons that fell silent. */
  lively: number;
  livelyAfter: number;
  /** Neurons that excite it, and whether anything but silent neurons does. */
  readonly silent: number[];
  excited: boolean;
}

/** Works out what each of some neurons receives. */
function drivesOf(check: SilenceCheck, neurons: readonly number[]): Map<number, Drive> {
  const { deployment, inputs, before, after } = check;
  const { population, weights } = deployment;
  const drives = new Map(
    neurons.map((n): [number, Drive] => [
      n,
      {
        ...{ weights: 0, lost: 0, before: 0, after: 0, lively: 0, livelyAfter: 0 },
        ...{ silent: [], excited: false },
      },
    ]),
  );
  const add = (
    list: WeightedSynapses,
    { codes, values }: QuantisedList,
    spikes: readonly number[],
    alive: readonly number[],
  ): void => {
    for (let i = 0; i < list.post.length; i++) {
      const post = list.post[i]!;
      const drive = drives.get(post);
      if (drive === undefined) continue;
      const pre = list.pre[i]!;
      drive.weights++;
      if (codes[i] === 0) drive.lost++;
      const sign = inhibits(list.dendrite[i]!) ? -1 : 1;
      const now = sign * Math.abs(values[i]!);
      const was = sign * Math.abs(list.weight[i]!) * spikes[pre]!;
      drive.before += was;
      drive.after += now * spikes[pre]!;
      if (alive[pre]! > 0) {
        drive.lively += was;
        drive.livelyAfter += now * spikes[pre]!;
      }
      if (now <= 0 || spikes[pre] === 0) continue;
      if (alive[pre]! > 0) drive.excited = true;
      else if (list === population.input || pre !== post) drive.silent.push(pre);
    }
  };
  add(population.input, weights.input, inputs, inputs);
  add(population.recurrent, weights.recurrent, before, after);
  return drives;
}

/** Parameters that quieten a neuron when they move this way. */
const quietening: Readonly<Record<string, 1 | -1>> = {
  Ispkthr: 1,
  Itau_mem: 1,
  Itau_syn: 1,
  Itau_ampa: 1,
  Itau_nmda: 1,
  Igain_mem: -1,
  Igain_syn: -1,
  Igain_ampa: -1,
  Igain_nmda: -1,
  Igain_gaba: 1,
  Igain_shunt: 1,
  If_nmda: 1,
  Ipulse: 1,
  Idc: -1,
  Iref: -1,
};

const percent = (fraction: number): string =>
  `${(100 * fraction).toFixed(fraction < 0.1 ? 1 : 0)} %`;

/** The parameter whose deviation quietens a neuron most: how much, and in words. */
function worstDeviation(
  { changes }: ParameterDeviation,
  neuron: number,
): { size: number; text: string } {
  let size = 0;
  let text = '';
  for (const [name, sign] of Object.entries(quietening)) {
    const change = changes[name]?.[neuron] ?? 0;
    if (change * sign <= size) continue;
    size = change * sign;
    text = `${name} is ${percent(size)} ${change > 0 ? 'more' : 'less'} than asked, since its core shares it`;
  }
  return { size, text };
}

/** What silenced a neuron by itself, whatever fell silent before it. */
function ownCause(drive: Drive, deviation: ParameterDeviation, neuron: number): string {
  const { weights, lost } = drive;
  // Where it is the first of a circle, the others fell silent after it.
  const [before, after] = followsOthers(drive)
    ? [drive.lively, drive.livelyAfter]
    : [drive.before, drive.after];
  if (weights > 0 && lost === weights) {
    return weights === 1
      ? 'its only weight became zero'
      : `all ${weights} of its weights became zero`;
  }
  const shrunk = before > 0 ? (before - after) / before : 0;
  const worst = worstDeviation(deviation, neuron);
  if (worst.size > shrunk) return worst.text;
  const zeros = lost === 0 ? '' : `; ${lost} of ${weights} weights became zero`;
  if (shrunk > 0) return `its input shrank by ${percent(shrunk)}${zeros}`;
  return `it was near its threshold${zeros}`;
}

/** Whether nothing that excited a neuron is left but neurons that fell silent. */
function followsOthers({ weights, lost, silent, excited }: Drive): boolean {
  return lost < weights && silent.length > 0 && !excited;
}

/**
 * The neuron with which the silence of another begins: of all that it waits for, straight or through others, the
 * one that spiked first. Its spikes needed none of the others.
 */
function firstSilent(
  neuron: number,
  drives: ReadonlyMap<number, Drive>,
  firstSpike: Float64Array,
): number {
  const seen = new Set([neuron]);
  const waiting = [neuron];
  let first = neuron;
  for (let n = waiting.pop(); n !== undefined; n = waiting.pop()) {
    if (firstSpike[n]! < firstSpike[first]!) first = n;
    const drive = drives.get(n)!;
    if (!followsOthers(drive)) continue;
    for (const other of drive.silent) {
      if (seen.has(other)) continue;
      seen.add(other);
      waiting.push(other);
    }
  }
  return first;
}

/** Finds the neurons that spiked before and do not after. */
function silentNeurons(check: SilenceCheck): SilentNeuron[] {
  const { before, after, names, firstSpike } = check;
  const { deviation } = check.deployment;
  const silent = before.flatMap((count, n) => (count > 0 && after[n] === 0 ? [n] : []));
  const drives = drivesOf(check, silent);
  const causeOf = (n: number): string => {
    const first = followsOthers(drives.get(n)!) ? firstSilent(n, drives, firstSpike) : n;
    const cause = ownCause(drives.get(first)!, deviation, first);
    return first === n
      ? cause
      : `what excites it fell silent, first of all ${names.textOf(first)}: ${cause}`;
  };
  return silent.map((n) => ({ ...names.nameOf(n), spikes: before[n]!, cause: causeOf(n) }));
}

/** Says which neurons fall silent, and why; whole populations first. */
function describeSilence(
  silent: readonly SilentNeuron[],
  { names, before }: Pick<SilenceCheck, 'names' | 'before'>,
): string[] {
  const whole = names.populations.flatMap((name) => {
    const { first, size } = names.rangeOf(name);
    const own = silent.filter(({ population }) => population === name);
    const spiking = before.slice(first, first + size).filter((count) => count > 0).length;
    return own.length > 1 && own.length === spiking
      ? [
          `${name} falls silent as a whole: ${own[0]!.population}[${own[0]!.index}]: ${own[0]!.cause}`,
        ]
      : [];
  });
  const each = silent.map(
    ({ population, index, spikes, cause }) =>
      `${population}[${index}] falls silent, ${spikes} spikes before: ${cause}`,
  );
  return [...whole, ...each];
}

function argumentProblems(deployment: unknown, input: unknown): Problem[] {
  const rasterProblems = (): Problem[] =>
    input === undefined || (input as SpikeRaster | null)?.counts instanceof Uint32Array
      ? []
      : [problem('', 'wrong-type', input, 'a raster is needed')];
  return [
    ...within('deployment', simulationProblems(deployment)),
    ...within('input', readable(rasterProblems)),
  ];
}

/**
 * Simulates a pipeline as it was given and as it was deployed, and tells which neurons fall silent, with the first
 * cause.
 *
 * @param input what to run it on; noise of 50 Hz for half a second if left out
 * @throws InvalidArgumentError if the deployment is none
 * @throws DataError if the input has another width or another `dt` than the pipeline
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[9, 0.01]] }), dynapSim({ neurons: 2, Ispkthr: 1e-8 }));
 * diagnose(deploy(net)).silent.length; // 0
 * ```
 */
export function diagnose(deployment: Deployment<unknown>, input?: SpikeRaster): Diagnosis {
  input = readItem(input);
  deployment = readOnce(deployment);
  const problems = argumentProblems(deployment, input);
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be diagnosed', problems);
  const { pipeline, population, deployedPipeline, remarks } = deployment;
  const given = input ?? noiseFor(pipeline);
  const names = namesOf(population.populations);
  const { counts: before, firstSpike } = spikesBefore(pipeline, given, names);
  const after = channelCounts(startPipeline(deployedPipeline).process(given));
  const check = { deployment, names, inputs: channelCounts(given), before, after, firstSpike };
  const silent = silentNeurons(check);
  return { silent, remarks: [...describeSilence(silent, check), ...remarks] };
}
