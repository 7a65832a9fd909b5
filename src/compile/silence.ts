import { type PoissonConfig, poissonRaster } from '../events/poisson.ts';
import { channelCounts, type SpikeRaster } from '../events/spike-raster.ts';
import { fromStages, type Pipeline } from '../pipeline/pipeline.ts';
import { startPipeline } from '../pipeline/run.ts';
import type { QuantisedList, WeightList } from './core-quantise.ts';
import { inhibits } from './dendrites.ts';
import type { Moves } from './moved.ts';
import type { NamedNeuron, Names } from './names.ts';

/** A neuron that spikes in the pipeline as it was given, and not as it was deployed. */
export interface SilentNeuron extends NamedNeuron {
  /** Spikes that it had before. */
  readonly spikes: number;
  /** What most likely silenced it. */
  readonly cause: string;
}

/** Synapses of one kind before and after quantisation. */
interface Synapses {
  readonly before: WeightList;
  readonly after: QuantisedList;
}

/** Everything that is compared to find neurons that fell silent. */
export interface SilenceCheck {
  /** Pipeline as it was given. */
  readonly pipeline: Pipeline;
  /** All neurons as one population, as deployed. */
  readonly network: Pipeline;
  readonly input: Synapses;
  readonly recurrent: Synapses;
  readonly moved: Moves;
  readonly names: Names;
}

/** Noise that stands for an input where none is given: 50 Hz for half a second. */
export function noiseFor({ channelsIn, dt }: Pipeline): SpikeRaster {
  const noise: PoissonConfig = { channels: channelsIn, rate: 50, duration: 0.5, dt, seed: 0 };
  return poissonRaster(noise);
}

/** Spikes of all neurons, those of each population after the other. */
function allCounts({ stages }: Pipeline, input: SpikeRaster, { populations }: Names): number[] {
  return stages.flatMap(({ name }, last) =>
    populations.includes(name)
      ? channelCounts(startPipeline(fromStages(stages.slice(0, last + 1))).process(input))
      : [],
  );
}

/** What a neuron receives, counted with the spikes that were there before. */
interface Drive {
  weights: number;
  lost: number;
  /** Net input before and after quantisation, units of weight. */
  before: number;
  after: number;
  /** Neurons that excite it, and whether anything but silent neurons does. */
  readonly silent: number[];
  excited: boolean;
}

/** Works out what each of some neurons receives. */
function drivesOf(
  { input, recurrent }: SilenceCheck,
  neurons: readonly number[],
  inputs: readonly number[],
  before: readonly number[],
  after: readonly number[],
): Map<number, Drive> {
  const drives = new Map(
    neurons.map((n): [number, Drive] => [
      n,
      { weights: 0, lost: 0, before: 0, after: 0, silent: [], excited: false },
    ]),
  );
  const add = (
    { before: list, after: bits }: Synapses,
    spikes: readonly number[],
    alive: readonly number[],
  ) => {
    for (let i = 0; i < list.post.length; i++) {
      const drive = drives.get(list.post[i]!);
      if (drive === undefined) continue;
      const pre = list.pre[i]!;
      drive.weights++;
      if (bits.masks[i] === 0) drive.lost++;
      const sign = inhibits(list.dendrite[i]!) ? -1 : 1;
      const after = sign * Math.abs(bits.values[i]!);
      drive.before += sign * Math.abs(list.weight[i]!) * spikes[pre]!;
      drive.after += after * spikes[pre]!;
      if (after <= 0 || spikes[pre] === 0) continue;
      if (alive[pre]! > 0) drive.excited = true;
      else drive.silent.push(pre);
    }
  };
  add(input, inputs, inputs);
  add(recurrent, before, after);
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

/** The parameter whose move quietens a neuron most: how much, and in words. */
function worstMove({ changes }: Moves, neuron: number): { size: number; text: string } {
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

function causeOf(drive: Drive, { moved, names }: SilenceCheck, neuron: number): string {
  const { weights, lost, before, after, silent, excited } = drive;
  if (weights > 0 && lost === weights) {
    return weights === 1
      ? 'its only weight became zero'
      : `all ${weights} of its weights became zero`;
  }
  if (silent.length > 0 && !excited) {
    return `what excites it fell silent: ${names.listOf(silent)}`;
  }
  const shrunk = before > 0 ? (before - after) / before : 0;
  const move = worstMove(moved, neuron);
  if (move.size > shrunk) return move.text;
  const zeros = lost === 0 ? '' : `; ${lost} of ${weights} weights became zero`;
  if (shrunk > 0) return `its input shrank by ${percent(shrunk)}${zeros}`;
  return `it was near its threshold${zeros}`;
}

/**
 * Simulates a pipeline as it was given and as it was deployed, and finds the neurons that spiked before and
 * do not after.
 *
 * @throws DataError where the input has another width or another `dt` than the pipeline
 */
export function silentNeurons(check: SilenceCheck, input: SpikeRaster): SilentNeuron[] {
  const { pipeline, network, names } = check;
  const before = allCounts(pipeline, input, names);
  const after = channelCounts(startPipeline(network).process(input));
  const silent = before.flatMap((count, n) => (count > 0 && after[n] === 0 ? [n] : []));
  const drives = drivesOf(check, silent, channelCounts(input), before, after);
  return silent.map((n) => ({
    ...names.nameOf(n),
    spikes: before[n]!,
    cause: causeOf(drives.get(n)!, check, n),
  }));
}
