import {
  DataError,
  dynapSim,
  InvalidArgumentError,
  lif,
  linear,
  type Pipeline,
  pipeline,
  spikeRaster,
  startPipeline,
} from 'spikeline';
import { nirOfPipeline, pipelineOfNir, readNir, writeNir } from 'spikeline/nir';
import { describe, expect, it } from 'vitest';
import { graphOf, numbers } from './graphs.ts';

/** Why `work` refuses, reason by reason. */
async function reasonsOf(work: () => unknown): Promise<readonly string[]> {
  try {
    await work();
  } catch (cause) {
    expect(cause).toBeInstanceOf(InvalidArgumentError);
    return (cause as InvalidArgumentError).reasons;
  }
  return [];
}

/** Spikes on a fixed input. */
function spikesOf(net: Pipeline): number[] {
  const counts = Array.from({ length: 400 }, (_, i) => +((i * 13) % 7 < 3));
  const raster = spikeRaster({ channels: net.channelsIn, dt: net.dt, counts });
  return Array.from(startPipeline(net).process(raster).counts);
}

describe('nirOfPipeline', () => {
  it('writes weights by rows of post, and recurrence as a circle', () => {
    const net = pipeline(
      linear({
        weight: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        name: 'in',
      }),
      lif({
        neurons: 3,
        tauMem: 0.02,
        recurrent: [
          [0, 1, 2],
          [3, 0, 4],
          [5, 6, 0],
        ],
        name: 'a',
      }),
    );
    const graph = nirOfPipeline(net);
    expect(graph.nodes['in']).toEqual({
      type: 'Linear',
      weight: numbers([1, 4, 2, 5, 3, 6], [3, 2]),
    });
    expect(graph.nodes['a.w_rec']).toEqual({
      type: 'Linear',
      weight: numbers([0, 3, 5, 1, 0, 6, 2, 4, 0], [3, 3]),
    });
    expect(graph.edges).toEqual([
      ['input', 'in'],
      ['in', 'a'],
      ['a', 'a.w_rec'],
      ['a.w_rec', 'a'],
      ['a', 'output'],
    ]);
    expect(graph.metadata).toEqual({ dt: 1e-3 });
  });

  it('finds other names where its own are taken', () => {
    const names = ['input', 'output', 'b', 'b.w_rec'];
    const [first, second, third, fourth] = names.map((name) =>
      lif({ neurons: 1, tauMem: 0.02, recurrent: [[1]], name }),
    );
    const net = pipeline(first!, second!, third!, fourth!);
    expect(pipelineOfNir(nirOfPipeline(net)).pipeline).toEqual(net);
  });

  it.each([
    ['a bias', { bias: 0.25 }],
    ['a bias behind a synapse', { bias: 0.25, tauSyn: 2 ** -6, inputWeight: 2 }],
    ['a weight of the input without a synapse', { inputWeight: 4, bias: 0.125 }],
  ])('keeps what neurons do with %s', (_, config) => {
    const net = pipeline(
      lif({ neurons: 1, tauMem: 2 ** -5, dt: 2 ** -10, resistance: 2, threshold: 0.75, ...config }),
    );
    const { pipeline: again } = pipelineOfNir(nirOfPipeline(net));
    expect(again).not.toEqual(net);
    expect(spikesOf(again!)).toEqual(spikesOf(net));
    expect(spikesOf(net).some((count) => count > 0)).toBe(true);
  });

  it('refuses neurons of a chip and bad names, all at once, and says what to do', async () => {
    const net = pipeline(
      linear({ weight: [[1]], name: 'a/b' }),
      dynapSim({ neurons: 1 }),
      linear({ weight: [[1]], name: '.' }),
      dynapSim({ neurons: 1, name: 'out' }),
    );
    expect(await reasonsOf(() => nirOfPipeline(net))).toEqual([
      expect.stringMatching(/^a\/b is "a\/b"; a name in a NIR file needs/),
      expect.stringMatching(/^dynapSim1: NIR has no neurons of a chip; write .*lif/),
      expect.stringMatching(/^\. is "\."; a name in a NIR file needs/),
      expect.stringMatching(/^out: NIR has no neurons of a chip/),
    ]);
  });
});

describe('writeNir', () => {
  it('packs arrays, and names a version', async () => {
    const graph = graphOf({ a: { type: 'Scale', scale: numbers(new Array(5000).fill(1)) } });
    const bytes = await writeNir(graph);
    expect(bytes.length).toBeLessThan(20_000);
    expect((await readNir(bytes)).version).toMatch(/^\d/);
    expect((await readNir(await writeNir({ ...graph, version: '9' }))).version).toBe('9');
  });

  it('refuses what no file can hold, all at once', async () => {
    const graph = graphOf({
      'a/b': { type: 'Scale', scale: numbers([1, 2], [3]) },
      '.': { type: 'Flatten', start_dim: 0.5, end_dim: 1 },
      half: { type: 'Input', shape: [1], metadata: { '\ud800': 1 } },
    });
    expect(await reasonsOf(() => writeNir(graph))).toEqual([
      expect.stringMatching(/^a\/b is "a\/b"; a name in a NIR file/),
      'a/b.scale: it says [3] but holds 2 values',
      expect.stringMatching(/^\. is "\."; a name in a NIR file/),
      '..start_dim is 0.5; whole numbers are needed',
      expect.stringContaining('is "\\ud800"; a name in a NIR file'),
    ]);
  });

  it('reads and writes at the same time', async () => {
    const graphs = [1, 2, 3].map((size) =>
      graphOf({ a: { type: 'Scale', scale: numbers(new Array(size).fill(1)) } }),
    );
    const files = await Promise.all(graphs.map(writeNir));
    const bad = readNir(Uint8Array.of(1, 2, 3));
    await expect(bad).rejects.toBeInstanceOf(DataError);
    expect((await Promise.all(files.map(readNir))).map(({ nodes }) => nodes)).toEqual(
      graphs.map(({ nodes }) => nodes),
    );
  });
});
