import fs from 'node:fs';
import { vi } from 'vitest';

/** The disk is full once `bytes` have been written: what still fits of a piece is written, as a disk does it. */
export function fullDisk(bytes: number): void {
  const write = fs.writeFileSync;
  let left = bytes;
  vi.spyOn(fs, 'writeFileSync').mockImplementation((path, content, options) => {
    const all = Buffer.from(content as Uint8Array);
    const fits = all.subarray(0, left);
    left -= fits.length;
    write(path, fits, options);
    if (fits.length < all.length) throw new Error('ENOSPC: no space left on device, write');
  });
}
