import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import type { ClusterOptions } from 'spikeline/chip';
import { dynapSimParameters, randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { clusterNeurons } from '#src/compile/passes/cluster';
import { reasonsOf } from '#test/events/reasons';

/** Neurons with these leaks of the membrane, amperes. */
function withLeaks(leaks: readonly number[]) {
  return { parameters: dynapSimParameters({ Itau_mem: leaks }, leaks.length) };
}

function neurons(count: number) {
  return { parameters: dynapSimParameters({}, count) };
}

function sizesOf(clusters: Uint32Array): number[] {
  const sizes: number[] = [];
  for (const cluster of clusters) sizes[cluster] = (sizes[cluster] ?? 0) + 1;
  return sizes;
}

/** Sum over all neurons of the squared distance from the mean of their cluster, in log currents. */
function spread(leaks: readonly number[], clusters: Uint32Array): number {
  const logs = leaks.map(Math.log);
  return sizesOf(clusters)
    .map((_, c) => logs.filter((_, n) => clusters[n] === c))
    .map((own) => {
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      return own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    })
    .reduce((sum, value) => sum + value, 0);
}

describe('balanced clusters', () => {
  // Sizes that Rockpool should have made, of the golden mapping data.
  it.each([
    [1, [1]],
    [255, [255]],
    [256, [256]],
    [257, [129, 128]],
    [300, [150, 150]],
    [511, [256, 255]],
    [512, [256, 256]],
    [514, [172, 171, 171]],
    [1000, [250, 250, 250, 250]],
    [1023, [256, 256, 256, 255]],
    [4096, new Array(16).fill(256)],
  ])('of %i neurons are full cores at most', (count, sizes) => {
    expect(sizesOf(clusterNeurons(neurons(count)))).toEqual(sizes);
  });

  it('are runs of neighbours whose sizes differ by one at most', () => {
    const options = fc.record({ clusters: fc.integer({ min: 3, max: 20 }) });
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 600 }), options, (count, { clusters }) => {
        const found = clusterNeurons(neurons(count), { clusters, neuronsPerCluster: 256 });
        const sizes = sizesOf(found);
        expect(sizes).toHaveLength(clusters);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(Array.from(found)).toEqual(Array.from(found).sort((a, b) => a - b));
      }),
    );
  });

  it('are as many as a smaller bound needs', () => {
    expect(sizesOf(clusterNeurons(neurons(11), { neuronsPerCluster: 4 }))).toEqual([4, 4, 3]);
    expect(sizesOf(clusterNeurons(neurons(8), { neuronsPerCluster: 4 }))).toEqual([4, 4]);
  });
});

describe('similar clusters', () => {
  const similar: ClusterOptions = { method: 'similar' };

  it('are one for each set of equal currents, where none is told otherwise', () => {
    const kinds = withLeaks([5, 7, 5, 9, 7].map((leak) => leak * 1e-12));
    expect(Array.from(clusterNeurons(kinds, similar))).toEqual([0, 1, 0, 2, 1]);
    const leaks = Array.from({ length: 300 }, (_, n) => (n % 100 === 0 ? 1e-12 : 2e-12));
    const clusters = clusterNeurons(withLeaks(leaks), similar);
    expect(sizesOf(clusters)).toEqual([3, 149, 148]);
    expect(spread(leaks, clusters)).toBeLessThan(1e-20);
  });

  it('are as few as possible where every neuron is of its own kind', () => {
    const random = randomStream(1, 'leaks');
    const leaks = Array.from({ length: 300 }, () => 5e-12 * Math.exp(random.normal()));
    const clusters = clusterNeurons(withLeaks(leaks), similar);
    expect(sizesOf(clusters)).toHaveLength(2);
    expect(Math.max(...sizesOf(clusters))).toBeLessThanOrEqual(256);
    expect(spread(leaks, clusters)).toBeLessThan(
      0.6 * spread(leaks, clusterNeurons(withLeaks(leaks))),
    );
  });

  it('find interleaved kinds that differ a little within', () => {
    const random = randomStream(2, 'leaks');
    const leaks = Array.from(
      { length: 90 },
      (_, n) => [1e-12, 5e-12, 2e-11][n % 3]! * (1 + 0.05 * random.normal()),
    );
    const clusters = clusterNeurons(withLeaks(leaks), { ...similar, clusters: 3 });
    expect(Array.from(clusters)).toEqual(Array.from({ length: 90 }, (_, n) => n % 3));
  });

  it('never hold more than they may, and are the same every time', () => {
    const given = fc.tuple(
      fc.array(fc.double({ min: 1e-13, max: 1e-10, noNaN: true }), {
        minLength: 6,
        maxLength: 40,
      }),
      fc.integer({ min: 1, max: 6 }),
    );
    fc.assert(
      fc.property(given, ([leaks, clusters]) => {
        const most = Math.ceil(leaks.length / clusters);
        const options = { ...similar, clusters, neuronsPerCluster: most };
        const found = clusterNeurons(withLeaks(leaks), options);
        expect(Math.max(...sizesOf(found))).toBeLessThanOrEqual(most);
        expect(Math.max(...found)).toBeLessThan(clusters);
        expect(new Set(found).size).toBe(Math.max(...found) + 1);
        expect(clusterNeurons(withLeaks(leaks), options)).toEqual(found);
      }),
    );
  });

  it('take currents that are zero', () => {
    const found = clusterNeurons(withLeaks([0, 1e-12, 0, 1e-12]), { ...similar, clusters: 2 });
    expect(Array.from(found)).toEqual([0, 1, 0, 1]);
  });

  it('leave clusters out that nobody needs', () => {
    const found = clusterNeurons(withLeaks([1e-12, 2e-12, 1e-12]), { ...similar, clusters: 3 });
    expect(Array.from(found)).toEqual([0, 1, 0]);
  });
});

describe('clusterNeurons refuses', () => {
  it.each<[ClusterOptions, RegExp]>([
    [{ clusters: 0 }, /clusters is 0; a whole number of at least 1/],
    [{ clusters: 1.5 }, /clusters is 1.5/],
    [{ clusters: 11 }, /clusters is 11; there are 10 neurons/],
    [{ neuronsPerCluster: 257 }, /neuronsPerCluster is 257; a whole number from 1 to 256/],
    [{ neuronsPerCluster: Number.NaN }, /neuronsPerCluster is NaN/],
    [
      { clusters: 2, neuronsPerCluster: 4 },
      /clusters is 2; as many of 4 hold 8 neurons; there are 10/,
    ],
    [{ method: 'nearest' as 'similar' }, /method is "nearest"; one of "balanced", "similar"/],
  ])('%o', (options, reason) => {
    expect(() => clusterNeurons(neurons(10), options)).toThrow(InvalidArgumentError);
    expect(reasonsOf(() => clusterNeurons(neurons(10), options))).toEqual([
      expect.stringMatching(reason),
    ]);
  });

  it('with all reasons at once', () => {
    const bad = { method: 'x' as 'similar', clusters: -1, neuronsPerCluster: 0 };
    expect(reasonsOf(() => clusterNeurons(neurons(10), bad))).toHaveLength(3);
  });
});
