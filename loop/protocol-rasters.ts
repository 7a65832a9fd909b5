/** A protocol as a source of rasters, step by step. */
import { asapScheduler, type Subscriber, type Unsubscribable } from 'rxjs';
import { atOnce, workAtOnce } from '../sources/paced.ts';
import { type Clock, monotonic } from '../src/clock.ts';
import { demandOfSubscriber } from '../src/demand.ts';
import { binStart } from '../src/events/bins.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import type { Conductor } from '../src/loop/protocol/conduct.ts';
import { onceSettled } from '../src/loop/settled.ts';
import { afterOthers } from '../src/turns.ts';

/** What a phase costs that begins, in bins of one channel. */
const phaseWork = 1000;

/** When a raster may be made. */
export interface RasterGate {
  /** Whether everything is known that the step at a time depends on. */
  mayGoOn(time: number): boolean;
  /** Calls back once more is known, or somebody wishes something. */
  later(work: () => void): void;
}

/** The rasters. */
export interface RasterPlan {
  readonly channels: number;
  readonly dt: number;
  readonly startTime?: number;
  readonly chunkSteps?: number;
  readonly clock?: Clock;
}

/** Emits the stimuli of a protocol until it is over; returns what ends that. */
export function emitRasters(
  conductor: Conductor,
  { channels, dt, startTime = 0, chunkSteps = 1, clock }: RasterPlan,
  gate: RasterGate,
  subscriber: Subscriber<SpikeRaster>,
): () => void {
  const time = clock === undefined ? undefined : monotonic(clock);
  const demand = time === undefined ? demandOfSubscriber() : undefined;
  const begin = time?.now() ?? 0;
  let [chunk, inTurn, work] = [0, 0, 0];
  let waiting: Unsubscribable | undefined;
  let failed = false;

  const fail = (cause: unknown): void => {
    failed = true;
    subscriber.error(cause);
  };
  /** Ends once all that phases have begun is done. */
  const complete = (): void => onceSettled(conductor.settled(), () => subscriber.complete(), fail);
  const make = (): void => {
    const step = chunk * chunkSteps;
    const at = binStart(step, dt, startTime);
    if (time === undefined && !gate.mayGoOn(at)) {
      gate.later(wait);
      return;
    }
    const counts = new Uint32Array(chunkSteps * channels);
    const turns = conductor.turn;
    const kind = conductor.step(step, at, counts);
    work += counts.length + phaseWork * (conductor.turn - turns);
    // Without a clock nothing passes in a pause.
    if (time === undefined && conductor.state === 'paused') {
      gate.later(wait);
      return;
    }
    if (kind === 'over') {
      complete();
      return;
    }
    chunk++;
    subscriber.next({ steps: chunkSteps, channels, dt, startTime: at, counts });
    if (kind === 'last') complete();
    else if (!subscriber.closed) wait();
  };
  const turn = (): void => {
    waiting = undefined;
    if (subscriber.closed) return;
    try {
      make();
    } catch (cause) {
      fail(cause);
    }
  };
  const schedule = (): Unsubscribable => {
    if (time !== undefined) {
      const due = begin + (binStart(chunk * chunkSteps, dt, startTime) - startTime) / 1000;
      return time.schedule(turn, Math.max(0, due - time.now()));
    }
    if (inTurn < atOnce && work < workAtOnce) {
      inTurn++;
      return asapScheduler.schedule(turn);
    }
    inTurn = work = 0;
    return afterOthers(turn);
  };
  const wait = (): void => {
    if (subscriber.closed) return;
    if (demand?.open === false) {
      waiting = { unsubscribe: demand.whenOpen(wait) };
      return;
    }
    const at = chunk;
    const action = schedule();
    // A clock may have done it, and what follows, at once.
    if (chunk === at) waiting = action;
  };
  wait();
  return () => {
    waiting?.unsubscribe();
    try {
      conductor.stop();
    } catch (cause) {
      // What has failed has said so; what it does at its end need not fail too.
      if (!failed) throw cause;
    }
  };
}
