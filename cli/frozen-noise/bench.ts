/** What the parts of the experiment share: what they are told, where they write to, and who stops them. */
import type { Target } from 'spikeline';
import type { ResultFolder } from 'spikeline/files';
import type { BoardAddress } from '../streams/board.ts';
import type { Recorder } from '../streams/recorder.ts';
import type { ExperimentBoard } from './board.ts';
import type { FrozenNoiseData } from './data.ts';
import type { Wishes } from './stopping.ts';

/** What the experiment is told. */
export interface FrozenNoiseConfig {
  readonly seed: number;
  readonly epochs: number;
  /** Mismatch of the chips, as a fraction. */
  readonly mismatch: number;
  /** Mismatch during training, as a fraction. */
  readonly trainingMismatch: number;
  readonly chips: number;
  /** The board that runs the network. */
  readonly board: BoardAddress;
  readonly tests: number;
  /** Streams the random rasters in real time too. */
  readonly realTime: boolean;
  /** Takes the first neurons of the chip as they are instead of measuring which are typical. */
  readonly uncalibrated: boolean;
  /** Folder with recorded patterns; drawn from the seed if left out. */
  readonly data?: string;
  /** Folder for everything that comes out. */
  readonly out: string;
  readonly checkpoint?: string;
  /** Where what streams to the chip is kept: a recording, or a session's folder. */
  readonly record?: string;
}

/** Shows how far the experiment has come. */
export interface Progress {
  /** Begins a part of `total` pieces. */
  begin(label: string, total: number): void;
  /** Moves to `done` pieces; `note` says more. */
  move(done: number, note?: string): void;
  /** Ends the part. */
  end(): void;
}

/** What every part is given. */
export interface Bench {
  readonly config: FrozenNoiseConfig;
  readonly board: ExperimentBoard;
  readonly data: FrozenNoiseData;
  readonly folder: ResultFolder;
  readonly wishes: Wishes;
  readonly progress: Progress;
  /** Keeps what streams to the chip. */
  readonly keep?: Recorder | undefined;
}

/** A target whose runs are kept, if that was asked for. */
export function kept<T extends Target>({ keep }: Bench, target: T): T {
  return keep === undefined ? target : keep.target(target);
}
