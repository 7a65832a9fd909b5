/** The steps of a closed loop, and who is told of them: whoever records it, or stimulates the network beside it. */
import type { Demand } from '../demand.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { TargetUpdate } from '../pipeline/target.ts';
import type { ActionLimits } from './limits.ts';
import type { LagPolicy } from './ticker.ts';

/** One step of a closed loop. Its arrays are not written again. */
export interface LoopStep<O = Float64Array, A = Float64Array> {
  /** Number of the step, from 0 on; numbers of steps that were missed are left out. */
  readonly step: number;
  /** Start of the step, whole microseconds from the start of the loop. */
  readonly time: number;
  /** Observation of the environment at the start of the step. */
  readonly observation: O;
  /** Action that the network answers with, within the limits; it is done from the next step on. */
  readonly action: A;
  /** Spikes that went into the network: `[bins × channels]` of the step. */
  readonly input: SpikeRaster;
  /** Spikes of the output population in the same bins. */
  readonly spikes: SpikeRaster;
  /** Signals that were recorded, by name; empty if none were. */
  readonly recorded: Readonly<Record<string, SpikeRaster | SignalRaster>>;
  /** Time from handing over the input to getting the output, microseconds; 0 in virtual time, in which computing takes no time. */
  readonly latency: number;
  /** Whether the environment has come to its end: then this is the last step, and its action is not done. */
  readonly done: boolean;
}

/** A loop that is about to run. */
export interface LoopDescription {
  readonly net: Pipeline;
  /** Name of the target. */
  readonly target: string;
  /** Length of a step, seconds. */
  readonly dt: number;
  readonly seed: number;
  /** Number of steps, if that is known. */
  readonly steps: number | undefined;
  /** What is recorded beside the spikes of the output. */
  readonly record: readonly string[];
  readonly limits: ActionLimits | undefined;
  /** Action that is sent at the end; undefined if none is. */
  readonly onStop: unknown;
  /** What becomes of ticks that are missed, in real time; undefined in virtual time. */
  readonly policy: LagPolicy | undefined;
}

/** How a loop ended. */
export interface LoopEnd {
  /**
   * `steps`: all steps were made, or the stimulus ended it. `done`: the environment came to its end. `unsubscribed`: the subscriber left.
   * `error`: something failed.
   */
  readonly reason: 'steps' | 'done' | 'unsubscribed' | 'error';
  /** What failed. */
  readonly cause?: unknown;
  /** Steps that were made. */
  readonly made: number;
  /** What was clipped, missed and so on, by reason. */
  readonly losses: Readonly<Record<string, number>>;
}

/** Adds spikes to the input of the network, as a protocol does, and sees the steps that follow. What it throws ends the loop. */
export interface LoopStimulus {
  /** Called once before anything runs. If it throws, nothing else is called. */
  begin?(): void;
  /**
   * May add spikes to the input of a step; gives whether the loop goes on after it.
   *
   * @param time start of the step, whole microseconds
   * @param counts what the observation was encoded as, `[bins × channels]`
   */
  before(step: number, time: number, counts: Uint32Array): boolean;
  /** Called with each step, before it is emitted. */
  after?(step: LoopStep<unknown, unknown>): void;
  /**
   * Called when all steps were made: what it has begun and not come to the end of, for which the loop waits. If that fails, so does the loop;
   * undefined if nothing is under way.
   */
  settled?(): Promise<unknown> | undefined;
  /** Called once when the loop has ended, whatever ended it. */
  end?(): void;
}

/** Records a loop. What it throws ends the loop as a failure. */
export interface LoopSession {
  /** Called before anything runs. If it throws, nothing else is called. */
  begin(loop: LoopDescription): void;
  /**
   * Called with each step, before it is emitted.
   *
   * @param state state of the environment at the start of the step, if it shows one
   */
  step(step: LoopStep<unknown, unknown>, state: unknown): void;
  /** Called when the chip was changed in mid-run, by a protocol or anybody else. */
  updated?(update: TargetUpdate): void;
  /** Called once when the loop has ended, whatever ended it: after the last action was sent, before the stream ends. */
  end(end: LoopEnd): void;
  /** What it can take by now: in virtual time the loop waits for it. */
  readonly demand?: Demand;
}
