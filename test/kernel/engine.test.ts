import {
  dynapSim,
  InvalidArgumentError,
  kernel,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  spikeRaster,
  type TrainingOptions,
  type TrainingSample,
} from 'spikeline';
import { defaultEngine, dynapSimParameters, kernelFeatures } from 'spikeline/neurons';
import { startTraining } from 'spikeline/train';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';
import { parameterNames } from '#src/neurons/dynap-sim/parameters';
import { reasonsOf } from '#test/events/reasons';
import { smallNet, smallSamples } from '#test/train/small-task';

const net = smallNet();
const samples = smallSamples();
const options: TrainingOptions = {
  epochs: 5,
  loss: rateCrossEntropy(0.05),
  optimiser: { learningRate: 0.1 },
};

/** What is used of WebAssembly. */
interface WebAssemblyFace {
  validate(bytes: Uint8Array): boolean;
  readonly Memory: new (limits: unknown) => object;
}
const { WebAssembly: face } = globalThis as unknown as { WebAssembly: WebAssemblyFace };

/** WebAssembly but for what is given. */
function otherWebAssembly(changes: Partial<WebAssemblyFace>): object {
  return Object.create(face, Object.getOwnPropertyDescriptors(changes)) as object;
}

/** The package as a process would see it that has just started. */
async function freshPackage() {
  vi.resetModules();
  const face = await import('spikeline');
  return { ...face, ...(await import('spikeline/neurons')), ...(await import('spikeline/train')) };
}

function weightsAfter(
  start: typeof startTraining,
  given: TrainingOptions,
): readonly [string, Float64Array] {
  const training = start(net, samples, given);
  expect(training.advance(5)).toBeUndefined();
  const { belongsTo, weights } = training.checkpoint();
  return [belongsTo, weights];
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

describe('the engine of those who choose none', () => {
  it('is the kernel, on a machine that runs these tests', () => {
    expect(kernelFeatures().simd).toBe(true);
    expect(defaultEngine().name).toBe(kernel().name);
    expect(defaultEngine()).toBe(defaultEngine());
    const { relaxed, native } = kernelFeatures();
    const plain = relaxed ? 'kernel, relaxed' : 'kernel';
    expect(kernel({ native: false }).name).toBe(plain);
    expect(kernel().name).toBe(native === undefined ? plain : `kernel, ${native}`);
    expect(referenceEngine.name).not.toBe(kernel().name);
  });

  it('trains', () => {
    const chosen = weightsAfter(startTraining, options);
    expect(chosen).toEqual(weightsAfter(startTraining, { ...options, engine: kernel() }));
    expect(chosen).not.toEqual(
      weightsAfter(startTraining, { ...options, engine: referenceEngine }),
    );
  });

  it('brings no warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const fresh = await freshPackage();
    expect(fresh.defaultEngine().name).toBe(kernel().name);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe.each<[string, () => unknown]>([
  ['without WebAssembly', () => undefined],
  ['without SIMD', () => otherWebAssembly({ validate: () => false })],
])('on a machine %s', (_, make) => {
  beforeEach(() => {
    vi.stubGlobal('WebAssembly', make());
  });

  it('there is nothing of the kernel', async () => {
    const fresh = await freshPackage();
    const { simd, relaxed } = fresh.kernelFeatures();
    expect([simd, relaxed]).toEqual([false, false]);
  });

  it('the reference computes, and one warning says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const fresh = await freshPackage();
    expect(warn).not.toHaveBeenCalled();
    for (let k = 0; k < 5; k++) expect(fresh.defaultEngine()).toBe(fresh.referenceEngine);
    fresh.startPipeline(net);
    const found = weightsAfter(fresh.startTraining, options);
    const reference = { ...options, engine: referenceEngine };
    expect(found).toEqual(weightsAfter(startTraining, reference));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/no WebAssembly SIMD.*slower/));
  });

  it('the kernel is refused, together with all else', async () => {
    const fresh = await freshPackage();
    const refusal = (make: () => unknown): readonly string[] => {
      try {
        make();
      } catch (cause) {
        expect(cause).toBeInstanceOf(fresh.InvalidArgumentError);
        return (cause as InvalidArgumentError).reasons;
      }
      return [];
    };
    expect(refusal(() => fresh.kernel())).toEqual([
      expect.stringMatching(/no WebAssembly SIMD; use referenceEngine/),
    ]);
    expect(refusal(() => fresh.kernel({ threads: 0 }))).toHaveLength(2);
  });
});

describe('on a machine whose memory cannot be shared', () => {
  beforeEach(() => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
  });

  it('threads have no effect: the same numbers come from this thread', async () => {
    const fresh = await freshPackage();
    expect(fresh.kernelFeatures()).toMatchObject({ simd: true, shared: false });
    const found = weightsAfter(fresh.startTraining, {
      ...options,
      engine: fresh.kernel({ threads: 2 }),
    });
    expect(found).toEqual(weightsAfter(startTraining, { ...options, engine: kernel() }));
  });

  it('the number of threads is checked all the same', async () => {
    const fresh = await freshPackage();
    expect(() => fresh.kernel({ threads: -1 })).toThrow(/a whole number from 1 to 256/);
  });
});

describe('what is too large for the kernel', () => {
  const long = spikeRaster({ channels: 1, dt: 1e-3, counts: { steps: 200_000 } });
  const wide: Pipeline = pipeline(
    linear({ weight: [new Array<number>(1000).fill(1)] }),
    dynapSim({ neurons: 1000 }),
  );

  function reasons(
    of: Pipeline,
    given: readonly TrainingSample[],
    more: Partial<TrainingOptions> = {},
  ): readonly string[] {
    const engine = kernel();
    return reasonsOf(() => startTraining(of, given, { ...options, engine, ...more }));
  }

  it.each([
    ['this thread', kernel()],
    ['two threads', kernel({ threads: 2 })],
  ])('is refused before it is taken from the machine: training on %s', (_, engine) => {
    const before = process.memoryUsage().rss;
    expect(reasons(wide, [{ input: long, label: 0 }], { engine })).toEqual([
      expect.stringMatching(
        /^training needs [\d.]+ GiB; the limit is 4 GiB: take fewer steps, trials or neurons$/,
      ),
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(1e9);
  });

  it('is refused where trials make it so', () => {
    const input = spikeRaster({ channels: 1, dt: 1e-3, counts: { steps: 400 } });
    const given = new Array<TrainingSample>(1200).fill({ input, label: 0 });
    expect(reasons(wide, given)).toEqual([expect.stringContaining('the limit is 4 GiB')]);
    expect(reasons(wide, given.slice(0, 2))).toEqual([]);
  });

  it('is refused as a differentiable population', () => {
    const parameters = dynapSimParameters({}, 1000);
    const make = () => kernel().differentiable(parameters, { dt: 1e-3, steps: 200_000, batch: 3 });
    expect(reasonsOf(make)).toEqual([expect.stringContaining('the limit is 4 GiB')]);
  });

  it('is refused with four dendrites', () => {
    const long = () =>
      kernel().differentiable(dynapSe2Parameters({}, 1000), { dt: 1e-3, steps: 200_000, batch: 3 });
    expect(reasonsOf(long)).toEqual([expect.stringContaining('the limit is 4 GiB')]);
    // 80 000 channels times 20 000 neurons are more than any matrix has.
    const many = () =>
      kernel().layer(dynapSe2Parameters({}, 20_000), { dt: 1e-3, recurrent: new Float64Array(1) });
    expect(reasonsOf(many)).toEqual([expect.stringContaining('20000×80000 are needed')]);
  });

  it('is refused in the same way where one matrix alone is too large', () => {
    const input = spikeRaster({ channels: 200_000, dt: 1e-3, counts: { steps: 1 } });
    const bare = pipeline(dynapSim({ neurons: 200_000 }));
    expect(reasons(bare, [{ input, label: 0 }])).toEqual([
      expect.stringContaining('the limit is 4 GiB'),
    ]);
  });

  it('is refused with the reason that the machine gives, where that has less', async () => {
    const failure = new RangeError('could not allocate memory');
    class NoMemory {
      constructor() {
        throw failure;
      }
    }
    vi.stubGlobal('WebAssembly', otherWebAssembly({ Memory: NoMemory }));
    const fresh = await freshPackage();
    const make = () =>
      fresh.startTraining(net, samples, { ...options, engine: fresh.kernel({ threads: 2 }) });
    expect(make).toThrow(fresh.InvalidArgumentError);
    expect(make).toThrow(/training needs [\d.e-]+ GiB; this machine does not have as much/);
    expect(() => fresh.kernel().layer(dynapSimParameters({}, 2), { dt: 1e-3 })).toThrow(
      /a population of 2 neurons needs .* this machine does not have/,
    );
  });
});

describe('parameters that make no sense to an engine', () => {
  it.each(parameterNames)('are refused when a pipeline is built: %s', (name) => {
    for (const value of [Number.NaN, -1e-13, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const build = (given: number | number[]) =>
        reasonsOf(() => pipeline(dynapSim({ neurons: 2, [name]: given })));
      expect(build(value)).toEqual([expect.stringContaining(`${name} is ${value}`)]);
      expect(build([1e-12, value])).toEqual([expect.stringContaining(`${name}[1] is ${value}`)]);
    }
  });

  it.each([0, -1e-3, Number.NaN, Number.POSITIVE_INFINITY])('are refused: a step of %s s', (dt) => {
    expect(() => pipeline(dynapSim({ neurons: 1, dt }))).toThrow(InvalidArgumentError);
    expect(() => pipeline(dynapSim({ neurons: 1, dt }))).toThrow(`dt is ${dt}`);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('are refused: a weight of %s', (weight) => {
    const build = () =>
      pipeline(
        linear({ weight: [[1, weight]] }),
        dynapSim({
          neurons: 2,
          recurrent: [
            [0, 0],
            [weight, 0],
          ],
        }),
      );
    expect(reasonsOf(build)).toEqual([
      expect.stringContaining(`weight[0][1] is ${weight}`),
      expect.stringContaining(`recurrent[1][0] is ${weight}`),
    ]);
  });
});
