import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { version } from '#src/kernel/binaries';
import {
  type Addon,
  findNative,
  type InstructionSet,
  isWhole,
  nativeKernel,
} from '#src/kernel/native';
import { emptyFolder } from '#test/support/folders';

const v3 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe'];
const v4 = [...v3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'];
const addon = (of = version): Addon => ({ version: of, bind: () => ({}) as never });

/** What is found by a processor that knows these, where the addons are these. */
function found(
  flags: readonly string[],
  addons: { readonly [name in InstructionSet]?: Addon },
  wanted?: string,
): string | undefined {
  const load = (instructions: InstructionSet) => {
    const made = addons[instructions];
    if (made === undefined) throw new Error('no such file');
    return { path: instructions, addon: made };
  };
  return findNative(new Set(flags), load, wanted)?.instructions;
}

describe('the kernel as machine code', () => {
  const both = { avx512: addon(), avx2: addon() };

  it('is the best that the processor knows', () => {
    expect(found(v4, both)).toBe('avx512');
    expect(found(v3, both)).toBe('avx2');
    expect(found(v4.slice(1), both)).toBeUndefined();
    expect(found([], both)).toBeUndefined();
  });

  it('is what is asked for, or none', () => {
    expect(found(v4, both, 'avx2')).toBe('avx2');
    expect(found(v3, both, 'avx512')).toBeUndefined();
    expect(found(v4, both, '0')).toBeUndefined();
  });

  it('is left where it was made of other sources, is not there, or does not load', () => {
    expect(found(v4, { ...both, avx512: addon('other') })).toBe('avx2');
    expect(found(v4, { avx2: addon() })).toBe('avx2');
    expect(found(v4, { avx512: addon('other'), avx2: addon('other') })).toBeUndefined();
    expect(found(v4, {})).toBeUndefined();
  });
});

describe('an addon that cannot be had', () => {
  it('is one that was cut off: who loads it is killed', () => {
    const folder = 'src/kernel/native';
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const bytes = readFileSync(`${folder}/${name}`);
      expect(isWhole(bytes)).toBe(true);
      for (const size of [0, 63, 64, 4096, bytes.length >> 1, bytes.length - 1]) {
        expect(isWhole(bytes.subarray(0, size))).toBe(false);
      }
    }
  });

  it('is none where files may not be read, or `process` is none of Node', () => {
    for (const answer of [undefined, new Error('access to this API has been restricted')]) {
      const way = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
        if (answer !== undefined) throw answer;
        return undefined as never;
      });
      expect(nativeKernel()).toBeUndefined();
      expect(way.mock.calls.length).toBe(
        process.platform === 'linux' && process.arch === 'x64' ? 1 : 0,
      );
      way.mockRestore();
    }
  });
});

describe('its build', () => {
  const build = (compiler: string) => {
    const folder = emptyFolder();
    const { status, stderr } = spawnSync('node', ['scripts/build-native.mjs', folder], {
      env: { ...process.env, CXX: compiler },
      encoding: 'utf8',
    });
    return { status, stderr, made: readdirSync(folder) };
  };

  it('says so and goes on where there is no compiler, or none that is new enough', () => {
    if (process.platform !== 'linux' || process.arch !== 'x64') return;
    const none = build('/no/compiler');
    expect([none.status, none.made]).toEqual([0, []]);
    expect(none.stderr).toMatch(
      /runs in WebAssembly: there is no compiler of C\+\+ \(\/no\/compiler\)/,
    );
    const old = `${emptyFolder()}/old-compiler`;
    writeFileSync(old, '#!/bin/sh\necho "unrecognised option" >&2\nexit 1\n', { mode: 0o755 });
    const refused = build(old);
    expect([refused.status, refused.made]).toEqual([0, []]);
    expect(refused.stderr).toMatch(
      /runs in WebAssembly: \S+old-compiler said:\nunrecognised option/,
    );
  });

  it('is there wherever there is a compiler of C++', () => {
    if (process.platform !== 'linux' || process.arch !== 'x64') return;
    const compiler = process.env['CXX'] ?? 'c++';
    if (spawnSync(compiler, ['--version']).status !== 0) return;
    expect(readdirSync('src/kernel/native').sort()).toEqual(['avx2.node', 'avx512.node']);
  });

  it('refuses AssemblyScript that it does not know, and names the place', async () => {
    const path: string = '../../scripts/native/translate.mjs';
    const { translate } = await import(new URL(path, `file://${process.cwd()}/test/kernel/`).href);
    const entry = `${emptyFolder()}/index.ts`;
    writeFileSync(entry, 'export function f(a: u32): u32 {\n  switch (a) {}\n  return a;\n}\n');
    expect(() => translate(entry, 4)).toThrow(/index\.ts:2: SwitchStatement is not known/);
  });
});
