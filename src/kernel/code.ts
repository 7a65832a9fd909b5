/** Where the functions of a kernel come from: WebAssembly, or machine code. */
import type { KernelExports } from './exports.ts';
import * as layout from './layout.ts';
import {
  instantiate,
  type KernelMemory,
  kernelFeatures,
  kernelMemory,
  kernelModule,
} from './module.ts';
import { type NativeKernel, nativeKernel } from './native.ts';
import type { WorkerTask } from './worker.ts';

/** A kernel with memory of its own. */
export interface Kernel {
  readonly memory: KernelMemory;
  readonly exports: KernelExports;
  /** What a worker is told, to work on the same memory. */
  readonly task: WorkerTask;
}

/** What makes kernels. */
export interface KernelCode {
  /** Name of an engine that computes with it: what rounds otherwise trains to other numbers. */
  readonly name: string;
  /** Lanes of the vectors of a kernel whose widest population has so many neurons. */
  lanesFor(widest: number): number;
  /**
   * Makes a kernel with `pages` of memory, whose vectors have so many lanes.
   *
   * @throws RangeError if the machine does not have so much
   */
  make(pages: number, shared: boolean, lanes: number): Kernel;
}

/** WebAssembly, with relaxed SIMD where the machine has it. */
export function wasmCode(): KernelCode {
  return {
    name: kernelFeatures().relaxed ? 'kernel, relaxed' : 'kernel',
    lanesFor: () => layout.LANES,
    make(pages, shared) {
      const memory = kernelMemory(pages, shared);
      const module = kernelModule(shared);
      return { memory, exports: instantiate(memory, shared), task: { module, memory } };
    },
  };
}

/** Machine code. */
function nativeCode({ instructions, path, widest, bind }: NativeKernel): KernelCode {
  return {
    name: `kernel, ${instructions}`,
    // Trials of up to four neurons share a vector, or are stepped in a way of their own.
    lanesFor: (neurons) => (neurons > layout.LANES ? widest : layout.LANES),
    make(pages, shared, lanes) {
      const memory = kernelMemory(pages, shared);
      const exports = bind(lanes, new Uint8Array(memory.buffer));
      return { memory, exports, task: { addon: path, lanes, memory } };
    },
  };
}

let best: KernelCode | undefined;

/** The fastest there is. */
export function fastestCode(): KernelCode {
  if (best === undefined) {
    const native = kernelFeatures().native === undefined ? undefined : nativeKernel();
    best = native === undefined ? wasmCode() : nativeCode(native);
  }
  return best;
}
