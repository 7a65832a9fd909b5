/** What comes out of a run: the signals that were asked for, in the form in which the input came. */
import type { AerPacket } from '../events/aer-packet.ts';
import { startProblems } from '../events/bins.ts';
import { reals, wholes } from '../events/blocks.ts';
import { type ChannelSpace, channels as channelSpace } from '../events/space.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import { readable } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { pipelineProblems } from './guard.ts';
import type { BinSpan } from './packet-bins.ts';
import type { Pipeline } from './pipeline.ts';
import { recordedSignal } from './record.ts';
import { runProblems } from './run.ts';
import type { TargetOutput, TargetRequest } from './target.ts';

/** A signal that comes out. */
export interface OutputSignal {
  /** Its name as it was asked for. */
  readonly name: string;
  /** Number of its channels. */
  readonly channels: number;
  /** Whether it is spikes; values if not. */
  readonly spikes: boolean;
}

/** The signals of a run: the spikes of the output population, or what is to be recorded. */
export function outputSignals(
  pipeline: Pipeline,
  { record = [pipeline.output] }: TargetRequest,
): OutputSignal[] {
  return record.map((name) => {
    const { stage, state } = recordedSignal(pipeline, name);
    const { channelsOut } = pipeline.stages.find((own) => own.name === stage)!;
    return { name, channels: channelsOut, spikes: state === undefined };
  });
}

/** Lists what no target can do of a request: record what is not there, or values as if they were spikes. */
export function requestProblems(pipeline: Pipeline, request: TargetRequest): Problem[] {
  return readable(() => {
    if (typeof request !== 'object' || request === null) {
      return [problem('request', 'wrong-type', request, 'an object of options is needed')];
    }
    return ownProblems(pipeline, request);
  });
}

function ownProblems(pipeline: Pipeline, { record, startTime }: TargetRequest): Problem[] {
  const problems = runProblems(pipeline, record);
  if (startTime !== undefined && !Number.isSafeInteger(startTime)) {
    problems.push(problem('startTime', 'out-of-range', startTime, 'whole microseconds are needed'));
  } else if (startTime !== undefined && pipelineProblems(pipeline).length === 0) {
    problems.push(...within('startTime', startProblems(startTime, pipeline.dt)));
  }
  if (problems.length > 0 || record === undefined) return problems;
  if (record.length === 0) {
    return [problem('record', 'out-of-range', record, 'at least one name is needed')];
  }
  return record.flatMap((name, i) => {
    const { stage, state } = recordedSignal(pipeline, name);
    const { emits } = pipeline.stages.find((own) => own.name === stage)!;
    if (state !== undefined || emits === 'spikes') return [];
    const needed = `${stage} gives values, not spikes; record a population, or a state after a colon`;
    return [problem(`record[${i}]`, 'unsupported', name, needed)];
  });
}

/** Gives an output the form that was asked for: the only signal by itself, or all by name. */
export function outputOf(
  signals: readonly OutputSignal[],
  values: readonly (SpikeRaster | SignalRaster | AerPacket<ChannelSpace>)[],
  { record }: TargetRequest,
): TargetOutput {
  if (record === undefined) return values[0] as TargetOutput;
  return Object.fromEntries(signals.map(({ name }, i) => [name, values[i]!]));
}

/** Joins packets, one after the other, to one that ends with the span. */
export function joinSpikes(
  packets: readonly AerPacket<ChannelSpace>[],
  { channels }: OutputSignal,
  { to }: BinSpan,
): AerPacket<ChannelSpace> {
  const count = packets.reduce((sum, { addresses }) => sum + addresses.length, 0);
  const timestamps = reals(count);
  const addresses = wholes(count);
  let at = 0;
  for (const packet of packets) {
    timestamps.set(packet.timestamps, at);
    addresses.set(packet.addresses, at);
    at += packet.addresses.length;
  }
  return { timestamps, addresses, space: channelSpace(channels), until: to };
}

/** Joins rasters of values, one after the other, over a span. */
export function joinValues(
  pieces: readonly SignalRaster[],
  { channels }: OutputSignal,
  { from, steps }: BinSpan,
  dt: number,
): SignalRaster {
  const values = reals(steps * channels);
  let at = 0;
  for (const piece of pieces) {
    values.set(piece.values, at);
    at += piece.values.length;
  }
  return { steps, channels, dt, startTime: from, values };
}
