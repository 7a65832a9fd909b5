import { type NirGraph, type NirNode, pipelineOfNir, readNir } from 'spikeline/nir';
import { describe, expect, it } from 'vitest';
import { hdf5File, oldLayout } from './hdf5-file.ts';

const floats = (values: number[]): { shape: number[]; values: Float64Array } => ({
  shape: [values.length],
  values: Float64Array.from(values),
});
const port = (type: 'Input' | 'Output', ...shape: number[]): NirNode => ({ type, shape });
const lif: NirNode = {
  type: 'LIF',
  ...{ tau: floats([0.02, 0.02]), r: floats([1, 1]), v_leak: floats([0, 0]) },
  ...{ v_threshold: floats([1, 1]), v_reset: floats([0, 0]) },
};

function chain(nodes: Record<string, NirNode>, more: Partial<NirGraph> = {}): NirGraph {
  const names = Object.keys(nodes);
  const edges = names.slice(1).map((name, i): [string, string] => [names[i]!, name]);
  return { type: 'NIRGraph', nodes, edges, ...more };
}

describe('a file of another tool', () => {
  it('may stand behind a block of its own', async () => {
    const plain = await hdf5File(oldLayout);
    // Addresses in a file count from its head, where the library has put it.
    for (const block of [512, 1024]) {
      const bytes = new Uint8Array(block + plain.length);
      bytes.set(plain, block);
      const graph = await readNir(bytes).catch((cause: unknown) => cause as Error);
      expect(graph).toEqual(await readNir(plain));
    }
  });

  it('may hold numbers of 16 bits', async () => {
    const bytes = await hdf5File(oldLayout, { libver: ['earliest', 'latest'] });
    // The type of float32, and that of float16 in its place.
    const type = [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];
    const half = [0x11, 0x20, 0x0f, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];
    let found = 0;
    for (let at = 0; at < bytes.length - type.length; at++) {
      if (!type.every((byte, i) => bytes[at + i] === byte)) continue;
      bytes.set(half, at);
      found++;
    }
    expect(found).toBeGreaterThan(0);
    const { nodes } = await readNir(bytes);
    const values = nodes['b']?.type === 'Linear' ? nodes['b'].weight.values : [];
    // The lower half of 2 as float32 is 0.
    expect(Array.from(values)).toEqual([0]);
    const tau = nodes['c']?.type === 'CubaLIF' ? nodes['c'].tau_syn.values : [];
    // That of 0.01 is 0xd70a.
    expect(Array.from(tau)).toEqual([-(1 + 0x30a / 1024) * 2 ** 6]);
  });

  it('cannot claim more than it holds', async () => {
    const zeros = {
      data: new Float64Array(2 ** 20),
      shape: [2 ** 20],
      chunks: [2 ** 20],
      compression: 'gzip',
      compression_opts: 1,
    };
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}`, zeros]));
    const bytes = await hdf5File({ node: { type: { data: 'NIRGraph' }, nodes: many } });
    const before = process.memoryUsage().rss;
    await expect(readNir(bytes)).rejects.toThrow(/claim more bytes together/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});

describe('a graph of another tool', () => {
  it('may say its step in a list of one', () => {
    const nodes = { input: port('Input', 2), lif, output: port('Output', 2) };
    for (const dt of [{ shape: [1], values: Float64Array.of(2e-3) }, 2e-3]) {
      expect(pipelineOfNir(chain(nodes, { metadata: { dt } })).pipeline?.dt).toBe(2e-3);
    }
  });

  it('may hold what nobody knows, as long as no edge leads there', () => {
    const nodes = { input: port('Input', 2), lif, output: port('Output', 2) };
    const graph = chain(nodes);
    const odd: NirNode = { type: 'unknown', primitive: 'Sigmoid', fields: {} };
    const found = pipelineOfNir({ ...graph, nodes: { ...nodes, odd } });
    expect(found.problems).toEqual([]);
    expect(found.pipeline?.stages.map(({ name }) => name)).toEqual(['lif']);
    expect(found.notes).toEqual([expect.objectContaining({ node: 'odd' })]);
  });

  it('may end in neurons that never spike', () => {
    const li: NirNode = {
      ...{ type: 'LI', tau: floats([0.02, 0.02]), r: floats([1, 1]), v_leak: floats([0, 0]) },
    };
    const found = pipelineOfNir(chain({ input: port('Input', 2), li, output: port('Output', 2) }));
    expect(found.problems).toEqual([]);
    expect(found.pipeline?.output).toBe('li');
    expect(found.notes).toEqual([expect.objectContaining({ node: 'li' })]);
  });

  it('may be wrong about the ports of the graphs in it', () => {
    const inner = chain({ in: port('Input', 7), lif, out: port('Output', 1) });
    const found = pipelineOfNir(
      chain({ input: port('Input', 2), inner, output: port('Output', 2) }),
    );
    expect(found.problems).toEqual([]);
    expect(found.pipeline?.channelsIn).toBe(2);
    expect(found.notes.map(({ node }) => node)).toEqual(['inner.in', 'inner.out']);
  });

  it('is told where an r of 1 may have been meant per step', () => {
    const node: NirNode = {
      ...{ type: 'IF', r: floats([1, 1]), v_threshold: floats([16, 16]), v_reset: floats([0, 0]) },
    };
    const nodes = { input: port('Input', 2), if: node, output: port('Output', 2) };
    expect(pipelineOfNir(chain(nodes)).notes).toEqual([
      expect.objectContaining({ node: 'if', needed: expect.stringMatching(/16000 steps.*1000/) }),
    ]);
    expect(pipelineOfNir(chain(nodes), { dt: 1 }).notes).toEqual([]);
  });

  it('cannot imply a matrix that nothing could hold', () => {
    const size = 2 ** 18;
    const all = (value: number) => ({
      shape: [size],
      values: new Float64Array(size).fill(value),
    });
    const wide: NirNode = {
      ...{ type: 'LIF', tau: all(0.02), r: all(1), v_leak: all(0) },
      ...{ v_threshold: all(1), v_reset: all(0) },
    };
    const graph = chain({ input: port('Input', size), wide, output: port('Output', size) });
    const found = pipelineOfNir({ ...graph, edges: [...graph.edges, ['wide', 'wide']] });
    expect(found.problems).toEqual([expect.objectContaining({ node: 'wide', code: 'too-large' })]);
  });
});
