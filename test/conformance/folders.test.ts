import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { recordedPatterns, runConformance } from 'spikeline/conformance';
import { StorageError } from 'spikeline/problems';
import { afterAll, describe, expect, it } from 'vitest';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** A folder with such files. */
function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content !== undefined) writeFileSync(path, JSON.stringify(content));
  }
  return folder;
}

const gradientCase = {
  ...{ N: 1, Nin: 1, T: 2, B: 1, dt: 1e-3, input_events_btc: [0, 0, 0], Iscale: 1e-8 },
  ...{ has_rec: false, params: {}, layout: {}, w_in: [[1]], w_rec: null, loss: 1 },
  ...{ dL_dw_in: [[null]], dL_dw_rec: null },
};

describe('a folder of reference numbers', () => {
  it('without any case does not pass', async () => {
    const folder = folderOf({ 'params/highlevel_50.json': [], 'forward/x': 1, 'gradients/x': 1 });
    const { reports } = await runConformance(folder);
    expect(reports).toHaveLength(5);
    for (const { cases, failures } of reports) {
      expect([cases, failures]).toEqual([
        0,
        [{ case: 'all', error: 'there is no case to compare' }],
      ]);
    }
  });

  it('with null for numbers does not pass', async () => {
    const { reports } = await runConformance(folderOf({ 'gradients/n.json': gradientCase }));
    for (const { passed, failures } of reports) expect([passed, failures.length]).toEqual([0, 1]);
  });

  it.each([[null], [1], ['text'], [[]], [{}], [[1]], [[{}]], [{ samples: null }]])(
    'whose files hold %j fails by the name of each',
    async (content) => {
      const files = ['params/highlevel_50.json', 'gradients/a.json', 'forward/b.json'];
      const more = ['biasgen/selection_500.json', 'quantisation/cases.json'];
      const rest = ['mismatch/mismatch.json', 'allocation/allocation.json', 'mapping/mapping.json'];
      const all = [...files, ...more, ...rest];
      const folder = folderOf(Object.fromEntries(all.map((file) => [file, content])));
      const { reports } = await runConformance(folder);
      for (const { kind, passed, failures } of reports) {
        expect([kind, passed]).toEqual([kind, 0]);
        expect(failures).not.toEqual([]);
      }
    },
  );

  it('may be one kind itself', async () => {
    const folder = folderOf({ 'gradients/n.json': gradientCase, 'params/highlevel_50.json': [] });
    const { reports, skipped } = await runConformance(join(folder, 'gradients'));
    expect(reports.map(({ kind, engine }) => [kind, engine])).toEqual([
      ['gradients', 'reference'],
      ['gradients', 'kernel'],
    ]);
    expect(skipped).toEqual([]);
  });

  it('names kinds that are not known, and skips them', async () => {
    const folder = folderOf({ 'gradients/n.json': gradientCase, 'weather/today.json': 1 });
    const { skipped } = await runConformance(folder);
    expect(skipped).toContainEqual({
      ...{ kind: 'weather', engine: null, why: 'no such kind is known here' },
    });
  });
});

describe('recorded patterns', () => {
  const events = [0, 1, 2];
  it.each([
    ['a trial named __proto__', { input_events_btc: ['__proto__', 0, 0] }],
    ['a trial named length', { input_events_btc: ['length', 0, 0] }],
    ['half a step', { input_events_btc: [0, 0.5, 0] }],
    ['a step that is a text', { input_events_btc: [0, '1', 0] }],
    ['a channel of null', { input_events_btc: [0, 1, null] }],
    ['a channel below 0', { input_events_btc: [0, 1, -1] }],
    ['two numbers', { input_events_btc: [0, 1] }],
    ['a step width of a text', { input_events_btc: events, cfg: { dt: '1e-3' } }],
    ['a step width of 1e-300', { input_events_btc: events, cfg: { dt: 1e-300 } }],
    ['nothing', null],
  ])('cannot hold %s', (_, content) => {
    const folder = folderOf({ 'train.json': content });
    expect(() => recordedPatterns(folder)).toThrow(StorageError);
    expect(({} as { 0?: unknown })[0]).toBeUndefined();
  });

  it('hold whole numbers', () => {
    const folder = folderOf({ 'train.json': { input_events_btc: events } });
    expect(recordedPatterns(folder)[0].counts[62]).toBe(1);
  });
});
