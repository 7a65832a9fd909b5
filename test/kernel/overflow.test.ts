import {
  type DynapSimStage,
  dynapSe2,
  dynapSim,
  integrateAndFire,
  kernel,
  li,
  lif,
  linear,
  type Pipeline,
  pipeline,
  referenceEngine,
  scale,
  simulator,
  spikeRaster,
  startPipeline,
  threshold,
} from 'spikeline';
import type { Engine } from 'spikeline/neurons';
import { startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';

const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0, 0, 1, 0, 0, 2, 0, 0, 0] });

function counts(net: Pipeline, engine: Engine): number[] {
  return [...startPipeline(net, engine).process(input).counts];
}

/** The same, a step at a time. */
function countsByStep(net: Pipeline, engine: Engine): number[] {
  const run = startPipeline(net, engine);
  return Array.from(input.counts, (count, t) => {
    const step = { ...input, steps: 1, startTime: 1000 * t, counts: Uint32Array.of(count) };
    return run.process(step).counts[0]!;
  });
}

const sim = (weight: number): Pipeline =>
  pipeline(linear({ weight: [[weight]] }), dynapSim({ neurons: 1, name: 'hidden' }));

const dendrite = (at: number, weight: number): Pipeline => {
  const row = [0, 1, 2, 3].map((own) => (own === at ? weight : 0));
  return pipeline(linear({ weight: [row] }), dynapSe2({ neurons: 1, Idc: 1e-9, name: 'hidden' }));
};

describe('weights that float32 cannot hold', () => {
  const net = pipeline(
    dynapSim({
      neurons: 2,
      recurrent: [
        [1, 1e39],
        [0, 1],
      ],
    }),
  );

  it('are refused by the kernel, and taken by the reference', () => {
    expect(() => startPipeline(net, kernel())).toThrow(/recurrent\[1\] is 1e\+39; float32 ends/);
    expect(() => startPipeline(net, referenceEngine)).not.toThrow();
  });

  it('are refused in training', () => {
    const samples = [{ input, target: new Float64Array(10) }];
    for (const threads of [undefined, 1]) {
      const engine = kernel(threads === undefined ? {} : { threads });
      expect(() => startTraining(sim(1e39), samples, { epochs: 1, engine })).toThrow(
        /weights\[0\] is 1e\+39; float32 ends/,
      );
    }
  });
});

describe('currents that the kernel cannot hold', () => {
  const beyond = /^in hidden currents come out that are beyond the float32 .* referenceEngine/;

  it('end a run with the name of the stage, instead of silence', () => {
    for (const weight of [1e16, 1e30, 1e36, 1e38, 1e39, 1e300]) {
      expect(() => counts(sim(weight), kernel())).toThrow(beyond);
      expect(() => countsByStep(sim(weight), kernel())).toThrow(beyond);
    }
    expect(counts(sim(1e39), referenceEngine)[0]).toBeGreaterThan(0);
  });

  it('are told where a spike would hide them behind its reset', () => {
    const hidden = { neurons: 1, threshold: 1e34, name: 'hidden' };
    const cuba = lif({ ...hidden, tauMem: 1e-3, tauSyn: 5e-4 });
    for (const stage of [integrateAndFire(hidden), lif({ ...hidden, tauMem: 5e-4 }), cuba]) {
      const net = pipeline(linear({ weight: [[3.3e38]] }), stage);
      expect(() => counts(net, kernel())).toThrow(beyond);
      expect(() => countsByStep(net, kernel())).toThrow(beyond);
      expect(Math.max(...counts(net, referenceEngine))).toBeGreaterThan(0);
    }
  });

  it('are told on every dendrite', () => {
    for (let at = 0; at < 4; at++) {
      expect(() => counts(dendrite(at, 1e37), kernel())).toThrow(beyond);
      expect(counts(dendrite(at, 1e9), kernel())).toEqual(
        counts(dendrite(at, 1e9), referenceEngine),
      );
    }
  });

  it('leave alone what is large and right', () => {
    for (const weight of [1e9, -1e39]) {
      expect(counts(sim(weight), kernel())).toEqual(counts(sim(weight), referenceEngine));
    }
  });

  it('end a stream with an error', () => {
    const seen: unknown[] = [];
    const run = simulator({ engine: kernel() }).start(sim(1e36), {
      next: () => seen.push('output'),
      error: (cause) => seen.push((cause as Error).message),
      complete: () => seen.push('completed'),
    });
    run.push(input);
    expect(seen).toEqual([expect.stringMatching(beyond)]);
  });

  it('end training with the epoch and the stage, fused or stage by stage', () => {
    const samples = [{ input, target: new Float64Array(10) }];
    const train = (net: Pipeline): void | Promise<void> =>
      startTraining(net, samples, { epochs: 2, engine: kernel() }).advance(2);
    expect(() => train(sim(1e36))).toThrow(/in epoch 1 the currents of hidden came out infinite/);
    const stagewise = pipeline(
      linear({ weight: [[1e36]] }),
      dynapSim({ neurons: 1, name: 'hidden' }),
      scale({ scale: [1] }),
      linear({ weight: [[1]] }),
      lif({ neurons: 1, tauMem: 0.02 }),
    );
    expect(() => train(stagewise)).toThrow(/hidden/);
  });
});

describe('currents that are finite, and beyond what the kernel knows', () => {
  const samples = [{ input, target: new Float64Array(10) }];
  const wide = (weight: number): Pipeline =>
    pipeline(
      linear({ weight: [Array.from({ length: 9 }, () => weight)] }),
      dynapSim({ neurons: 9, name: 'hidden' }),
      linear({ weight: Array.from({ length: 9 }, () => [1e-3]) }),
      dynapSim({ neurons: 1, name: 'out' }),
    );
  const currents = /^in epoch 1 the currents of hidden came out .*beyond what the engine can hold/;

  it.each([
    ['a single vector', sim],
    ['several vectors', wide],
    ['four dendrites', (weight: number) => dendrite(0, weight)],
  ] as const)('end fused training of %s with the epoch and the stage', async (_, net) => {
    for (const threads of [undefined, 1]) {
      const engine = kernel(threads === undefined ? {} : { threads });
      const train = async (weight: number): Promise<void> => {
        const training = startTraining(net(weight), samples, { epochs: 3, engine });
        try {
          await training.advance(3);
        } finally {
          await training.close();
        }
      };
      await expect(train(1e16)).rejects.toThrow(currents);
      await expect(train(1e9)).resolves.toBeUndefined();
    }
  });

  it('are found in the first epoch that has them, and the weights before it are kept', () => {
    const spikes = [{ input, target: new Float64Array(10).fill(1) }];
    const net = pipeline(
      linear({ weight: [[1e-8]] }),
      dynapSim({ neurons: 1, name: 'hidden', Iscale: 1 }),
    );
    const options = { optimiser: { learningRate: 1e6 }, engine: kernel() };
    const training = startTraining(net, spikes, { ...options, epochs: 40 });
    let error: unknown;
    try {
      training.advance(40);
    } catch (cause) {
      error = cause;
    }
    expect(error).toMatchObject({ epoch: 2, stages: ['hidden'] });
    const sound = startTraining(net, spikes, { ...options, epochs: 40 });
    sound.advance(1);
    expect(training.checkpoint().weights).toEqual(sound.checkpoint().weights);
  });
});

describe('an evaluation of a learner', () => {
  it('ends if currents are beyond what the kernel knows', () => {
    const learner = (weight: number) => {
      const { parameters } = sim(weight).stages[1] as DynapSimStage;
      const starts = Uint32Array.from({ length: 11 }, (_, row) => +(row > 0));
      return kernel().learner!({
        ...{ steps: 10, trials: 1, dt: 1e-3, channels: 1 },
        inputs: [{ starts, columns: Uint32Array.of(0), counts: Float64Array.of(1) }],
        layers: [{ neurons: 1, rows: 1, recurrent: false, parameters }],
        loss: { kind: 'squaredError', targets: [new Float64Array(10)], silenceWeight: 1 },
        ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-16 },
        ...{ weights: Float64Array.of(weight), min: Float64Array.of(-1e38) },
        max: Float64Array.of(1e38),
      });
    };
    learner(1e9).evaluate();
    expect(() => learner(1e16).evaluate()).toThrow(/beyond the float32/);
  });
});

describe('states that no float can hold', () => {
  const lost = /^in hidden a state comes out infinite or not a number/;
  const hidden = { neurons: 1, name: 'hidden' };
  const all: Readonly<Record<string, (weight: number) => Pipeline>> = {
    lif: (weight) => pipeline(linear({ weight: [[weight]] }), lif({ ...hidden, tauMem: 0.02 })),
    cubaLif: (weight) =>
      pipeline(linear({ weight: [[weight]] }), lif({ ...hidden, tauMem: 0.02, tauSyn: 0.002 })),
    li: (weight) =>
      pipeline(
        linear({ weight: [[weight]] }),
        li({ ...hidden, tauMem: 0.02 }),
        threshold({ threshold: [1] }),
      ),
    integrateAndFire: (weight) =>
      pipeline(linear({ weight: [[weight]] }), integrateAndFire({ ...hidden, resistance: 1e3 })),
    dynapSim: sim,
  };

  it.each(Object.keys(all))('are told of %s', (model) => {
    const net = all[model]!(model === 'dynapSim' ? 1.7e308 : -1.7e308);
    expect(() => counts(net, referenceEngine)).toThrow(lost);
    expect(() => countsByStep(net, referenceEngine)).toThrow(lost);
    expect(() => counts(all[model]!(1e30), referenceEngine)).not.toThrow();
  });
});
