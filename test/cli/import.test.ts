import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lif, linear, pipeline, pipelineFromJson } from 'spikeline';
import { nirOfPipeline, writeNir } from 'spikeline/nir';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

const net = pipeline(
  linear({
    weight: [
      [1, -2],
      [0.5, 3],
    ],
    name: 'in',
  }),
  lif({ neurons: 2, tauMem: 0.02, leak: [0, 1], name: 'out' }),
);

const folder = emptyFolder();
const sound = join(folder, 'sound.nir');
const odd = join(folder, 'odd.nir');
const broken = join(folder, 'broken.nir');

beforeAll(async () => {
  const graph = nirOfPipeline(net);
  writeFileSync(sound, await writeNir(graph));
  const { out: _, ...nodes } = graph.nodes;
  writeFileSync(
    odd,
    await writeNir({
      ...graph,
      nodes: { ...nodes, out: { type: 'unknown', primitive: 'AdEx', fields: {} } },
    }),
  );
  writeFileSync(broken, readFileSync(sound).subarray(0, 3000));
});

describe('spikeline import', () => {
  it('prints the pipeline stage by stage, what the chip cannot take, and saves it', async () => {
    const out = join(folder, 'deep', 'pipeline.json');
    const { code, stdout } = await runCli(['import', sound, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toContain('2 → 2 channels, dt 0.001 s');
    expect(stdout).toMatch(/^in +linear +2 +weight -2…3$/m);
    expect(stdout).toMatch(/^out +lif +2 +tauMem 0.02, .*leak 0…1/m);
    expect(stdout).toContain('the simulator can run it');
    expect(stdout).toMatch(/the chip cannot take:\n {2}out {2}tauSyn: there is no tauSyn/);
    expect(stdout).toContain(`saved: ${out}`);
    expect(pipelineFromJson(readFileSync(out, 'utf8'))).toEqual(net);
  });

  it('names what does not run and saves nothing, which with --out is a failure', async () => {
    const out = join(folder, 'nothing.json');
    expect((await runCli(['import', odd])).code).toBe(0);
    const { code, stdout } = await runCli(['import', odd, '--out', out]);
    expect(code).toBe(1);
    expect(stdout).toContain('no pipeline');
    expect(stdout).toMatch(/the simulator cannot run it:\n {2}out {2}AdEx is no primitive/);
    expect(stdout).toMatch(/the chip cannot take:\n {2}out {2}the chip has no AdEx/);
    expect(stdout).toContain(`not saved: ${out}`);
    expect(() => readFileSync(out)).toThrow();
  });

  it('prints all of it as JSON, with the step that it is given', async () => {
    const { code, stdout } = await runCli(['import', sound, '--json', '--dt', '0.002']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      file: sound,
      nodes: 4,
      pipeline: { dt: 2e-3, stages: [{ stage: 'in', parameters: { weight: [-2, 3] } }, {}] },
      simulator: [],
      chip: [{ node: 'out' }, { node: 'out' }],
      notes: [],
      saved: null,
    });
  });

  it('refuses what is no NIR file, or is not there, and names it', async () => {
    const [cut, missing] = await Promise.all([
      runCli(['import', broken]),
      runCli(['import', join(folder, 'none.nir')]),
    ]);
    expect(cut.code).toBe(2);
    expect(cut.stderr).toContain(`${broken}: this HDF5 file is cut off or damaged`);
    expect(cut.stderr).not.toContain('HDF5-DIAG');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('none.nir: cannot be read');
  });

  it('gives all reasons at once on bad options', async () => {
    const { code, stderr } = await runCli(['import', '--dt=-1', '--out=']);
    expect(code).toBe(2);
    for (const word of ['FILE is []; one file is needed', '--dt is -1', '--out: it is empty']) {
      expect(stderr).toContain(word);
    }
  });

  it('writes over no input', async () => {
    const link = join(folder, 'link');
    symlinkSync(sound, link);
    const before = readFileSync(sound);
    for (const out of [sound, link]) {
      const { code, stderr } = await runCli(['import', sound, '--out', out]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('and is read')]);
    }
    expect(readFileSync(sound)).toEqual(before);
  });

  it('has a help worth reading', async () => {
    const { code, stdout } = await runCli(['import', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes');
    expect(stdout).toContain('--dt SECONDS');
  });
});
