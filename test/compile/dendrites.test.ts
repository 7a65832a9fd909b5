import fc from 'fast-check';
import {
  type Deployment,
  type DeployOptions,
  deploy,
  dynapSe2,
  dynapSim,
  fineTune,
  linear,
  type Matrix,
  type Pipeline,
  pipeline,
  poissonRaster,
  referenceEngine,
  startPipeline,
  UnsupportedPipelineError,
} from 'spikeline';
import { biasCurrent, diagnose, encodeWeights, networkFrom } from 'spikeline/chip';
import { ampaGaba, randomStream } from 'spikeline/neurons';
import { stageWeights } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { dendrites } from '#src/chips/dynapse2/configuration';
import { dendriteNames } from '#src/neurons/dynap-se2/parameters';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { boardSpikes, wordsOf } from './board-spikes.ts';
import { mergedMatrices } from './dense.ts';

const sizes = { first: 20, second: 12, third: 6 };
const all = 38;

/** Sizes on random dendrites: every neuron listens to `fanIn` sources. */
function sparse(rows: number, neurons: number, fanIn: number, seed: number): number[][] {
  const random = randomStream(seed, 'sparse');
  const matrix = Array.from({ length: rows }, () => new Array<number>(4 * neurons).fill(0));
  for (let n = 0; n < neurons; n++) {
    for (let k = 0; k < fanIn; k++) {
      // Half of them excite by AMPA.
      const dendrite = random.uniform() < 0.5 ? 0 : random.integer(4);
      matrix[random.integer(rows)]![dendrite * neurons + n] = Math.abs(4 + 3 * random.normal());
    }
  }
  return matrix;
}

/** Three recurrent populations, each with currents of its own on each dendrite. */
function threeLayers(seed: number): Pipeline {
  const lively = { Ispkthr: 1.2e-8, Iw_ahp: 2e-12, Igain_gaba: 2e-11, Itau_nmda: 3e-11 };
  const { first, second, third } = sizes;
  return pipeline(
    linear({ weight: sparse(8, first, 8, seed) }),
    dynapSe2({
      ...lively,
      neurons: first,
      name: 'first',
      recurrent: sparse(first, first, 4, seed + 1),
      If_nmda: Array.from({ length: first }, (_, n) => (n % 3 === 0 ? 0 : 1e-9)),
    }),
    linear({ weight: sparse(first, second, 12, seed + 2) }),
    dynapSe2({ ...lively, neurons: second, name: 'second', Igain_shunt: 4e-9, Idc: 2e-12 }),
    linear({ weight: sparse(second, third, 10, seed + 3) }),
    dynapSe2({
      ...lively,
      neurons: third,
      name: 'third',
      recurrent: sparse(third, third, 3, seed + 4),
    }),
  );
}

const light: DeployOptions = {
  quantiser: (weights) => encodeWeights(weights, [0.7, 1.6, 3.1, 6.3]),
};
const noise = poissonRaster({ channels: 8, rate: 60, duration: 0.5, seed: 3 });

async function onBoard(deployment: Deployment) {
  return boardSpikes(deployment, noise, wordsOf(deployment, sizes), 'dynapSe2');
}

/** The entry of a merged matrix that leads to a dendrite of a neuron. */
function entry({ values, columns }: Matrix, pre: number, dendrite: number, post: number): number {
  return values[pre * columns + (dendrite * columns) / 4 + post]!;
}

describe('mergeStages', () => {
  it('keeps the dendrites of all populations together', () => {
    const net = threeLayers(1);
    const merged = mergedMatrices(net);
    expect([merged.input.rows, merged.input.columns]).toEqual([8, 4 * all]);
    expect([merged.recurrent.rows, merged.recurrent.columns]).toEqual([all, 4 * all]);
    const [input, first, second] = net.stages.map((stage) => stageWeights(stage));
    const between = (dendrite: number, size: number, matrix: Matrix) =>
      Array.from({ length: matrix.rows }, (_, pre) =>
        Array.from({ length: size }, (_, post) => entry(matrix, pre, dendrite, post)),
      );
    for (const dendrite of [0, 1, 2, 3]) {
      expect(between(dendrite, 20, { ...merged.input, rows: 8 }).flat()).toEqual(
        between(dendrite, 20, input!).flat(),
      );
      const onto = (matrix: Matrix, from: number, size: number) =>
        Array.from({ length: 20 * size }, (_, i) =>
          entry(matrix, Math.floor(i / size), dendrite, from + (i % size)),
        );
      expect(onto(merged.recurrent, 0, 20)).toEqual(onto(first!, 0, 20));
      expect(onto(merged.recurrent, 20, 12)).toEqual(onto(second!, 0, 12));
    }
    const sum = (values: Float64Array): number => values.reduce((total, own) => total + own, 0);
    const given = net.stages.reduce((total, stage) => {
      const weights = stageWeights(stage);
      return total + (weights === undefined ? 0 : sum(weights.values));
    }, 0);
    expect((sum(merged.input.values) + sum(merged.recurrent.values)) / given).toBeCloseTo(1, 12);
  });
});

describe('deploy', () => {
  it('spikes on the board as the simulator says, spike by spike, for any network', async () => {
    const options = fc.record({ seed: fc.nat(1000), clusters: fc.integer({ min: 1, max: 6 }) });
    let spikes = 0;
    await fc.assert(
      fc.asyncProperty(options, async ({ seed, clusters }) => {
        const deployment = deploy(threeLayers(seed), { ...light, cluster: { clusters } });
        const found = await onBoard(deployment);
        const simulated = startPipeline(deployment.deployedPipeline, referenceEngine).process(
          noise,
        );
        expect(found.counts).toEqual(simulated.counts);
        spikes += found.counts.reduce((sum, count) => sum + count, 0);
      }),
      { numRuns: runs(5, 2) },
    );
    expect(spikes).toBeGreaterThan(500);
  });

  it('puts every weight on its dendrite', () => {
    const weight = [[1, 2, 0, 0, 4, 8, 15, 0]];
    const net = pipeline(linear({ weight }), dynapSe2({ neurons: 2 }));
    const exact: DeployOptions = { quantiser: (values) => encodeWeights(values, [1, 2, 4, 8]) };
    const { configuration, quantised } = deploy(net, exact);
    const { neurons, parameters } = configuration.chips[0]!.cores[0]!;
    const found = neurons
      .slice(0, 2)
      .map(({ synapses }) =>
        synapses.map(({ dendrite, weight: on }) => [
          dendriteNames.find((name) => dendrites[name] === dendrite),
          on.reduce((sum, bit, i) => sum + (bit ? 2 ** i : 0), 0),
        ]),
      );
    const sorted = found.map((all) => all.map(String).sort());
    expect(sorted).toEqual([
      ['ampa,1', 'nmda,4', 'shunt,15'],
      ['ampa,2', 'nmda,8'],
    ]);
    expect(Array.from(stageWeights(quantised.stages[0]!)!.values)).toEqual(weight[0]);
    expect(neurons[0]!.latchDenmNmda).toBe(true);
    const current = biasCurrent('DENM_NMREV_N', parameters.DENM_NMREV_N!);
    expect(current / 5e-13).toBeCloseTo(1, 1);
  });

  it('gives each dendrite of a core its own leak and gain', () => {
    const own = { Itau_gaba: 3e-11, Igain_gaba: 2e-10, Itau_nmda: 5e-11, Igain_shunt: 4e-9 };
    const net = pipeline(linear({ weight: ampaGaba([[3, -2]]) }), dynapSe2({ neurons: 2, ...own }));
    const { cores, deviation } = deploy(net);
    expect(cores[0]!.currents).toMatchObject(own);
    expect(Math.abs(deviation.largest!.change)).toBeLessThan(0.1);
    expect(Object.keys(deviation.changes)).toContain('tau_nmda');
  });

  it('finds neurons that fall silent', () => {
    const weight = ampaGaba([
      [12, 12],
      [0.01, -4],
    ]);
    const net = pipeline(
      linear({ weight }),
      dynapSe2({ neurons: 2, Ispkthr: 1e-8, Igain_gaba: 2e-11, name: 'out' }),
    );
    const lost: DeployOptions = { quantiser: (values) => encodeWeights(values, [0, 0, 0, 40]) };
    const input = poissonRaster({ channels: 2, rate: 200, duration: 0.3, seed: 1 });
    const { silent } = diagnose(deploy(net, lost), input);
    expect(silent.map(({ population, index }) => `${population} ${index}`)).toEqual([
      'out 0',
      'out 1',
    ]);
    expect(silent[0]!.cause).toBe('all 2 of its weights became zero');
  });

  it('refuses what no dendrite can be, all reasons at once', () => {
    const net = pipeline(
      linear({ weight: [[1, -2, 0, 0]], name: 'in' }),
      dynapSe2({ neurons: 1, recurrent: [[0, 0, -1, 0]], name: 'full' }),
      linear({ weight: [[1]] }),
      dynapSim({ neurons: 1, name: 'single' }),
    );
    expect(() => deploy(net)).toThrow(UnsupportedPipelineError);
    expect(reasonsOf(() => deploy(net))).toEqual([
      expect.stringMatching(/^full have four dendrites and single one synapse; a board has/),
      expect.stringMatching(/^in\.weight\[0\]\[1\] is -2; synapses only add .* ampaGaba/),
      expect.stringMatching(/^full\.recurrent\[0\]\[2\] is -1; synapses only add/),
    ]);
    expect(reasonsOf(() => deploy(pipeline(dynapSe2({ neurons: 2 }))))).toEqual([
      expect.stringMatching(
        /^dynapSe20: it takes the input without weights; put a linear stage before it/,
      ),
    ]);
  });
});

describe('fineTune', () => {
  it('keeps the sizes of four bits on every dendrite', async () => {
    const random = randomStream(7, 'sizes');
    const weight = ampaGaba(
      Array.from({ length: 4 }, () => [5 + 3 * random.normal(), 2 * random.normal()]),
    );
    const net = pipeline(
      linear({ weight }),
      dynapSe2({ neurons: 2, Ispkthr: 1e-8, Igain_gaba: 2e-11, name: 'out' }),
    );
    const input = poissonRaster({ channels: 4, rate: 150, duration: 0.1, seed: 2 });
    const target = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.3 : 0.1));
    const { deployment, loss, lossBefore } = await fineTune(net, [{ input, target }], {
      epochs: 30,
      optimiser: { learningRate: 0.3 },
    });
    expect(loss).toBeLessThan(lossBefore);
    const tuned = stageWeights(deployment.quantised.stages[0]!)!.values;
    for (const [i, size] of tuned.entries()) {
      expect(size).toBeGreaterThanOrEqual(0);
      if (weight.values[i] === 0) expect(size).toBe(0);
    }
  });
});

describe('networkFrom', () => {
  it('restores what was deployed, dendrite by dendrite', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const deployment = deploy(threeLayers(seed), { ...light, cluster: { clusters: 3 } });
        const { configuration, inputWords: inputs, hardware, deployedPipeline } = deployment;
        const restored = networkFrom(configuration, { inputs, hardware });
        expect(restored.pipeline).toEqual(deployedPipeline);
        expect(restored.remarks).toEqual([]);
        // Up to the rounding of the bias generator, these are the quantised weights.
        const [found, asked] = [restored.pipeline, deployment.quantised].map((net) =>
          mergedMatrices(net),
        );
        for (const name of ['input', 'recurrent'] as const) {
          for (const [i, value] of asked![name].values.entries()) {
            const own = found![name].values[i]!;
            if (value === 0) expect(own).toBe(0);
            else expect(own / value).toBeCloseTo(1, 1);
          }
        }
      }),
      { numRuns: runs(10, 2) },
    );
  });

  it('gives neurons with one synapse where these are the same, unless told', () => {
    const net = pipeline(linear({ weight: ampaGaba([[3, -2]]) }), dynapSe2({ neurons: 2 }));
    const { configuration } = deploy(net);
    const kindOf = (model?: 'dynapSim' | 'dynapSe2') =>
      networkFrom(configuration, model === undefined ? {} : { model }).pipeline.stages[1]!.kind;
    expect(kindOf()).toBe('dynapSim');
    expect(kindOf('dynapSim')).toBe('dynapSim');
    expect(kindOf('dynapSe2')).toBe('dynapSe2');
  });
});
