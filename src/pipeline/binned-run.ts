/** Runs bins as they come: rasters at once, packets as soon as their bins are complete. */
import { DataError } from '../errors.ts';
import { chunkEnd } from '../events/bins.ts';
import type { SpikeRaster } from '../events/spike-raster.ts';
import { guarding } from '../guard.ts';
import { readItem } from '../options.ts';
import { type BinnedProcess, type PacketRun, packetRun } from './packet-run.ts';
import type { Pipeline } from './pipeline.ts';
import { checkOrder } from './run.ts';
import { outputOf, outputSignals } from './signals.ts';
import {
  isPacket,
  type TargetInput,
  type TargetObserver,
  type TargetRequest,
  type TargetRun,
} from './target.ts';

/** Steps of a packet that are run before others have a turn, if whoever pushes it lets them. */
const stepsAtOnce = 4096;

/** Makes a run of what computes bins. */
export function binnedRun(
  pipeline: Pipeline,
  process: BinnedProcess,
  observer: TargetObserver,
  request: TargetRequest,
): TargetRun {
  const signals = outputSignals(pipeline, request);
  const check = kindCheck();
  /** What packets need, once there are any. */
  let packets: PacketRun | undefined;
  let reached: number | undefined;
  let stopped = false;

  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    packets?.clear();
    process.stop?.();
  };
  const fail = (cause: unknown): void => {
    stop();
    observer.error(cause);
  };
  const guard = guarding(() => stopped, fail);
  const give = (found: Parameters<typeof outputOf>[1]): void =>
    observer.next(outputOf(signals, found, request));
  let unfinished = false;
  /** The raster before which time passes. */
  let coming: SpikeRaster | undefined;
  const runRaster = (raster: SpikeRaster, steps: number): void => {
    unfinished = Number.isFinite(steps) && process.approach?.(raster.startTime, steps) === true;
    coming = unfinished ? raster : undefined;
    if (unfinished) return;
    const output = process.process(raster);
    reached = chunkEnd(raster);
    give(output);
  };
  /** Runs so many steps that the last packet has completed, or of the silence before a raster. */
  const goOn = (steps: number): void => {
    if (coming !== undefined) {
      runRaster(coming, steps);
      return;
    }
    const found = packets!.goOn(steps);
    unfinished = found === undefined;
    if (found !== undefined) give(found);
  };
  /** Takes an input; of a packet, so many steps. */
  const take = (given: TargetInput, steps: number): void => {
    const input = readItem(given);
    check(input);
    if (isPacket(input)) {
      packets ??= packetRun(pipeline, process, signals, request);
      packets.take(input);
      goOn(steps);
      return;
    }
    checkOrder(input, reached);
    runRaster(input, steps);
  };
  return {
    push: (input) => guard(take, input, Number.POSITIVE_INFINITY),
    pushPart(input) {
      guard(take, input, stepsAtOnce);
      return unfinished && !stopped;
    },
    goOn() {
      guard(goOn, stepsAtOnce);
      return unfinished && !stopped;
    },
    reset: () => guard(() => process.reset()),
    end: () =>
      guard(() => {
        const last = packets?.finish();
        if (last !== undefined) give(last);
        if (stopped) return;
        stop();
        observer.complete();
      }),
    stop,
  };
}

/** Refuses a stream that has rasters and packets. */
export function kindCheck(): (input: TargetInput) => void {
  let first: boolean | undefined;
  return (input) => {
    const packet = isPacket(input);
    first ??= packet;
    if (packet !== first) {
      const [given, needed] = packet ? ['a packet', 'rasters'] : ['a raster', 'packets'];
      throw new DataError(`${given} came in a stream of ${needed}; toRaster and toEvents convert`);
    }
  };
}
