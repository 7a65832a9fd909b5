import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as library from '@bokuweb/zstd-wasm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const require = createRequire(import.meta.url);

describe('ZSTD beside a program that uses the same library', () => {
  const some = Uint8Array.from({ length: 3000 }, (_, i) => (i * i) >> 7);
  const { cache, resolve } = require;
  const main = resolve('@bokuweb/zstd-wasm');
  const entries = () => Object.keys(cache).filter((name) => name.startsWith(dirname(main)));
  let before: [string, NodeJS.Module][] = [];
  let theirs: typeof library;
  let starts = 0;

  /** Gives the program a library that no other test has, and loads ours beside it. */
  beforeEach(async () => {
    before = entries().map((name) => [name, cache[name]!]);
    for (const name of entries()) delete cache[name];
    starts = 0;
    const { init, ...rest } = require(main) as typeof library;
    const counted = () => {
      starts++;
      return init();
    };
    theirs = { ...rest, init: counted };
    await theirs.init();
    vi.doMock('@bokuweb/zstd-wasm', () => theirs);
    vi.resetModules();
  });

  afterEach(() => {
    for (const name of entries()) delete cache[name];
    Object.assign(cache, Object.fromEntries(before));
    vi.doUnmock('@bokuweb/zstd-wasm');
    vi.restoreAllMocks();
    vi.resetModules();
  });

  /** What the program gives for {@link some}, which it has begun to use the library for. */
  const frameOfTheirs = () => {
    const context = theirs.createCCtx();
    return () => theirs.compressUsingDict(context, some, new Uint8Array(0), 1);
  };

  /** Has both write the same frame; then the program starts its library again, which voids what it has of it. */
  const startedAgain = async () => {
    const ours = await import('#src/codecs/zstd');
    const theirFrame = frameOfTheirs();
    const expected = theirFrame();
    await ours.loadZstd();
    expect(ours.packZstd(some)).toEqual(expected);
    expect(starts).toBe(1);
    await theirs.init();
    // It says that it is ready before it is.
    await vi.waitFor(() => expect(theirFrame()).not.toEqual(expected));
    return { ours, expected };
  };

  it('writes the same when that starts it again, and starts nothing of it', async () => {
    const { ours, expected } = await startedAgain();
    expect(ours.packZstd(some)).toEqual(expected);
    const found = ours.unpackZstd(expected, some.length)!;
    expect(found.shop.u8.slice(found.at, found.at + found.length)).toEqual(some);
  });

  it('refuses what comes out then where it has to share it, which it does not start twice', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    const { ours } = await startedAgain();
    expect(() => ours.packZstd(some)).toThrow(/started again, by init/);
  });
});
