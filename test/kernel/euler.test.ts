import fc from 'fast-check';
import {
  dynapSim,
  type Engine,
  integrateAndFire,
  integrator,
  kernel,
  type Loss,
  li,
  lif,
  linear,
  meanSquaredError,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  type StageDefinition,
  scale,
  spikeRaster,
  startPipeline,
  type TrainingSample,
} from 'spikeline';
import { type Random, randomStream } from 'spikeline/neurons';
import type { LifDefinition } from 'spikeline/stages';
import { pipelineWeights, startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { pipelineParameters } from '#src/train/gradient';
import { runs } from '#test/support/runs';
import { learnerOf, relativeError, type Task } from './tasks.ts';

const spiking = ['lif', 'cubaLif', 'integrateAndFire', 'dynapSim'] as const;
const silent = ['li', 'cubaLi', 'integrator'] as const;
type Kind = (typeof spiking)[number] | (typeof silent)[number];

/** Neurons of a kind; those that never spike have no recurrence. */
interface Neurons {
  readonly kind: Kind;
  readonly neurons: number;
  readonly recurrent: boolean;
}

/** What a random chain looks like; it ends with neurons that spike. */
interface Chain {
  readonly seed: number;
  readonly channels: number;
  readonly populations: readonly Neurons[];
  readonly trials: number;
  readonly steps: number;
  readonly entropy: boolean;
  /** Whether matrices add something in every step. */
  readonly biased: boolean;
}

/** Numbers around a mean, one for each neuron. */
function around(random: Random, neurons: number, mean: number): number[] {
  return Array.from({ length: neurons }, () => mean * (0.7 + 0.6 * random.uniform()));
}

function matrix(random: Random, rows: number, columns: number, size: number): number[][] {
  const scale = size / Math.sqrt(rows);
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => 0.3 * scale + scale * random.normal()),
  );
}

/** A population of which no two neurons are alike. */
function populationOf(
  random: Random,
  { kind, neurons, recurrent }: Neurons,
  name: string,
): StageDefinition {
  const own = (mean: number): number[] => around(random, neurons, mean);
  const loop = recurrent ? { recurrent: matrix(random, neurons, neurons, 1) } : {};
  const leaky = { neurons, tauMem: own(0.02), bias: own(0.02), leak: own(0.1), resistance: own(9) };
  const firing = { threshold: own(1), reset: own(-0.1) };
  const synapse = { tauSyn: own(5e-3), inputWeight: own(2) };
  switch (kind) {
    case 'lif':
      return lif({ ...leaky, ...firing, ...loop, inputWeight: own(1), name });
    case 'cubaLif':
      return lif({ ...leaky, ...firing, ...loop, ...synapse, name });
    case 'integrateAndFire':
      return integrateAndFire({ neurons, resistance: own(400), ...firing, ...loop, name });
    case 'li':
      return li({ ...leaky, name });
    case 'cubaLi':
      return li({ ...leaky, ...synapse, name });
    case 'integrator':
      return integrator({ neurons, resistance: own(100), name });
    case 'dynapSim':
      return dynapSim({ neurons, Ispkthr: 8e-9, Igain_mem: 8e-11, Iscale: 8e-8, ...loop, name });
  }
}

/** The same chain, whose input weights are so much larger. */
function taskOf(chain: Chain, factor = 1): Task {
  const { seed, channels, populations, trials, steps, entropy, biased } = chain;
  const random = randomStream(seed, 'chain');
  let rows = channels;
  const stages = populations.flatMap((population, k) => {
    const weight = matrix(random, rows, population.neurons, k === 0 ? 1.5 : 1);
    const scaled = weight.map((row) => row.map((value) => value * (k === 0 ? factor : 1)));
    rows = population.neurons;
    const bias = biased ? { bias: around(random, rows, 0.1) } : {};
    return [
      linear({ weight: scaled, name: `w${k}`, ...bias }),
      populationOf(random, population, `population${k}`),
    ];
  });
  const net = pipeline(...(stages as [StageDefinition, ...StageDefinition[]]));
  const { channelsOut } = net;
  const samples = Array.from({ length: trials }, (): TrainingSample => {
    const counts = Uint32Array.from({ length: steps * channels }, () => random.poisson(0.3));
    return {
      input: spikeRaster({ channels, dt: 1e-3, counts }),
      target: Array.from({ length: steps * channelsOut }, () => random.poisson(0.2)),
      label: random.integer(channelsOut),
    };
  });
  const loss: Loss = entropy ? rateCrossEntropy(0.3) : meanSquaredError(0.5);
  const parameters = pipelineParameters(net);
  return { pipeline: net, samples, loss, optimiser: { learningRate: 0.01 }, parameters };
}

/** Loss, what leaves, and gradient. */
function evaluated(engine: Engine, task: Task) {
  const learner = learnerOf(engine, task);
  learner.evaluate();
  return { loss: learner.loss, left: learner.spikes(), gradient: learner.read('gradient') };
}

const neuronsOf = (kinds: readonly Kind[]): fc.Arbitrary<Neurons> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    neurons: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(17, 33, 66, 130)),
    recurrent: fc.boolean(),
  });
const populations = fc
  .tuple(fc.array(neuronsOf([...spiking, ...silent]), { maxLength: 2 }), neuronsOf(spiking))
  .map(([before, last]) => [...before, last]);
const chains: fc.Arbitrary<Chain> = fc.record({
  seed: fc.nat(1e6),
  channels: fc.integer({ min: 2, max: 9 }),
  populations,
  trials: fc.integer({ min: 1, max: 5 }),
  steps: fc.integer({ min: 1, max: 40 }),
  entropy: fc.boolean(),
  biased: fc.boolean(),
});

/** How far the kernel may be, as a fraction of the largest value. */
const tolerance = 1e-4;

describe('chains of neurons that forward Euler steps, in the kernel', () => {
  it('have loss, output and gradient of the reference', () => {
    let compared = 0;
    let tried = 0;
    let near = 0;
    let spikes = 0;
    fc.assert(
      fc.property(chains, (chain) => {
        tried++;
        const expected = evaluated(referenceEngine, taskOf(chain));
        // Where a hair's breadth decides about a spike, float32 may decide otherwise.
        const sure = [1 + 3e-6, 1 - 3e-6].every((factor) => {
          const other = evaluated(referenceEngine, taskOf(chain, factor));
          return (
            relativeError(other.left, expected.left) < 1e-3 &&
            relativeError(other.gradient, expected.gradient) < 1e-2
          );
        });
        if (!sure) return;
        const found = evaluated(kernel(), taskOf(chain));
        expect(relativeError(found.left, expected.left)).toBeLessThan(tolerance);
        expect(Math.abs(found.loss - expected.loss)).toBeLessThanOrEqual(tolerance * expected.loss);
        const error = relativeError(found.gradient, expected.gradient);
        expect(error).toBeLessThan(10 * tolerance);
        if (error < 0.1 * tolerance) near++;
        compared++;
        spikes += expected.left.filter((value) => value !== 0).length;
      }),
      { numRuns: runs(100, 30) },
    );
    expect(compared).toBeGreaterThan(0.9 * tried);
    // Where potentials nearly cancel out, float32 loses more digits.
    expect(near).toBeGreaterThan(0.85 * compared);
    expect(spikes).toBeGreaterThan(100);
  });

  it('learn trials as if each were alone', () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const task = taskOf(chain);
        const { left } = evaluated(kernel(), task);
        const { steps, trials } = chain;
        const width = left.length / steps / trials;
        // Trials that share a vector are added up in another order.
        const wide = chain.populations.some(({ neurons }) => neurons > 2);
        const trial = chain.seed % trials;
        const alone = evaluated(kernel(), { ...task, samples: [task.samples[trial]!] }).left;
        const own = left.filter((_, i) => Math.floor(i / width) % trials === trial);
        if (wide) expect(own).toEqual(alone);
        else expect(own.length).toBe(alone.length);
      }),
      { numRuns: runs(45, 15) },
    );
  });

  it('run in the simulator as they do in training, however the stream is cut', () => {
    let same = 0;
    let tried = 0;
    fc.assert(
      fc.property(chains, fc.nat(39), (chain, cut) => {
        const { pipeline: net, samples } = taskOf(chain);
        const { input } = samples[0]!;
        const whole = startPipeline(net, kernel()).process(input);
        const run = startPipeline(net, kernel());
        const at = cut % (input.steps + 1);
        const part = (from: number, to: number) => ({
          ...input,
          steps: to - from,
          startTime: from * 1000,
          counts: input.counts.subarray(from * input.channels, to * input.channels),
        });
        const cuts = [part(0, at), part(at, input.steps)].filter(({ steps }) => steps > 0);
        expect(cuts.flatMap((raster) => [...run.process(raster).counts])).toEqual([
          ...whole.counts,
        ]);
        const { left } = evaluated(kernel(), { ...taskOf(chain), samples: [samples[0]!] });
        tried++;
        if (left.every((count, i) => count === whole.counts[i])) same++;
      }),
      { numRuns: runs(45, 15) },
    );
    // What comes in is added up in another order, which may decide about a spike.
    expect(same).toBeGreaterThan(0.8 * tried);
  });
});

describe('what decays in silence', () => {
  const parameters = {
    model: 'lif',
    tauMem: Float64Array.of(0.02, 0.01),
    tauSyn: Float64Array.of(5e-3, 2e-3),
    bias: Float64Array.of(0, 0),
    resistance: Float64Array.of(1, -1),
    leak: Float64Array.of(0, 0),
    inputWeight: Float64Array.of(1, 1),
    threshold: Float64Array.of(1, 1),
    reset: Float64Array.of(0, 0),
  } as const;
  /** Whether processors are as quick with numbers as with any. */
  const normal = (values: Float64Array): boolean =>
    values.every((value) => value === 0 || Math.abs(value) > 1.18e-38);

  it('ends as nothing, or as a number that float32 has all digits of', () => {
    const layer = kernel().layer(parameters, { dt: 1e-3 });
    layer.step(Float64Array.of(0.5, 0.5));
    const wrong: [number, string, Float64Array][] = [];
    for (let t = 0; t < 6000; t++) {
      layer.step(new Float64Array(2));
      for (const name of ['potential', 'current']) {
        const values = new Float64Array(2);
        layer.readSignal(name, values);
        const gone = values.every((value) => Math.abs(value) < 1e-33);
        if (!normal(values) || (t > 5000 && !gone)) wrong.push([t, name, values]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('leaves no gradient far from what it comes from', () => {
    const options = { dt: 1e-3, steps: 6000, batch: 1 };
    const layer = kernel().differentiable(parameters, options);
    layer.forward(undefined);
    layer.outputGradient.fill(1, -2);
    layer.backward(undefined, undefined);
    expect(layer.inputGradient.subarray(-6).some((value) => value !== 0)).toBe(true);
    expect(layer.inputGradient.subarray(0, 6000).every((value) => value === 0)).toBe(true);
  });
});

/** A network of LIF neurons that is busy, with blocks enough for several threads. */
const busy: Chain = {
  seed: 3,
  channels: 6,
  populations: [
    { kind: 'cubaLif', neurons: 12, recurrent: true },
    { kind: 'li', neurons: 7, recurrent: false },
    { kind: 'lif', neurons: 3, recurrent: true },
  ],
  trials: 5,
  steps: 40,
  entropy: true,
  biased: true,
};

describe('training of LIF neurons in the kernel', () => {
  it('comes to the same on any number of threads, and in any portions', async () => {
    const { pipeline: net, samples, loss } = taskOf(busy);
    const weightsAfter = async (engine: Engine, portion: number) => {
      const options = { epochs: 12, loss, optimiser: { learningRate: 0.05 }, engine };
      const training = startTraining(net, samples, options);
      while (training.epoch < 12) await training.advance(portion);
      await training.close();
      return training.checkpoint();
    };
    const expected = await weightsAfter(kernel(), 12);
    expect(expected.weights).not.toEqual(pipelineWeights(net));
    expect(await weightsAfter(kernel(), 5)).toEqual(expected);
    for (const threads of [1, 2, 3]) {
      expect(await weightsAfter(kernel({ threads }), 12)).toEqual(expected);
    }
  });

  it('follows the reference epoch by epoch', () => {
    const task = taskOf({ ...busy, entropy: false });
    const [found, expected] = [kernel(), referenceEngine].map((engine) => {
      const { pipeline: net, samples, loss } = task;
      const options = { epochs: 8, loss, optimiser: { learningRate: 0.01 }, engine };
      const training = startTraining(net, samples, options);
      return Array.from({ length: 8 }, () => {
        void training.advance(1);
        return training.loss;
      });
    });
    expect(new Set(expected).size).toBeGreaterThan(4);
    for (const [k, value] of expected!.entries()) expect(found![k]! / value).toBeCloseTo(1, 4);
  });
});

describe('potentials that float32 cannot hold', () => {
  const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 1, 1, 1] });
  const fast = { neurons: 1, tauMem: 5e-4, name: 'out' };
  const net = (weight: number, last: StageDefinition) =>
    pipeline(linear({ weight: [[weight]], name: 'in' }), last as LifDefinition);

  it('end a run with the name of the stage', () => {
    const synapse = lif({ ...fast, tauSyn: 5e-4 });
    for (const weight of [-3e38, 3e38]) {
      const started = startPipeline(net(weight, synapse), kernel());
      expect(() => started.process(input)).toThrow(/^in out currents/);
      expect(startPipeline(net(weight, synapse), referenceEngine).process(input).steps).toBe(4);
    }
    const below = startPipeline(net(-3e38, lif(fast)), kernel());
    expect(() => below.process(input)).toThrow(/^in out currents/);
  });

  it('end training with the stage, fused or stage by stage', () => {
    const samples = [{ input, target: [0, 0, 0, 0] }];
    const train = (start: Pipeline) =>
      startTraining(start, samples, { epochs: 2, engine: kernel() }).advance(2);
    expect(() => train(net(-3e38, lif(fast)))).toThrow(/in epoch 1 .* of in came out/);
    const stagewise = pipeline(
      linear({ weight: [[-3e38]] }),
      lif({ ...fast, name: 'hidden' }),
      scale({ scale: [1] }),
      linear({ weight: [[1]], name: 'between' }),
      lif(fast),
    );
    expect(() => train(stagewise)).toThrow(/hidden/);
  });
});
