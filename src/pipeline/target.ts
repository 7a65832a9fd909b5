import type { SpikeRaster } from '../events/spike-raster.ts';
import type { Pipeline } from './pipeline.ts';

/** Hears what a running pipeline gives. */
export interface TargetObserver {
  /** Takes the spikes of the last stage on the bins of a chunk that went in. */
  next(output: SpikeRaster): void;
  /** Learns of a failure; nothing follows. */
  error(cause: unknown): void;
  /** Learns that everything that went in has come out; nothing follows. */
  complete(): void;
}

/** A pipeline that runs on a target. */
export interface TargetRun {
  /** Takes the next chunk; chunks follow each other in time, gaps are silence. */
  push(input: SpikeRaster): void;
  /** Says that no more chunks follow. */
  end(): void;
  /** Stops at once and frees everything. */
  stop(): void;
}

/** A place where pipelines run. */
export interface Target {
  /** Name in messages. */
  readonly name: string;
  /** Lists everything that keeps `pipeline` from running here; empty where it can run. */
  unsupported(pipeline: Pipeline): readonly string[];
  /** Starts `pipeline` at rest. */
  start(pipeline: Pipeline, observer: TargetObserver): TargetRun;
}
