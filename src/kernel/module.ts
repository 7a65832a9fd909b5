/** The WebAssembly modules, and what the machine can do with them. */
import { plain, relaxed } from './binaries.ts';
import type { KernelExports } from './exports.ts';
import { type InstructionSet, nativeKernel } from './native.ts';

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

/** What says in a module that it imports memory; behind it come its flags: it may grow no further than so far, and is shared. */
const memoryImport = [...'\u0006memory\u0002'].map((character) => character.charCodeAt(0));
const [limited, limitedAndShared] = [1, 3];

/** The same module for memory that is not shared: that is all that differs. */
function unshared(binary: Uint8Array): Uint8Array {
  const at = binary.findIndex((_, start) =>
    memoryImport.every((byte, k) => binary[start + k] === byte),
  );
  if (binary[at + memoryImport.length] !== limitedAndShared) throw new Error('no shared memory');
  binary[at + memoryImport.length] = limited;
  return binary;
}

/** What the engine that runs us can do. */
export interface KernelFeatures {
  /** WebAssembly with SIMD: without it there is no kernel. */
  readonly simd: boolean;
  /** Relaxed SIMD: multiplies and adds in one instruction. */
  readonly relaxed: boolean;
  /** Memory that threads can share. */
  readonly shared: boolean;
  /** The instructions of the kernel as machine code; left out where it was not built, or this processor lacks them. */
  readonly native?: InstructionSet;
}

function detect(): KernelFeatures {
  if (typeof WebAssembly === 'undefined') return { simd: false, relaxed: false, shared: false };
  const simd = WebAssembly.validate(unshared(decode(plain)));
  const native = simd ? nativeKernel() : undefined;
  return {
    simd,
    relaxed: simd && WebAssembly.validate(unshared(decode(relaxed))),
    shared: typeof SharedArrayBuffer !== 'undefined',
    ...(native === undefined ? {} : { native: native.instructions }),
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
  const binary = decode(kernelFeatures().relaxed ? relaxed : plain);
  const module = new WebAssembly!.Module(shared ? binary : unshared(binary));
  modules.set(shared, module);
  return module;
}

/** Memory of so many pages. */
export function kernelMemory(pages: number, shared: boolean): KernelMemory {
  // Shared memory must say how far it may grow; it never does.
  return new WebAssembly!.Memory({ initial: pages, maximum: mostPages, shared });
}

/** The functions of the compiled kernel, on such memory. */
export function instantiate(memory: KernelMemory, shared: boolean): KernelExports {
  return new WebAssembly!.Instance(kernelModule(shared), { env: { memory } }).exports;
}
