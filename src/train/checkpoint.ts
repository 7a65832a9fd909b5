/** Checkpoints: all that training needs to go on, and its form in a file. */
import { Packr } from 'msgpackr/pack';
import { DataError } from '../errors.ts';
import { type Check, number, type OptionTable, oneOf, optionProblems, text } from '../options.ts';
import { problem, problemText } from '../problems.ts';

/** Everything that training needs to go on to the same result, to the last bit. */
export interface Checkpoint {
  /** Epochs done. */
  readonly epoch: number;
  /** Loss of the last epoch. */
  readonly loss: number;
  /** All trainable weights in one run. */
  readonly weights: Float64Array;
  /** What Adam remembers: the mean of the gradient. */
  readonly mean: Float64Array;
  /** What Adam remembers: the mean of its square. */
  readonly square: Float64Array;
  /** Digest of pipeline, samples and options that it belongs to. */
  readonly belongsTo: string;
}

// With `moreTypes`, typed arrays come back as what they were; without, they turn into bytes.
const packr = new Packr({ moreTypes: true });

const format = 'spikeline/checkpoint';

const array: Check = (value) =>
  value instanceof Float64Array
    ? []
    : [problem('', 'wrong-type', value, 'a Float64Array is needed')];

/** What a checkpoint holds. */
export const checkpointTable: OptionTable<Checkpoint> = {
  epoch: number({ min: 0, whole: true }),
  // NaN before the first epoch.
  loss: (value) =>
    typeof value === 'number' ? [] : [problem('', 'wrong-type', value, 'a number is needed')],
  weights: array,
  mean: array,
  square: array,
  belongsTo: text,
};

/** All of it must be there. */
export const checkpointNeeds: readonly (keyof Checkpoint)[] = [
  'epoch',
  'loss',
  'weights',
  'mean',
  'square',
  'belongsTo',
];

interface Saved extends Checkpoint {
  readonly format: string;
  readonly version: number;
}

const saved: OptionTable<Saved> = {
  ...checkpointTable,
  format: oneOf([format]),
  version: oneOf([1]),
};

/** Writes a checkpoint as MessagePack. Every number survives to the last bit. */
export function packCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return packr.pack({ format, version: 1, ...checkpoint });
}

/**
 * Reads a checkpoint.
 *
 * @throws DataError if the bytes are none
 */
export function unpackCheckpoint(bytes: Uint8Array): Checkpoint {
  let value: unknown;
  try {
    value = packr.unpack(bytes);
  } catch (cause) {
    throw new DataError('this is no checkpoint: the bytes are not MessagePack', { cause });
  }
  const problems = optionProblems(value, saved, 'format', 'version', ...checkpointNeeds);
  if (problems.length > 0) {
    throw new DataError(`this is no checkpoint: ${problems.map(problemText).join('; ')}`);
  }
  const { format: _, version: __, ...checkpoint } = value as Saved;
  return checkpoint;
}
