/** The WebAssembly modules, and what the machine can do with them. */
import { plain, plainShared, relaxed, relaxedShared } from './binaries.ts';

/** Runs a block on the drive that stands in it; `feed`, `input` and `bias` are 0. */
type Forward = (
  block: number,
  workspace: number,
  steps: number,
  vectors: number,
  feed: number,
  input: number,
  recurrent: number,
  bias: number,
) => void;

/** Goes back through a block from the gradient in the workspace. */
type BackFromOuter = (
  block: number,
  workspace: number,
  steps: number,
  vectors: number,
  input: number,
  recurrent: number,
  feed: number,
  below: number,
  belowVectors: number,
) => void;

/** Runs on the drive from the state that stands there; spikes, as u32, or values, as f32, take its place. */
type Stream = (
  coefficients: number,
  state: number,
  drive: number,
  steps: number,
  rows: number,
  vectors: number,
  recurrent: number,
  workspace: number,
) => void;

/** What the WebAssembly side offers. Pointers are bytes; records are described in `assembly`. */
export interface KernelExports {
  /** Brings the copies of a matrix up to date with its weights. */
  publish(matrix: number): void;
  readonly forward: Forward;
  readonly backFromOuter: BackFromOuter;
  /** Sorts spikes by time into spikes by channel. */
  transpose(list: number, rows: number, into: number, channels: number): void;
  /** Works out the gradient of a thread's share of a matrix. */
  gradientOf(matrix: number, thread: number, threads: number): void;
  /** Rounds runs of f64 to runs of f32; strides are bytes. */
  packInput(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    pieces: number,
    length: number,
  ): void;
  /** Copies rows of u32 so that nothing is between them; returns the largest. */
  unpackSpikes(from: number, fromStride: number, to: number, rows: number, length: number): number;
  /** Copies rows of f32 as f64 so that nothing is between them. */
  unpackValues(from: number, fromStride: number, to: number, rows: number, length: number): void;
  /** Copies bytes to u32, or to f32. */
  widenBytes(from: number, to: number, length: number, real: boolean): void;
  /** Lists the counts of rows that are not zero; returns the largest. */
  scan(from: number, stride: number, steps: number, channels: number, list: number): number;
  /** Runs trials through all populations of a chain. */
  runChain(chain: number, trials: number, from: number, steps: number): void;
  readonly stream: Stream;
  /** Loss and gradient. */
  evaluate(learner: number): void;
  /** Learns for a number of epochs. */
  learnEpochs(learner: number, thread: number, first: number, epochs: number, count: number): void;
}

/** Memory of a kernel; its buffer is shared where threads are to work on it. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
}

/** What is used of WebAssembly, of which the language library knows nothing without a browser's. */
interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Memory: new (limits: { initial: number; maximum: number; shared?: boolean }) => KernelMemory;
  Instance: new (
    module: object,
    imports: { env: { memory: KernelMemory } },
  ) => { readonly exports: KernelExports };
}

declare const WebAssembly: WebAssemblyInterface | undefined;

/** Bytes of a page of memory. */
export const pageBytes: number = 65_536;

/** Pages that a kernel can address at most: 4 GiB. */
export const mostPages: number = 65_536;

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** What the engine that runs us can do. */
export interface KernelFeatures {
  /** WebAssembly with SIMD: without it there is no kernel. */
  readonly simd: boolean;
  /** Relaxed SIMD: multiplies and adds in one instruction. */
  readonly relaxed: boolean;
  /** Memory that threads can share. */
  readonly shared: boolean;
}

function detect(): KernelFeatures {
  if (typeof WebAssembly === 'undefined') return { simd: false, relaxed: false, shared: false };
  const simd = WebAssembly.validate(decode(plain));
  return {
    simd,
    relaxed: simd && WebAssembly.validate(decode(relaxed)),
    shared: typeof SharedArrayBuffer !== 'undefined',
  };
}

let known: KernelFeatures | undefined;

/** Finds out once what there is. */
export function kernelFeatures(): KernelFeatures {
  known ??= detect();
  return known;
}

const modules = new Map<boolean, object>();

/** The compiled kernel, for memory that is shared or not. */
export function kernelModule(shared: boolean): object {
  const ready = modules.get(shared);
  if (ready !== undefined) return ready;
  const fast = kernelFeatures().relaxed;
  const binary = shared ? (fast ? relaxedShared : plainShared) : fast ? relaxed : plain;
  const module = new WebAssembly!.Module(decode(binary));
  modules.set(shared, module);
  return module;
}

/** A kernel with memory of its own. */
export interface Kernel {
  readonly memory: KernelMemory;
  readonly exports: KernelExports;
}

/**
 * Makes a kernel with `pages` of memory.
 *
 * @throws RangeError if the machine does not have so much
 */
export function instantiate(pages: number, shared: boolean): Kernel {
  // Shared memory must say how far it may grow; it never does.
  const memory = new WebAssembly!.Memory({ initial: pages, maximum: mostPages, shared });
  const { exports } = new WebAssembly!.Instance(kernelModule(shared), { env: { memory } });
  return { memory, exports };
}
