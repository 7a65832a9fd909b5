/** Checkpoints: all that training needs to go on, and its form in a file. */
import { Packr } from 'msgpackr/pack';
import { DataError, InvalidArgumentError } from '../errors.ts';
import { checkMsgpack } from '../events/msgpack-check.ts';
import {
  bytes as bytesCheck,
  type Check,
  number,
  type OptionTable,
  optionProblems,
  readable,
  readOnce,
  text,
} from '../options.ts';
import { type Problem, problem, problemText, within } from '../problems.ts';
import { type Seal, seal, unseal } from '../sealed.ts';

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
const packr = new Packr({ moreTypes: true, useRecords: false });

/** Version 1 had no checksum. */
const form: Seal = { what: 'checkpoint', version: 2 };

/** Checks numbers of which there is one for every weight. */
function array(needed: string, fits: (value: number) => boolean): Check {
  return (values) => {
    if (!(values instanceof Float64Array)) {
      return [problem('', 'wrong-type', values, 'a Float64Array is needed')];
    }
    const at = values.findIndex((value) => !fits(value));
    if (at < 0) return [];
    const code = Number.isFinite(values[at]) ? 'out-of-range' : 'not-finite';
    return [problem(`[${at}]`, code, values[at], needed)];
  };
}

const finite = array('a finite number is needed', Number.isFinite);
const square = array(
  'a finite number of at least 0 is needed',
  (value) => value >= 0 && value < Infinity,
);

/** What a checkpoint holds. */
export const checkpointTable: OptionTable<Checkpoint> = {
  epoch: number({ min: 0, whole: true }),
  // NaN before the first epoch.
  loss: (value) => (Number.isNaN(value) ? [] : number()(value)),
  weights: finite,
  mean: finite,
  square,
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

/** Lists what is wrong with a checkpoint by itself. */
function ownProblems(checkpoint: unknown): Problem[] {
  return readable(() => fieldProblems(checkpoint));
}

function fieldProblems(checkpoint: unknown): Problem[] {
  const problems = optionProblems(checkpoint, checkpointTable, ...checkpointNeeds);
  if (problems.length > 0) return problems;
  const { epoch, loss, weights, mean, square } = checkpoint as Checkpoint;
  for (const [name, { length }] of Object.entries({ mean, square })) {
    if (length === weights.length) continue;
    const needed = `as many as weights are needed, ${weights.length}`;
    problems.push(problem(`${name}.length`, 'wrong-shape', length, needed));
  }
  if (epoch > 0 && Number.isNaN(loss)) {
    problems.push(problem('loss', 'not-finite', loss, `after epoch ${epoch} there is one`));
  }
  return problems;
}

/** Lists what is wrong with a checkpoint for training of so many weights in so many epochs. */
export function checkpointProblems(
  checkpoint: unknown,
  weights: number,
  epochs: number,
): Problem[] {
  const problems = ownProblems(checkpoint);
  if (problems.length > 0) return problems;
  const { epoch, weights: own } = checkpoint as Checkpoint;
  if (own.length !== weights) {
    const needed = `the pipeline has ${weights}`;
    problems.push(problem('weights.length', 'wrong-shape', own.length, needed));
  }
  if (epoch > epochs) {
    problems.push(problem('epoch', 'conflict', epoch, `training ends after ${epochs}`));
  }
  return problems;
}

/**
 * Writes a checkpoint as MessagePack behind a checksum. Every number survives to the last bit.
 *
 * @throws InvalidArgumentError if it is none
 */
export function packCheckpoint(checkpoint: Checkpoint): Uint8Array {
  checkpoint = readOnce(checkpoint, checkpointTable);
  const problems = ownProblems(checkpoint);
  if (problems.length > 0) throw new InvalidArgumentError('this is no checkpoint', problems);
  return seal(form, packr.pack({ ...checkpoint }));
}

/**
 * Reads a checkpoint.
 *
 * @throws DataError if the bytes are none, or have changed since they were written
 * @throws InvalidArgumentError if they are no bytes
 */
export function unpackCheckpoint(bytes: Uint8Array): Checkpoint {
  const junk = within('bytes', bytesCheck(bytes));
  if (junk.length > 0) throw new InvalidArgumentError('no checkpoint can be read', junk);
  const content = unseal(form, bytes);
  let value: unknown;
  try {
    checkMsgpack(content);
    value = packr.unpack(content);
  } catch (cause) {
    throw new DataError('this is no checkpoint: the bytes are not MessagePack', { cause });
  }
  const problems = ownProblems(value);
  if (problems.length > 0) {
    throw new DataError(`this is no checkpoint: ${problems.map(problemText).join('; ')}`);
  }
  return value as Checkpoint;
}
