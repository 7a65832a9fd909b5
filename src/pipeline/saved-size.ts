/** How large a saved pipeline is, told from its form before anything is built of it. */
import { unpackPlain } from './save.ts';

/** What a pipeline holds. */
export interface PipelineSize {
  /** Neurons of all populations, and channels of what has no neurons. */
  readonly neurons: number;
  /** Weights between them, recurrent ones among them. */
  readonly synapses: number;
  /** Steps that delays hold, over all channels. */
  readonly delayed: number;
}

/** Numbers in lists, however deep: lists of a saved form are bounded by its bytes. */
function numbersIn(value: unknown): number {
  if (typeof value === 'number') return 1;
  if (ArrayBuffer.isView(value)) return (value as unknown as ArrayLike<number>).length;
  if (!Array.isArray(value)) return 0;
  return value.reduce((sum: number, one) => sum + numbersIn(one), 0);
}

/** A number that is there, and is one; 0 else, or infinite if it is too large to be counted. */
function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

/** Steps that the delays of a stage hold. */
function delaysOf({ delay, channels, dt }: Readonly<Record<string, unknown>>): number {
  if (delay === undefined) return 0;
  const width = numberOf(dt);
  const steps = (seconds: unknown): number => Math.ceil(numberOf(seconds) / width);
  if (!Array.isArray(delay)) return numberOf(channels) * steps(delay);
  return delay.reduce((sum: number, one) => sum + steps(one), 0);
}

/**
 * Counts what is in a pipeline that `packPipeline` has written, without building it.
 *
 * @throws DataError if the bytes are no MessagePack
 */
export function packedSize(bytes: Uint8Array): PipelineSize {
  const { stages } = (unpackPlain(bytes) ?? {}) as { readonly stages?: unknown };
  const size = { neurons: 0, synapses: 0, delayed: 0 };
  for (const stage of Array.isArray(stages) ? stages : []) {
    const fields = (stage ?? {}) as Readonly<Record<string, unknown>>;
    const { neurons, channels, weight, recurrent } = fields;
    size.neurons += numberOf(neurons ?? channels);
    size.synapses += numbersIn(weight) + numbersIn(recurrent);
    size.delayed += delaysOf(fields);
  }
  return size;
}
