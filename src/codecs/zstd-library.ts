/** The native library of Zstandard, which is installed only by those who read much of it. */

/** Decompresses a frame into `target`, faster than it is done here; gives how many bytes that were. */
export type DecompressZstd = (frame: Uint8Array, target: Uint8Array) => number;

interface NativeModule {
  readonly Decompressor: new () => {
    decompress(frame: Uint8Array): Uint8Array;
    readonly dctx?: { decompress?(target: Uint8Array, frame: Uint8Array): number };
  };
}

/** Loads the library; undefined if it is not installed, or does not run here. */
export async function nativeZstd(): Promise<DecompressZstd | undefined> {
  try {
    const name = 'zstd-napi';
    const { Decompressor } = (await import(name)) as NativeModule;
    const decompressor = new Decompressor();
    const { dctx } = decompressor;
    // Into memory that is there already: what is made anew for each frame takes a third of the time.
    return (frame, target) =>
      dctx?.decompress?.(target, frame) ?? copied(decompressor.decompress(frame), target);
  } catch {
    return undefined;
  }
}

function copied(bytes: Uint8Array, target: Uint8Array): number {
  if (bytes.length > target.length) throw new RangeError('the frame holds more');
  target.set(bytes);
  return bytes.length;
}
