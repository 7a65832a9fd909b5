/** Lays out the memory of a kernel before there is one. */
import { InvalidArgumentError } from '../errors.ts';
import { fault } from '../problems.ts';
import type { Kernel, KernelCode } from './code.ts';
import { mostPages, pageBytes } from './module.ts';

/** A number of a record, by the type it has there. */
export type Field = { readonly u32: number } | { readonly f32: number } | { readonly f64: number };

/** A kernel whose memory is laid out, seen as numbers. */
export interface LaidOut extends Kernel {
  /** Lanes of its vectors. */
  readonly lanes: number;
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
}

/**
 * Lays out the memory of a kernel: everything is given its place first, and the kernel is made when it is
 * known how much there is.
 */
export interface Arena {
  /** Lanes of the vectors of the kernel. */
  readonly lanes: number;
  /** Reserves `bytes`, filled with zeros, where vectors and cache lines begin. */
  room(bytes: number): number;
  /** Reserves room for `size` numbers, and fills it when the kernel is made, unless nothing is that large. */
  floats(size: number, values: () => ArrayLike<number>): number;
  /** The same, where `write` is told the floats of all memory, and at which byte the room begins. */
  written(size: number, write: (floats: Float32Array, at: number) => void): number;
  /** The same for float64 that are there already. */
  doubles(values: ArrayLike<number>): number;
  /** The same for whole numbers that are there already. */
  words(values: ArrayLike<number>): number;
  /** Reserves a record, its fields aligned as the kernel has them. */
  record(...fields: readonly Field[]): number;
  /** Makes the kernel. */
  build(shared: boolean): LaidOut;
}

const alignment = 64;

function tooLarge(size: string, needed: string, cause?: unknown): InvalidArgumentError {
  const problems = [fault('', 'too-large', `${size}; ${needed}`)];
  return new InvalidArgumentError('the kernel cannot hold this', problems, { cause });
}

/** A pointer or a number without a sign. */
export function word(value: number): Field {
  return { u32: value };
}

/** Starts, for a kernel whose widest population has `widest` neurons, with nothing but the first page, which holds the kernel's own tables. */
export function arena(what: string, widest: number, code: KernelCode): Arena {
  const lanes = code.lanesFor(widest);
  let end = pageBytes;
  const writes: ((kernel: LaidOut) => void)[] = [];
  const room = (bytes: number): number => {
    const at = Math.ceil(end / alignment) * alignment;
    end = at + bytes;
    return at;
  };
  return {
    lanes,
    room,
    floats(size, values) {
      const at = room(size * 4);
      writes.push(({ f32 }) => f32.set(values(), at / 4));
      return at;
    },
    written(size, write) {
      const at = room(size * 4);
      writes.push(({ f32 }) => write(f32, at));
      return at;
    },
    doubles(values) {
      const at = room(values.length * 8);
      writes.push(({ f64 }) => f64.set(values, at / 8));
      return at;
    },
    words(values) {
      const at = room(values.length * 4);
      writes.push(({ u32 }) => u32.set(values, at / 4));
      return at;
    },
    record(...fields) {
      const at = room(fields.length * 8);
      let next = at;
      for (const field of fields) {
        if ('f64' in field) {
          const place = Math.ceil(next / 8);
          writes.push(({ f64 }) => f64.set([field.f64], place));
          next = place * 8 + 8;
        } else {
          const place = next / 4;
          writes.push(({ f32, u32 }) =>
            'f32' in field ? f32.set([field.f32], place) : u32.set([field.u32], place),
          );
          next += 4;
        }
      }
      return at;
    },
    build(shared) {
      const pages = Math.ceil(end / pageBytes);
      const size = `${what} needs ${(end / 2 ** 30).toPrecision(3)} GiB`;
      if (pages > mostPages) {
        throw tooLarge(size, 'the limit is 4 GiB: take fewer steps, trials or neurons');
      }
      let kernel: Kernel;
      try {
        kernel = code.make(pages, shared, lanes);
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw tooLarge(
          size,
          'this machine does not have as much, or not the 10 GiB of address space that WebAssembly reserves for each population: raise its limit (ulimit -v), keep fewer pipelines open, take fewer steps, trials or neurons, or referenceEngine',
          cause,
        );
      }
      const { buffer } = kernel.memory;
      const laidOut = {
        ...kernel,
        lanes,
        f32: new Float32Array(buffer),
        u32: new Uint32Array(buffer),
        f64: new Float64Array(buffer),
      };
      for (const write of writes) write(laidOut);
      return laidOut;
    },
  };
}
