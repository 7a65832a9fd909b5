/** The kernel as machine code, where it was built for this machine. */
import { version } from './binaries.ts';
import type { KernelExports } from './exports.ts';

/** What the kernel is built for as machine code. */
export type InstructionSet = 'avx512' | 'avx2';

/** A build: what its processors must know, which is x86-64-v4 or v3, and the lanes of a register. */
interface Build {
  readonly instructions: InstructionSet;
  readonly flags: readonly string[];
  readonly widest: number;
}

/** What x86-64-v3 is known by. */
const v3 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe'];

/** The best comes first. */
const builds: readonly Build[] = [
  {
    instructions: 'avx512',
    flags: [...v3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'],
    widest: 16,
  },
  { instructions: 'avx2', flags: v3, widest: 8 },
];

/** An addon of Node, made by `scripts/build-native.mjs`. */
export interface Addon {
  /** Of the sources that it was made of. */
  readonly version: string;
  /** The functions of the kernel on some memory, for vectors of so many lanes. */
  bind(lanes: number, memory: Uint8Array): KernelExports;
}

/** The kernel as machine code. */
export interface NativeKernel extends Pick<Addon, 'bind'> {
  readonly instructions: InstructionSet;
  /** The file of the addon. */
  readonly path: string;
  /** Lanes of its vectors, where they are not four. */
  readonly widest: number;
}

/**
 * The best build that a processor can run and that loads.
 *
 * @param known what the processor knows
 * @param load loads the addon of some instructions; throws where there is none, or where it does not load here
 * @param wanted the only instructions that may be taken, or none if they are none of those that there are
 */
export function findNative(
  known: ReadonlySet<string>,
  load: (instructions: InstructionSet) => { readonly path: string; readonly addon: Addon },
  wanted?: string,
): NativeKernel | undefined {
  for (const { instructions, flags, widest } of builds) {
    if (wanted !== undefined && wanted !== instructions) continue;
    if (!flags.every((flag) => known.has(flag))) continue;
    try {
      const { path, addon } = load(instructions);
      // One that was made of other sources has its numbers at other places.
      if (addon.version === version) return { instructions, path, widest, bind: addon.bind };
    } catch {
      // WebAssembly, or the next, computes the same.
    }
  }
  return undefined;
}

/** What the processors of this machine know, as Linux tells it: what one knows, all do. */
function processorFlags(): Set<string> {
  const { openSync, readSync, closeSync } = process.getBuiltinModule('node:fs');
  // A large machine has a page of text for each of its processors.
  const page = new Uint8Array(8192);
  const file = openSync('/proc/cpuinfo', 'r');
  const size = readSync(file, page);
  closeSync(file);
  const line = /^flags\s*:(.*)$/m.exec(new TextDecoder().decode(page.subarray(0, size)));
  return new Set(line?.[1]?.trim().split(' '));
}

/** Whether a file in the format ELF is as long as it says: the table at its end is there. One that was cut off kills who loads it. */
export function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < 64) return false;
  const head = new DataView(bytes.buffer, bytes.byteOffset, 64);
  const sections = head.getUint16(58, true) * head.getUint16(60, true);
  return bytes.length >= Number(head.getBigUint64(40, true)) + sections;
}

function find(): NativeKernel | undefined {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { createRequire } = process.getBuiltinModule('node:module');
  const load = (instructions: InstructionSet) => {
    const require = createRequire(import.meta.url);
    const path = require.resolve(`#native/${instructions}`);
    if (!isWhole(readFileSync(path))) throw new Error(`${path} was cut off`);
    return { path, addon: require(path) as Addon };
  };
  return findNative(processorFlags(), load, process.env['SPIKELINE_NATIVE']);
}

/**
 * Finds it: the best that this processor can run, or that of the variable `SPIKELINE_NATIVE` (`avx512`, `avx2`, or `0` for
 * none). That there is none, or that the machine does not tell, is no error.
 */
export function nativeKernel(): NativeKernel | undefined {
  if (typeof process === 'undefined') return undefined;
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    return find();
  } catch {
    // Who may not read files (`node --permission`), or has a `process` that is none of Node, takes WebAssembly.
    return undefined;
  }
}
