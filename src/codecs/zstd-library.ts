/** Libraries of Zstandard, which are installed only by those who write it. */

/** What libraries can do. */
export interface ZstdLibrary {
  /** Decompresses a frame into `target`, faster than it is done here; gives how many bytes that were. */
  readonly decompress?: (frame: Uint8Array, target: Uint8Array) => number;
  readonly compress?: (bytes: Uint8Array, level: number) => Uint8Array;
}

/** How a library is loaded. */
type Load = () => Promise<ZstdLibrary>;

interface NativeModule {
  readonly Decompressor: new () => {
    decompress(frame: Uint8Array): Uint8Array;
    readonly dctx?: { decompress?(target: Uint8Array, frame: Uint8Array): number };
  };
  readonly compress: (bytes: Uint8Array, options: { compressionLevel: number }) => Uint8Array;
}

type WasmModule = typeof import('@bokuweb/zstd-wasm');

/** Libraries, the fastest first. */
const libraries: Readonly<Record<string, Load>> = {
  // Native code, where it could be built.
  'zstd-napi': async () => {
    const name = 'zstd-napi';
    const { Decompressor, compress } = (await import(name)) as NativeModule;
    const decompressor = new Decompressor();
    const { dctx } = decompressor;
    return {
      // Into memory that is there already: what is made anew for each frame takes a third of the time.
      decompress: (frame, target) =>
        dctx?.decompress?.(target, frame) ?? copied(decompressor.decompress(frame), target),
      compress: (bytes, compressionLevel) => compress(bytes, { compressionLevel }),
    };
  },
  '@bokuweb/zstd-wasm': async () => {
    const library = ownCopy() ?? (await import('@bokuweb/zstd-wasm'));
    if (!isStarted(library)) await library.init();
    // One context for all frames; without one, each call makes its own.
    const compressor = library.createCCtx();
    const noDictionary = new Uint8Array(0);
    return {
      compress: (bytes, level) => library.compressUsingDict(compressor, bytes, noDictionary, level),
    };
  },
};

/**
 * A copy of the library that nobody else has, where its files can be read; undefined elsewhere. Its `init` puts another memory below
 * functions that work in the memory before: whoever calls it a second time voids the library for all who share it.
 */
function ownCopy(): WasmModule | undefined {
  const { process } = globalThis;
  const modules = process?.getBuiltinModule?.('node:module');
  if (modules === undefined) return undefined;
  const { createRequire } = modules;
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { dirname } = process.getBuiltinModule('node:path');
  const { compileFunction } = process.getBuiltinModule('node:vm');
  const main = resolved(createRequire(import.meta.url), '@bokuweb/zstd-wasm');
  if (main === undefined) return undefined;
  const names = ['exports', 'require', 'module', '__filename', '__dirname'];
  const loaded = new Map<string, { exports: unknown }>();
  // The modules of Node are not touched: somebody may be loading the same files at this moment.
  const load = (path: string): unknown => {
    const there = loaded.get(path);
    if (there !== undefined) return there.exports;
    const module = { exports: {} as unknown };
    loaded.set(path, module);
    const require = createRequire(path);
    const own = (name: string): unknown => {
      const found = require.resolve(name);
      return found.startsWith(dirname(main)) ? load(found) : require(name);
    };
    const run = compileFunction(readFileSync(path, 'utf8'), names, { filename: path });
    run(module.exports, own, module, path, dirname(path));
    return module.exports;
  };
  return load(main) as WasmModule;
}

/** Where a package is; undefined if that cannot be found out, as in a program that is one file. */
function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** Whether somebody has started a library that is shared. */
function isStarted(library: WasmModule): boolean {
  try {
    return library.compress(new Uint8Array(1)).length > 0;
  } catch {
    return false;
  }
}

function copied(bytes: Uint8Array, target: Uint8Array): number {
  if (bytes.length > target.length) throw new RangeError('the frame holds more');
  target.set(bytes);
  return bytes.length;
}

/** All that the libraries that are installed can do. */
export async function zstdLibraries(): Promise<ZstdLibrary> {
  let all: ZstdLibrary = {};
  for (const load of Object.values(libraries)) {
    try {
      all = { ...(await load()), ...all };
    } catch {
      // It is not installed, or does not run here.
    }
  }
  return all;
}
