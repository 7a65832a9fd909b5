import { getHeapSpaceStatistics } from 'node:v8';
import { settleMemory } from 'spikeline/loop';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** Bytes that V8 has for what is new. */
function young(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')!.space_size;
}

/** Much that lives for a while, which makes the young heap grow. */
function litter(): WeakRef<object> {
  const objects = Array.from({ length: 400_000 }, (_, i) => ({ i }));
  return new WeakRef(objects);
}

describe('settleMemory', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('collects what nobody holds, and gives the young heap back', async () => {
    const left = litter();
    const before = young();
    await settleMemory();
    expect(left.deref()).toBeUndefined();
    expect(young()).toBeLessThan(before);
  });

  it('does nothing where there is no Node', async () => {
    vi.stubGlobal('process', undefined);
    await expect(settleMemory()).resolves.toBeUndefined();
  });
});
