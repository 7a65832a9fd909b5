import { Packr } from 'msgpackr';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import type { Checkpoint } from './training.ts';

// With `moreTypes`, typed arrays come back as what they were; without, they turn into bytes.
const packr = new Packr({ moreTypes: true });

const format = 'spikeline/checkpoint';
const array = z.instanceof(Float64Array);
const saved = z.strictObject({
  format: z.literal(format),
  version: z.literal(1),
  epoch: z.number(),
  // NaN before the first epoch.
  loss: z.custom<number>((value) => typeof value === 'number'),
  weights: array,
  mean: array,
  square: array,
  belongsTo: z.string(),
});

/** Writes a checkpoint as MessagePack. Every number survives to the last bit. */
export function packCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return packr.pack({ format, version: 1, ...checkpoint });
}

/**
 * Reads a checkpoint.
 *
 * @throws DataError where the bytes are none
 */
export function unpackCheckpoint(bytes: Uint8Array): Checkpoint {
  let value: unknown;
  try {
    value = packr.unpack(bytes);
  } catch (cause) {
    throw new DataError('this is no checkpoint: the bytes are not MessagePack', { cause });
  }
  const parsed = saved.safeParse(value);
  if (!parsed.success) {
    throw new DataError(`this is no checkpoint: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  }
  const { format: _, version: __, ...checkpoint } = parsed.data;
  return checkpoint;
}
