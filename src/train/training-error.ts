/** What is thrown when training comes to numbers that are not finite. */
import { SpikelineError } from '../errors.ts';
import { listProblems, readList } from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { said } from '../problems.ts';
import type { Checkpoint } from './checkpoint.ts';

/** What is kept in an error; an error never fails itself. */
export interface KeptTraining {
  readonly pipeline: Pipeline;
  readonly checkpoint: Checkpoint;
}

function partOf<Name extends keyof KeptTraining>(
  kept: KeptTraining,
  name: Name,
): KeptTraining[Name] {
  try {
    return kept?.[name];
  } catch {
    return undefined as never;
  }
}

function epochOf(kept: KeptTraining): number {
  try {
    return Number(partOf(kept, 'checkpoint')?.epoch ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}

/** Training came to numbers that are not finite, or that its engine cannot hold; what was learnt before is in it. */
export class TrainingError extends SpikelineError {
  override readonly name = 'TrainingError';
  /** Stable machine-readable reason. */
  readonly code = 'NOT_FINITE';
  /** The epoch in which it happened, counted from one. */
  readonly epoch: number;
  /** Names of the stages whose weights came out not finite, or whose currents too large; the last one where only the loss did. */
  readonly stages: readonly string[];
  /** The pipeline with the last weights that were finite. */
  readonly pipeline: Pipeline;
  /** Training as it was before that epoch. */
  readonly checkpoint: Checkpoint;

  /** Names epoch and stages, and keeps what was learnt before. */
  constructor(what: string, stages: readonly string[], kept: KeptTraining) {
    const epoch = epochOf(kept);
    const list = readList(stages);
    const names = listProblems(list, 1000).length === 0 ? list : [];
    super(
      `in epoch ${epoch + 1} ${said(what)} of ${names.map(said).join(', ')} came out infinite, not a number, or beyond what the engine can hold; ` +
        `the weights after ${epoch} epochs are kept. Take a smaller learning rate, bounds by weightLimits, a smaller mismatch, or referenceEngine, which has float64`,
    );
    this.epoch = epoch + 1;
    this.stages = names;
    this.pipeline = partOf(kept, 'pipeline');
    this.checkpoint = partOf(kept, 'checkpoint');
  }
}
