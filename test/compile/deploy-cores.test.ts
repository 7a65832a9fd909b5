import fc from 'fast-check';
import {
  channelCounts,
  type DeployOptions,
  deploy,
  dynapSim,
  InvalidArgumentError,
  lif,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  referenceEngine,
  startPipeline,
  UnsupportedPipelineError,
} from 'spikeline';
import { encodeWeights, networkFrom } from 'spikeline/chip';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { biasRange } from '#src/chips/dynapse2/bias-generator';
import { dendriteCodes } from '#src/chips/family';
import { subsetSums } from '#src/chips/masks';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { expectSame } from '#test/support/same';
import { boardSpikes, wordsOf } from './board-spikes.ts';
import { mergedMatrices } from './dense.ts';

const populations = { first: 40, second: 30, third: 10 };

/** A matrix in which every neuron listens to `fanIn` sources. */
function sparse(rows: number, columns: number, fanIn: number, seed: number): number[][] {
  const random = randomStream(seed, 'sparse');
  const matrix = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let column = 0; column < columns; column++) {
    for (let k = 0; k < fanIn; k++) {
      matrix[random.integer(rows)]![column] = 3 + 4 * random.normal();
    }
  }
  return matrix;
}

/** Three recurrent populations, each with currents of its own. */
function threeLayers(seed: number): Pipeline {
  const lively = { Ispkthr: 1.2e-8, Iw_ahp: 2e-12 };
  return pipeline(
    linear({ weight: sparse(12, 40, 8, seed) }),
    dynapSim({ ...lively, neurons: 40, name: 'first', recurrent: sparse(40, 40, 4, seed + 1) }),
    linear({ weight: sparse(40, 30, 12, seed + 2) }),
    dynapSim({ ...lively, neurons: 30, name: 'second', Itau_mem: 8e-12, Idc: 2e-12 }),
    linear({ weight: sparse(30, 10, 12, seed + 3) }),
    dynapSim({ ...lively, neurons: 10, name: 'third', recurrent: sparse(10, 10, 3, seed + 4) }),
  );
}

const light: DeployOptions = {
  quantiser: (weights) => encodeWeights(weights, [0.7, 1.6, 3.1, 6.3]),
};
const noise = poissonRaster({ channels: 12, rate: 60, duration: 0.5, seed: 3 });

/** Spikes of all neurons: on a board without mismatch, and of the network as deployed. */
async function bothSpikes(net: Pipeline, options: DeployOptions) {
  const deployment = deploy(net, options);
  const onBoard = await boardSpikes(deployment, noise, wordsOf(deployment, populations));
  const simulated = startPipeline(deployment.deployedPipeline, referenceEngine).process(noise);
  return { deployment, onBoard, simulated };
}

describe('a network of three layers', () => {
  it('spikes on two chips as the simulator says it was deployed, spike by spike', async () => {
    const { deployment, onBoard, simulated } = await bothSpikes(threeLayers(1), {
      ...light,
      cluster: { clusters: 7 },
    });
    const chips = new Set(deployment.hardware.map(({ chip }) => chip));
    expect([...chips].sort()).toEqual([0, 1]);
    expect(deployment.cores).toHaveLength(7);
    const counts = channelCounts(onBoard);
    const spikes = (first: number, end: number): number =>
      counts.slice(first, end).reduce((sum, own) => sum + own, 0);
    expect(spikes(0, 40)).toBeGreaterThan(100);
    expect(spikes(40, 70)).toBeGreaterThan(100);
    expect(spikes(70, 80)).toBeGreaterThan(20);
    expectSame(onBoard.counts, simulated.counts);
  });

  it('does so whatever the cores, and with silent neurons and circuits that are off', async () => {
    const options = fc.record({
      seed: fc.integer({ min: 0, max: 1000 }),
      method: fc.constantFrom('balanced' as const, 'similar' as const),
      clusters: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(options, async ({ seed, ...cluster }) => {
        const [input, first, ...rest] = threeLayers(seed).stages;
        const silenced = {
          ...first!,
          parameters: {
            ...first!.parameters!,
            Idc: first!.parameters!.Idc.map((current, n) => (n % 3 === 0 ? 0 : current)),
            Iw_ahp: first!.parameters!.Iw_ahp.map((current, n) => (n % 4 === 0 ? 0 : current)),
          },
        };
        const net = { ...threeLayers(seed), stages: [input!, silenced, ...rest] } as Pipeline;
        const { onBoard, simulated } = await bothSpikes(net, { ...light, cluster });
        expectSame(onBoard.counts, simulated.counts);
      }),
      { numRuns: runs(5, 2) },
    );
  });

  it('quantises each core with its own bases', () => {
    const { cores, quantised, mse } = deploy(threeLayers(2), {
      cluster: { method: 'similar' },
    });
    // The first and the last population have the same currents.
    expect(cores.map(({ neurons }) => neurons.length)).toEqual([50, 30]);
    expect(new Set(cores.map(({ weights }) => weights.base.join())).size).toBe(2);
    for (const { weights, currents } of cores) {
      expect(currents['Iw_3']).toBeCloseTo(weights.base[3]! * 1e-8, 20);
    }
    const one = deploy(threeLayers(2));
    expect(one.cores).toHaveLength(1);
    expect(mse).toBeLessThan(one.mse);
    const weights =
      quantised.stages[2]!.kind === 'linear' ? quantised.stages[2]!.weight : undefined;
    const levels = new Set(Array.from(cores[1]!.weights.values, Math.abs));
    expect(weights!.values.every((value) => levels.has(Math.abs(value)) || value === 0)).toBe(true);
  });

  it('is restored from its configuration as it was quantised, to the last weight', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 8 }), (seed, clusters) => {
        const deployment = deploy(threeLayers(seed), { ...light, cluster: { clusters } });
        const { configuration, inputWords: inputs, hardware, cores, quantised } = deployment;
        const { network, pipeline: restored } = networkFrom(configuration, { inputs, hardware });
        expectSame(restored, deployment.deployedPipeline);
        const levels: Float64Array[] = [];
        for (const { neurons, weights } of cores) {
          for (const n of neurons) levels[n] = subsetSums(weights.base);
        }
        const merged = mergedMatrices(quantised);
        for (const name of ['input', 'recurrent'] as const) {
          const { pre, post, code, dendrite } = network[name];
          const found = new Float64Array(merged[name].values.length);
          for (const [i, n] of post.entries()) {
            const sign = dendrite[i] === dendriteCodes.gaba ? -1 : 1;
            found[pre[i]! * merged[name].columns + n] = sign * levels[n]![code[i]!]!;
          }
          expectSame(found, merged[name].values);
        }
      }),
      { numRuns: runs(10, 2) },
    );
  });

  it('names the neuron behind each event word', () => {
    const deployment = deploy(threeLayers(3), { ...light, cluster: { clusters: 9 } });
    for (const [population, size] of Object.entries(populations)) {
      for (let index = 0; index < size; index++) {
        const { word } = deployment.where(population, index);
        expect(deployment.populationOf(word)).toEqual({ population, index });
      }
    }
    expect(deployment.populationOf(0)).toBeUndefined();
    expect(deployment.outputChannels).toEqual(
      Array.from({ length: 10 }, (_, i) => deployment.where('third', i)),
    );
  });

  it('tells the tag under which others hear a neuron, and none where nobody does', () => {
    const { where, configuration } = deploy(threeLayers(3), light);
    const { chip, core, neuron, tag } = where('first', 3);
    const { destinations } = configuration.chips[chip]!.cores[core]!.neurons[neuron]!;
    expect(destinations.map((to) => to.tag)).toContain(tag);
    const forward = deploy(
      pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, name: 'only' })),
      light,
    );
    expect(forward.where('only', 0).tag).toBeUndefined();
  });

  it('reports only what is asked to the host, and the output always', () => {
    const deployment = deploy(threeLayers(4), { ...light, monitored: ['first'] });
    const reports = (population: string): boolean => {
      const { word } = deployment.where(population, 0);
      return deployment.populationOf(word) !== undefined;
    };
    expect([reports('first'), reports('second'), reports('third')]).toEqual([true, false, true]);
    const { chip, core, neuron } = deployment.where('second', 0);
    const { destinations } = deployment.configuration.chips[chip]!.cores[core]!.neurons[neuron]!;
    expect(destinations.every(({ xHop }) => xHop > -7)).toBe(true);
  });

  it('has its neurons on the cores that they are pinned to', () => {
    const cores = Array.from({ length: 80 }, (_, n) => ({ chip: n % 2, core: 3 - (n % 4) }));
    const { hardware } = deploy(threeLayers(5), { ...light, cores });
    for (const [n, { chip, core }] of hardware.entries()) expect({ chip, core }).toEqual(cores[n]);
    expect(new Set(hardware.map((place) => Object.values(place).join('/'))).size).toBe(80);
  });

  it('keeps LIF populations, whose network the board computes', async () => {
    const net = pipeline(
      linear({ weight: sparse(12, 20, 8, 7) }),
      lif({ neurons: 20, tauMem: 0.02, tauSyn: 0.01, threshold: 0.5, name: 'hidden' }),
      linear({ weight: sparse(20, 4, 10, 8) }),
      lif({ neurons: 4, tauMem: 0.05, tauSyn: 0.01, threshold: 0.5, name: 'out' }),
    );
    const deployment = deploy(net, { ...light, cluster: { method: 'similar' } });
    const words = wordsOf(deployment, { hidden: 20, out: 4 });
    const onBoard = await boardSpikes(deployment, noise, words);
    const simulated = startPipeline(deployment.deployedPipeline, referenceEngine).process(noise);
    expect(onBoard.counts.some((count) => count > 0)).toBe(true);
    expectSame(onBoard.counts, simulated.counts);
    expect(deployment.quantised.stages.map(({ kind }) => kind)).toEqual([
      'linear',
      'dynapSim',
      'linear',
      'dynapSim',
    ]);
  });
});

describe('what moved', () => {
  const layers = (method: 'balanced' | 'similar') =>
    deploy(
      pipeline(
        linear({ weight: [[4, 4, 4]] }),
        dynapSim({ neurons: 3, Itau_mem: [4e-12, 8e-12, 8e-12], name: 'out' }),
      ),
      { ...light, cluster: { method } },
    );

  it('is told neuron by neuron, time constants too', () => {
    const { deviation: moved, remarks } = layers('balanced');
    const mean = 20e-12 / 3;
    const { Itau_mem, tau_mem, Ispkthr } = moved.changes;
    expect(Itau_mem![0]).toBeCloseTo(mean / 4e-12 - 1, 1);
    expect(tau_mem![1]).toBeCloseTo(8e-12 / mean - 1, 1);
    expect(Math.abs(Ispkthr![0]!)).toBeLessThan(0.02);
    expect(moved.largest).toMatchObject({ neuron: 0, parameter: 'Itau_mem', asked: 4e-12 });
    expect(remarks).toEqual([
      expect.stringMatching(/^3 neurons moved by 10 % or more, most of all out\[0\]: its Itau_mem/),
    ]);
  });

  it('is little where similar neurons share a core', () => {
    const { deviation: moved, remarks, cores } = layers('similar');
    expect(cores).toHaveLength(2);
    expect(Math.abs(moved.largest!.change)).toBeLessThan(0.1);
    expect(remarks).toEqual([]);
  });

  it('leaves circuits out that are off', () => {
    const net = pipeline(
      linear({ weight: [[4, 4]] }),
      dynapSim({ neurons: 2, Idc: [0, 4e-12], Iw_ahp: [0, 4e-12], Igain_ahp: [0, 3e-11] }),
    );
    const { deviation: moved, deployedPipeline } = deploy(net, light);
    expect(moved.changes['Idc']![0]).toBe(0);
    expect(Math.abs(moved.changes['Idc']![1]!)).toBeLessThan(0.1);
    expect(moved.changes['Igain_ahp']![0]).toBe(0);
    expect(Math.abs(moved.changes['Igain_ahp']![1]!)).toBeLessThan(0.1);
    const { parameters } = deployedPipeline.stages[1]!;
    expect([parameters!.Idc[0], parameters!.Igain_ahp[0]]).toEqual([0, 0]);
  });
});

describe('deploy refuses', () => {
  const net = threeLayers(1);
  const place = { chip: 0, core: 0, neuron: 0 };

  it.each<[string, DeployOptions, RegExp]>([
    [
      'two ways to choose',
      { cluster: {}, cores: new Array(80).fill({ chip: 0, core: 0 }) },
      /cluster and cores/,
    ],
    ['too few cores', { cores: [{ chip: 0, core: 0 }] }, /cores.length is 1; there are 80 neurons/],
    ['too many', { hardware: new Array(81).fill(place) }, /hardware.length is 81; there are 80/],
    ['five chips', { chips: 5 }, /chips is 5; .* from 1 to 4 is needed/],
    ['half a chip', { chips: 0.5 }, /chips is 0.5/],
    [
      'a population that is not',
      { monitored: ['none'] },
      /monitored\[0\] is "none"; the populations are first, second/,
    ],
    ['clusters that are not whole', { cluster: { clusters: 1.5 } }, /cluster.clusters is 1.5/],
  ])('%s', (_, options, reason) => {
    expect(() => deploy(net, { ...light, ...options })).toThrow(InvalidArgumentError);
    expect(reasonsOf(() => deploy(net, { ...light, ...options }))).toEqual([
      expect.stringMatching(reason),
    ]);
  });

  it('places that do not exist or are taken twice', () => {
    const twice = Array.from({ length: 80 }, (_, n) => ({ ...place, neuron: n % 79 }));
    expect(reasonsOf(() => deploy(net, { ...light, hardware: twice }))).toEqual([
      expect.stringMatching(/share one place/),
    ]);
    const outside = Array.from({ length: 80 }, (_, neuron) => ({ chip: 4, core: 0, neuron }));
    expect(reasonsOf(() => deploy(net, { ...light, hardware: outside }))).toEqual([
      expect.stringMatching(/on a chip that does not exist/),
    ]);
    const far = Array.from({ length: 80 }, () => ({ chip: 1, core: 0 }));
    expect(reasonsOf(() => deploy(net, { ...light, cores: far, chips: 1 }))).toEqual([
      'chips: core 0 of chip 1 is asked for; the board has 1 chips',
    ]);
  });

  it('more cores than the board has, too large a fan-in and too large currents, together', () => {
    const weight = Array.from({ length: 65 }, () => [1e9, 0, 0, 0, 0]);
    const crowded = pipeline(linear({ weight }), dynapSim({ neurons: 5, Idc: 1, name: 'out' }));
    const make = () => deploy(crowded, { chips: 1, cluster: { clusters: 5 } });
    expect(make).toThrow(UnsupportedPipelineError);
    const { max: most } = biasRange('SOIF_DC_P');
    expect(reasonsOf(make)).toEqual([
      'chips: 5 neurons need 5 cores; 1 chips have 4, of 256 neurons each',
      expect.stringMatching(/fan-in above 64 at neuron out\[0\] \(65\)/),
      expect.stringMatching(
        `^out.Idc\\[0\\] is 1; SOIF_DC_P gives at most ${most} A.*ask for less Idc at out\\[0\\], out\\[1\\]`,
      ),
      expect.stringMatching(/^Iw_3 is .* make the largest weights on core 0 of chip 0 smaller/),
    ]);
  });
});
