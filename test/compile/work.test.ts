import { chip, deploy, dynapSim, linear, pipeline, startPipeline, virtualBoard } from 'spikeline';
import { checkDeployment, encodeWeights } from 'spikeline/chip';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** What machines have, though the types of Node do not say so. */
const face = (globalThis as unknown as { WebAssembly: { Memory: new (size: object) => object } })
  .WebAssembly;

afterEach(() => vi.unstubAllGlobals());

/** Populations of weights so unlike that sharing a core would harm them. */
function layers(...sizes: number[]) {
  return pipeline(
    ...sizes.flatMap((size, i) => [
      linear({
        weight: Array.from({ length: 8 }, (_, row) =>
          Array.from({ length: 8 }, (_, column) => size * (1 + ((3 * row + 5 * column) % 7))),
        ),
      }),
      dynapSim({ neurons: 8, name: `layer${i}` }),
    ]),
  );
}

describe('what deploying costs', () => {
  it('is no simulation, nor is the answer whether a chip can run something', async () => {
    const link = await virtualBoard().open();
    let memories = 0;
    const Memory = new Proxy(face.Memory, {
      construct(target, given) {
        memories++;
        return Reflect.construct(target, given) as object;
      },
    });
    vi.stubGlobal('WebAssembly', Object.assign(Object.create(face), { Memory }));
    const target = chip(link);
    const net = layers(4, 0.4);
    expect(target.unsupported(net)).toEqual([]);
    expect(checkDeployment(net).problems).toEqual([]);
    deploy(net);
    expect(memories).toBe(0);
    startPipeline(net);
    expect(memories).toBeGreaterThan(0);
    await link.close();
  });

  it('is no weights that are put into codes twice', () => {
    for (const net of [layers(4), layers(4, 4, 4), layers(40, 0.5, 38)]) {
      const asked: string[] = [];
      const quantiser = (weights: ArrayLike<number>) => {
        asked.push(Array.from(weights).join());
        return encodeWeights(weights, [0.5, 4, 8, 16]);
      };
      deploy(net, { quantiser });
      expect(asked.length).toBeGreaterThan(0);
      expect(new Set(asked).size).toBe(asked.length);
    }
  });

  it('is no matrix of all neurons by all neurons', () => {
    const neurons = 4096;
    const weight = Array.from({ length: 64 }, (_, row) =>
      Array.from({ length: neurons }, (_, column) => +(column % 64 === row)),
    );
    const net = pipeline(linear({ weight }), dynapSim({ neurons }));
    let largest = 0;
    for (const name of ['Float64Array', 'Float32Array', 'Uint8Array', 'Uint32Array'] as const) {
      const counted = new Proxy(globalThis[name], {
        construct(target, given: unknown[], as) {
          if (typeof given[0] === 'number') largest = Math.max(largest, given[0]);
          return Reflect.construct(target, given, as) as object;
        },
      });
      vi.stubGlobal(name, counted);
    }
    expect(checkDeployment(net, { chips: 4 }).problems).toEqual([]);
    expect(deploy(net, { chips: 4 }).cores).toHaveLength(16);
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(64 * neurons);
  });
});
