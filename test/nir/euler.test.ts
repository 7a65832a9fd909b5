import { spikeRaster, startPipeline } from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { type NirGraph, type NirNode, pipelineOfNir, readNir, writeNir } from 'spikeline/nir';
import { fromStages } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { simulateNir } from './euler.ts';
import { cubaNode, graphOf, input, lifNode, numbers, output, varied } from './graphs.ts';
import { realSamples } from './samples.ts';

const steps = 500;

/** Rows of random spikes: in each step, each channel fires or not. */
function randomRows(channels: number, rate: number): number[][] {
  const random = randomStream(7, 'nir');
  return Array.from({ length: steps }, () =>
    Array.from({ length: channels }, () => +(random.uniform() < rate)),
  );
}

/** Compares what leaves each population of the pipeline with forward Euler of its node. */
function expectSame(graph: NirGraph, dt: number, rate: number): void {
  const { pipeline: net, problems } = pipelineOfNir(graph, { dt });
  expect(problems).toEqual([]);
  const rows = randomRows(net!.channelsIn, rate);
  const raster = spikeRaster({ channels: net!.channelsIn, dt, counts: rows.flat() });
  const euler = simulateNir(graph, rows, dt);
  const fired: number[] = [];
  for (const [i, { name, emits, channelsOut: width }] of net!.stages.entries()) {
    if (emits !== 'spikes') continue;
    const { counts } = startPipeline(fromStages(net!.stages.slice(0, i + 1))).process(raster);
    const ours = rows.map((_, t) => Array.from(counts.subarray(t * width, (t + 1) * width)));
    expect(ours).toEqual(euler.get(name));
    fired.push(counts.reduce((sum, count) => sum + count, 0));
    expect(fired.at(-1)).toBeLessThan(0.98 * counts.length);
  }
  expect(fired[0]).toBeGreaterThan(20);
}

const fc1: NirNode = { type: 'Affine', weight: varied(-0.5, 1, 3, 2), bias: varied(-0.1, 0.1, 3) };
const back: NirNode = { type: 'Linear', weight: varied(-1, 0.5, 3, 3) };
const inhibited: NirNode = { type: 'Affine', weight: varied(-1, 0, 3, 3), bias: varied(0, 0.2, 3) };
const ends = { input: input(2), output: output(3) };
const firing = { v_threshold: varied(0.02, 0.05, 3), v_reset: varied(-0.01, 0, 3) };

/** Small graphs with every primitive that runs. */
const graphs: readonly (readonly [string, NirGraph])[] = [
  ['LIF', graphOf({ ...ends, fc1, a: lifNode(3) }, 'input > fc1 > a > output')],
  ['CubaLIF', graphOf({ ...ends, fc1, a: cubaNode(3) }, 'input > fc1 > a > output')],
  [
    'recurrent LIF',
    graphOf({ ...ends, fc1, a: lifNode(3), back }, 'input > fc1 > a > output', 'a > back > a'),
  ],
  [
    'recurrent CubaLIF with a bias that comes back',
    graphOf(
      { ...ends, fc1, a: cubaNode(3), back: inhibited },
      'input > fc1 > a > output',
      'a > back > a',
    ),
  ],
  [
    'LIF that lead to themselves, straight and scaled',
    graphOf(
      { ...ends, fc1, a: lifNode(3), back: { type: 'Scale', scale: varied(-2, -1, 3) } },
      'input > fc1 > a > a > output',
      'a > back > a',
    ),
  ],
  [
    'a bias that comes back where no weights lead in',
    graphOf(
      { input: input(3), output: output(3), a: cubaNode(3), back: inhibited },
      'input > a > output',
      'a > back > a',
    ),
  ],
  [
    'IF',
    graphOf(
      { ...ends, fc1, a: { type: 'IF', r: varied(10, 20, 3), ...firing }, back },
      'input > fc1 > a > output',
      'a > back > a',
    ),
  ],
  [
    'LI, Scale, Threshold',
    graphOf(
      {
        ...ends,
        fc1,
        a: {
          type: 'LI',
          tau: varied(0.002, 0.01, 3),
          r: varied(1, 2, 3),
          v_leak: varied(0, 0.1, 3),
        },
        b: { type: 'Scale', scale: varied(1, 2, 3) },
        c: { type: 'Threshold', threshold: varied(0.2, 0.5, 3) },
      },
      'input > fc1 > a > b > c > output',
    ),
  ],
  [
    'I, CubaLI, Delay',
    graphOf(
      {
        ...ends,
        fc1: { type: 'Linear', weight: varied(-1, 1, 3, 2) },
        a: { type: 'I', r: numbers([8], []) },
        b: {
          type: 'CubaLI',
          tau_syn: varied(0.002, 0.01, 3),
          tau_mem: varied(0.002, 0.01, 3),
          r: varied(1, 2, 3),
          v_leak: varied(0, 0.1, 3),
          w_in: numbers([1], []),
        },
        c: { type: 'Delay', delay: varied(0, 0.01, 3) },
        d: { type: 'Threshold', threshold: varied(-0.05, 0.1, 3) },
      },
      'input > fc1 > a > b > c > d > output',
    ),
  ],
  [
    'shapes of many dimensions',
    graphOf(
      {
        input: input(2, 2),
        a: lifNode(2, 2),
        flat: { type: 'Flatten', start_dim: 0, end_dim: -1 },
        fc: { type: 'Linear', weight: varied(-1, 2, 3, 4) },
        b: lifNode(3),
        output: output(3),
      },
      'input > a > flat > fc > b > output',
    ),
  ],
];

describe('forward Euler of a graph', () => {
  it.each(graphs)('gives the spikes of its pipeline: %s', async (_, graph) => {
    expectSame(graph, 1e-3, 0.3);
    expectSame(await readNir(await writeNir(graph)), 1e-3, 0.3);
  });
});

describe.runIf(realSamples.length > 0)('forward Euler of a public NIR file', () => {
  it.each(realSamples.filter(({ rate }) => rate !== undefined))(
    'gives the spikes of its pipeline: $name',
    async ({ bytes, dt, rate }) => {
      expectSame(await readNir(bytes), dt, rate!);
    },
  );
});
