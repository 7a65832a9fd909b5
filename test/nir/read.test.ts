import fc from 'fast-check';
import { DataError } from 'spikeline';
import { type NirGraph, nirOfPipeline, pipelineOfNir, readNir, writeNir } from 'spikeline/nir';
import { afterEach, describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';
import { cubaNode, graphOf, input, numbers, output, varied } from './graphs.ts';
import { type Contents, filesInMemory, hdf5File, oldLayout } from './hdf5-file.ts';
import { realSamples } from './samples.ts';

const small = graphOf(
  {
    input: input(2),
    fc: { type: 'Linear', weight: varied(-1, 1, 2, 2), metadata: { author: 'me' } },
    a: cubaNode(2),
    output: output(2),
  },
  'input > fc > a > output',
);

/** Why bytes are refused. */
async function refusal(bytes: Uint8Array): Promise<string> {
  return readNir(bytes).then(
    () => 'it was read',
    (cause: unknown) => {
      expect(cause).toBeInstanceOf(DataError);
      return (cause as DataError).message;
    },
  );
}

/** The old layout with other contents in the node `b` or the graph. */
function changed(
  graph: Contents,
  b: Contents = {},
  options?: Parameters<typeof hdf5File>[1],
): Promise<Uint8Array> {
  const { version, node } = oldLayout;
  const nodes = node['nodes'] as Contents;
  const inner = { ...nodes, b: { ...(nodes['b'] as Contents), ...b } };
  return hdf5File({ version, node: { ...node, nodes: inner, ...graph } }, options);
}

describe('readNir', () => {
  let before: string[] = [];
  afterEach(async () => {
    const now = await filesInMemory();
    if (before.length === 0) before = now;
    // Whatever was read or refused, no file stays in the library's memory.
    expect(now).toEqual(before);
    expect(now).not.toContain('spikeline.nir');
  });

  it('fills in what old files leave out', async () => {
    const graph = await readNir(await hdf5File(oldLayout));
    expect(graph.version).toBe('0.1.1');
    expect(graph.nodes['a']).toEqual({ type: 'Input', shape: [1] });
    expect(graph.nodes['c']).toMatchObject({
      w_in: { shape: [1], values: Float32Array.of(1) },
      v_reset: { shape: [1], values: Float32Array.of(0) },
    });
    expect(pipelineOfNir(graph).pipeline?.stages.map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('reads files of the newest layout of HDF5, with links in their order', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `n${i}`,
        {
          type: { data: 'Threshold' },
          threshold: { data: Float64Array.of(i), shape: [1], chunks: [1], compression: 9 },
        },
      ]),
    );
    const nodes = { ...(oldLayout.node['nodes'] as Contents), ...many };
    const bytes = await hdf5File(
      { ...oldLayout, node: { ...oldLayout.node, nodes } },
      { libver: 'latest', track_order: true },
    );
    const graph = await readNir(bytes);
    expect(Object.keys(graph.nodes)).toHaveLength(44);
    expect(graph.nodes['n39']).toEqual({ type: 'Threshold', threshold: numbers([39]) });
  });

  it.each([
    [Int8Array.of(-1, 2)],
    [Uint8Array.of(1, 2)],
    [Int16Array.of(-1, 2)],
    [Uint16Array.of(1, 2)],
    [Int32Array.of(-1, 2)],
    [Uint32Array.of(1, 2)],
    [BigInt64Array.of(-1n, 2n)],
    [BigUint64Array.of(1n, 2n)],
  ])('takes whole numbers for numbers: %o', async (data) => {
    const graph = await readNir(await changed({}, { weight: { data, shape: [2, 1] } }));
    expect(graph.nodes['b']).toEqual({
      type: 'Linear',
      weight: { shape: [2, 1], values: Float64Array.from(data, Number) },
    });
  });

  it('reads text of fixed length', async () => {
    const graph = await readNir(
      await changed({
        edges: { data: ['a', 'b', 'b', 'c', 'c', 'd'], shape: [3, 2], dtype: 'S4' },
      }),
    );
    expect(graph.edges).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ]);
  });

  it('reads a graph without edges, whatever stands for them', async () => {
    const graph = await readNir(
      await changed({ edges: { data: new Float64Array(0), shape: [0] } }),
    );
    expect(graph.edges).toEqual([]);
  });

  it('keeps a primitive that it does not know, by name', async () => {
    const graph = await readNir(
      await changed({}, { type: { data: 'AdEx' }, a: { data: Float64Array.of(1.5), shape: [] } }),
    );
    expect(graph.nodes['b']).toMatchObject({
      type: 'unknown',
      primitive: 'AdEx',
      fields: { a: 1.5 },
    });
  });

  it('names fields that a primitive does not have', async () => {
    const graph = await readNir(await changed({}, { gain: { data: 3 } }));
    expect(graph.nodes['b']).toMatchObject({ type: 'Linear', ignored: ['gain'] });
    expect(pipelineOfNir(graph).notes).toEqual([
      {
        node: 'b',
        path: '',
        code: 'unknown',
        needed: 'gain is no field of Linear; it is ignored',
      },
    ]);
  });

  it('reads metadata of any depth', async () => {
    const graph = await readNir(
      await changed({
        metadata: { dt: { data: Float64Array.of(0.5), shape: [] }, by: { who: { data: 'me' } } },
      }),
    );
    expect(graph.metadata).toEqual({ dt: 0.5, by: { who: 'me' } });
    expect(pipelineOfNir(graph, { dt: 1e-3 }).pipeline?.dt).toBe(1e-3);
  });

  it('rounds no whole number of 64 bits', async () => {
    const whole = (value: bigint) => ({ data: BigInt64Array.of(value), shape: [1, 1] });
    const exact = await readNir(await changed({}, { weight: whole(-(2n ** 53n) + 1n) }));
    expect(exact.nodes['b']).toMatchObject({ weight: { values: Float64Array.of(-(2 ** 53) + 1) } });
    const message = await refusal(await changed({}, { weight: whole(2n ** 53n + 1n) }));
    expect(message).toContain('weight is whole numbers of more than 53 bits, not numbers');
    const beside = await readNir(await changed({ metadata: { id: whole(2n ** 60n + 1n) } }));
    expect(beside.metadata).toEqual({});
  });

  it.each([
    ['nothing', new Uint8Array(0), 'does not open as HDF5'],
    ['prose', new TextEncoder().encode('a NIR file, honestly'), 'does not open as HDF5'],
    ['only the signature', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), 'lengths have'],
  ])('refuses %s', async (_, bytes, reason) => {
    expect(await refusal(bytes)).toContain(reason);
  });

  it('says all that is wrong with a file at once', async () => {
    const bytes = await changed(
      { edges: { data: ['a', 'b'], shape: [2] } },
      { type: { data: 'Affine' }, bias: { data: 'none' } },
    );
    const message = await refusal(bytes);
    expect(message).toContain('edges are no list of pairs');
    expect(message).toContain('node/nodes/b: bias is not numbers');
  });

  it.each([
    ['no root', { version: { data: '1' } }, 'there is no group named node'],
    [
      'a root that is no graph',
      { node: { type: { data: 'Input' }, shape: { data: [1] } } },
      'node is of type Input',
    ],
    ['an unknown root', { node: { type: { data: 'Ring' } } }, 'node is of type Ring'],
    ['no type', { node: {} }, 'node has no type'],
    [
      'no nodes',
      { node: { type: { data: 'NIRGraph' }, edges: { data: [1] } } },
      'no group named nodes',
    ],
  ])('refuses a file with %s', async (_, contents, reason) => {
    expect(await refusal(await hdf5File(contents as Contents))).toContain(reason);
  });

  it('refuses a field that is missing', async () => {
    const bytes = await changed({}, { type: { data: 'LI' } });
    const message = await refusal(bytes);
    for (const field of ['tau', 'r', 'v_leak']) {
      expect(message).toContain(`node/nodes/b: ${field} is missing; it is numbers`);
    }
  });

  it('refuses what is packed by a filter that it lacks', async () => {
    const weight = { data: Float32Array.of(2), shape: [1, 1], chunks: [1, 1], compression: 4 };
    const bytes = await changed({}, { weight }, { libver: ['earliest', 'latest'] });
    expect(await refusal(bytes)).toBe('it was read');
    // The name of gzip stands eight bytes after its number.
    const name = Buffer.from(bytes).indexOf('deflate');
    new DataView(bytes.buffer, bytes.byteOffset).setUint16(name - 8, 32_000, true);
    expect(await refusal(bytes)).toMatch(/packed by filter 32000 .*gzip/);
  });

  it('refuses what is cut off, wherever', async () => {
    const bytes = await writeNir(small);
    for (let length = 0; length < bytes.length; length += 997) {
      expect(await refusal(bytes.subarray(0, length))).toMatch(/HDF5/);
    }
  });

  it('refuses text without an end, on which the library would hang', async () => {
    const bytes = await hdf5File(oldLayout, { libver: ['earliest', 'latest'] });
    const heap = Buffer.from(bytes).indexOf('GCOL');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // The first object becomes free room of no size, which no reader gets past.
    view.setUint16(heap + 16, 0, true);
    view.setBigUint64(heap + 24, 0n, true);
    expect(await refusal(bytes)).toContain(`the text at byte ${heap} has no end`);
  });

  it('refuses random bytes, with and without a signature', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, signed) => {
        if (signed) bytes.set([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10].slice(0, bytes.length));
        if (signed && bytes.length > 14) bytes.set([0, 0, 0, 0, 0, 8, 8], 8);
        expect(await refusal(bytes)).toMatch(/HDF5/);
      }),
      { numRuns: runs(300) },
    );
  });

  it.each([
    ['as written', () => writeNir(small)],
    ['of the old layout', () => hdf5File(oldLayout, { libver: ['earliest', 'latest'] })],
  ])('reads or refuses a damaged file %s, and then reads sound ones as ever', async (_, make) => {
    const bytes = await make();
    const sound = await readNir(bytes);
    const damage = fc.array(
      fc.tuple(fc.nat(bytes.length - 1), fc.oneof(fc.nat(255), fc.constant(255))),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(damage, async (places) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, value] of places) damaged[at] = value;
        let graph: NirGraph | undefined;
        try {
          graph = await readNir(damaged);
        } catch (cause) {
          expect(cause).toBeInstanceOf(DataError);
        }
        if (graph !== undefined) pipelineOfNir(graph);
        expect(await readNir(bytes)).toEqual(sound);
      }),
      { numRuns: runs(100) },
    );
  });
});

describe.runIf(realSamples.length > 0)('a public NIR file', () => {
  it.each(realSamples)('$name is read, and the same after writing', async ({ bytes }) => {
    const graph = await readNir(bytes);
    expect(await readNir(await writeNir(graph))).toEqual(graph);
  });

  it.each(realSamples.filter(({ rate }) => rate !== undefined))(
    '$name survives as a pipeline',
    async ({ bytes, dt }) => {
      const { pipeline: net } = pipelineOfNir(await readNir(bytes), { dt });
      const again = await readNir(await writeNir(nirOfPipeline(net!)));
      expect(pipelineOfNir(again).pipeline).toEqual(net);
    },
  );
});
