/** The way of a loop's steps to a target and back: one input for each, and the answer to it. */
import { DeviceError } from '../errors.ts';
import { binStart } from '../events/bins.ts';
import { reals, wholes } from '../events/blocks.ts';
import { channels as channelSpace } from '../events/space.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { outputSignals } from '../pipeline/signals.ts';
import {
  isPacket,
  type Recorded,
  type Target,
  type TargetInput,
  type TargetOutput,
  type TargetRequest,
  type TargetUpdate,
} from '../pipeline/target.ts';
import { queue } from '../queue.ts';

/** What came back for a step. */
export interface Answer {
  /** Spikes of the output population, in the bins of the step. */
  readonly spikes: SpikeRaster;
  /** What was to be recorded, by name. */
  readonly recorded: Readonly<Record<string, SpikeRaster | SignalRaster>>;
  /** Whether nothing came for it, and what was given to a step before came after it had been handed over: some of that may be its own. */
  readonly together: boolean;
}

/** Who is told what comes back. */
export interface ExchangeUser {
  /** Learns that steps can be handed over from now on; once. */
  ready(): void;
  /** Takes the answer to the oldest step that has none. */
  answer(answer: Answer): void;
  /** Learns that the chip was changed in mid-run. */
  updated(update: TargetUpdate): void;
  /** Learns of a failure; nothing follows. */
  failed(cause: unknown): void;
}

/** A target that answers steps. */
export interface Exchange {
  /** Hands over the spikes of a step; the answer may come before this returns. */
  push(input: SpikeRaster): void;
  /** Stops at once. */
  stop(): void;
}

/** What is asked for beside the spikes of the output. */
export interface ExchangeConfig {
  readonly target: Target;
  readonly net: Pipeline;
  readonly record: readonly string[];
  /** Whether steps come as time passes. */
  readonly realTime: boolean;
}

/** How the target is asked: of a loop that records nothing, for the output alone. */
export function requestOf(net: Pipeline, record: readonly string[]): TargetRequest {
  return record.length === 0 ? {} : { record: [...new Set([net.output, ...record])] };
}

const nothing: Answer['recorded'] = {};

/** A target completes once it is told that nothing more comes, which a loop never says. */
function endedEarly(): DeviceError {
  const what = 'the target has ended its run in the midst of the loop; close the loop anew';
  return new DeviceError('disconnected', what);
}

/** Starts a pipeline for a loop. */
export function startExchange(config: ExchangeConfig, user: ExchangeUser): Exchange {
  return config.target.immediate === true ? ofPackets(config, user) : ofRasters(config, user);
}

/** Targets that give one output for each input. */
function ofRasters({ target, net, record }: ExchangeConfig, user: ExchangeUser): Exchange {
  const asked = requestOf(net, record);
  const answerOf = (output: TargetOutput): Answer => {
    if (asked.record === undefined) {
      return { spikes: output as SpikeRaster, recorded: nothing, together: false };
    }
    const recorded = output as Readonly<Record<string, SpikeRaster>>;
    return { spikes: recorded[net.output]!, recorded, together: false };
  };
  const run = target.start(
    net,
    {
      ...{ next: (output) => user.answer(answerOf(output)), updated: user.updated },
      ...{ error: user.failed, complete: () => user.failed(endedEarly()) },
    },
    asked,
  );
  user.ready();
  return { push: run.push, stop: run.stop };
}

/** Targets that give spikes as they come: those up to the word that a step is answered are of that step. */
function ofPackets(
  { target, net, record, realTime }: ExchangeConfig,
  user: ExchangeUser,
): Exchange {
  const asked = requestOf(net, record);
  const signals = outputSignals(net, asked);
  const space = channelSpace(net.channelsIn);
  /** Steps without an answer, oldest first, and when each will be answered. */
  const waiting = queue<{ readonly input: SpikeRaster; readonly until: number }>();
  let counts: Uint32Array[] = [];
  /** Begins to count the spikes of the next step. */
  const countAnew = (): void => {
    counts = new Array(signals.length);
    for (let i = 0; i < signals.length; i++) counts[i] = wholes(signals[i]!.channels);
  };
  countAnew();
  /** Whether spikes came for the oldest step, and how many steps after it had been handed over by then. */
  let heard = false;
  let behind = 0;
  let ready = false;
  const take = (output: TargetOutput): number => {
    let events = 0;
    for (let i = 0; i < signals.length; i++) {
      const one = asked.record === undefined ? output : (output as Recorded)[signals[i]!.name]!;
      const { addresses } = one as Exclude<TargetInput, SpikeRaster>;
      const into = counts[i]!;
      for (let k = 0; k < addresses.length; k++) into[addresses[k]!]!++;
      events += addresses.length;
    }
    return events;
  };
  const untilOf = (output: TargetOutput): number => {
    const one = asked.record === undefined ? output : (output as Recorded)[signals[0]!.name]!;
    return isPacket(one as TargetInput) ? (one as Exclude<TargetInput, SpikeRaster>).until : 0;
  };
  const next = (output: TargetOutput): void => {
    // What has no events says that a step is answered; the first, that the board is configured and listens.
    const oldest = waiting.first;
    if (!ready) {
      ready = true;
      user.ready();
      return;
    }
    if (take(output) > 0) {
      heard = true;
      behind = waiting.size - 1;
      return;
    }
    if (oldest === undefined || untilOf(output) < oldest.until) return;
    waiting.shift();
    const together = !heard && behind > 0;
    if (together) behind--;
    heard = false;
    const { dt, startTime } = oldest.input;
    const gathered = counts;
    countAnew();
    const rasterOf = (i: number): SpikeRaster => {
      const { channels } = signals[i]!;
      return { steps: 1, channels, dt, startTime, counts: gathered[i]! };
    };
    if (asked.record === undefined) {
      user.answer({ spikes: rasterOf(0), recorded: nothing, together });
      return;
    }
    const recorded = Object.fromEntries(signals.map(({ name }, i) => [name, rasterOf(i)]));
    user.answer({ spikes: recorded[net.output]!, recorded, together });
  };
  const complete = (): void => user.failed(endedEarly());
  const told = { next, updated: user.updated, error: user.failed, complete };
  const run = target.start(net, told, asked);
  run.push({ timestamps: reals(0), addresses: wholes(0), space, until: 0 });
  return {
    push(input) {
      const { counts: given, startTime, dt } = input;
      const until = realTime ? startTime : binStart(1, dt, startTime);
      let events = 0;
      for (let i = 0; i < given.length; i++) events += given[i]!;
      const timestamps = reals(events).fill(startTime);
      const addresses = wholes(events);
      for (let i = 0, at = 0; i < given.length; i++) {
        for (let k = 0; k < given[i]!; k++) addresses[at++] = i;
      }
      waiting.push({ input, until });
      run.push({ timestamps, addresses, space, until });
    },
    stop: run.stop,
  };
}
