import { lastValueFrom, toArray } from 'rxjs';
import { InvalidArgumentError, lif, linear, pipeline, simulator, spikeRaster } from 'spikeline';
import { closeLoop, type Environment, learningReadout, learnReadout } from 'spikeline/loop';
import { rateEncode } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';

const [steps, inputs, outputs] = [40, 4, 2];
const seen = (t: number) =>
  Float64Array.from({ length: inputs }, (_, i) => Math.sin(1.3 * t * (i + 1) + i) + 0.2 * i);
const wanted = (t: number) =>
  Float64Array.from({ length: outputs }, (_, k) => Math.cos(0.7 * t) * (k + 1) + 0.5 * seen(t)[k]!);

/** Shows a readout every step once. */
function taught(readout: ReturnType<typeof learningReadout>, from = 0, to = steps) {
  const read = new Float64Array(outputs);
  for (let t = from; t < to; t++) {
    readout.read(seen(t), read);
    readout.learn(
      seen(t),
      wanted(t).map((value, k) => value - read[k]!),
    );
  }
  return readout;
}

/** Largest difference of two lists. */
const apart = (one: ArrayLike<number>, two: ArrayLike<number>) =>
  Math.max(
    ...Array.from(one, (value, i) => Math.abs(value - two[i]!)),
    Math.abs(one.length - two.length),
  );

// What numpy 2.4 gives of the same numbers: `solve(XᵀX + I/10, XᵀY)`, with weights 0.95^(39 − t), and `lstsq` with a column of ones.
const ridge = [
  0.5434042403131926, 0.09199564796139938, -0.011087219622956172, 0.4752741428892832,
  0.01694566077357892, 0.03472141588518524, 0.09397450385590482, 0.18769549464506785,
];
const forgetful = [
  0.5068073169946267, 0.015228962266719688, -0.05659485601219979, 0.385939799266946,
  0.022853214169262098, 0.04610967724233261, 0.13207437691044874, 0.2639844609203666,
];
const biased = [
  0.5431121361921807, 0.08622427238436312, 0.00014174059462968014, 0.5002834811892614,
  0.03863528664359234, 0.0772705732871847, 0.1291861255981523, 0.25837225119630397,
  -0.06107233464675705, -0.12214466929351396,
];
const spread = [
  0.051564971079954, -0.0006134045403764387, 0.002943165565505717, -0.004351344529594718,
  -0.0006134045403764388, 0.04980154821533169, -0.01071555562953752, -0.0036324277243527762,
  0.0029431655655057175, -0.010715555629537517, 0.0450555002056486, -0.01165980955836835,
  -0.004351344529594719, -0.0036324277243527767, -0.01165980955836835, 0.03267559438567209,
];

describe('recursive least squares', () => {
  const config = { inputs, outputs, rule: 'rls' } as const;

  it('comes to the weights that least squares find at once', () => {
    const readout = taught(learningReadout({ ...config, variance: 10 }));
    expect(apart(readout.weights, ridge)).toBeLessThan(1e-12);
    expect(apart(readout.state().covariance!, spread)).toBeLessThan(1e-12);
  });

  it('or with the past counting less and less', () => {
    const readout = taught(learningReadout({ ...config, variance: 10, forgetting: 0.95 }));
    expect(apart(readout.weights, forgetful)).toBeLessThan(1e-11);
  });

  it('or with a bias, without a prior', () => {
    const readout = taught(learningReadout({ ...config, variance: 1e9, bias: true }));
    expect(apart(readout.weights, biased)).toBeLessThan(1e-6);
  });

  it('goes on from where it was, to the last bit', () => {
    const whole = taught(learningReadout({ ...config, forgetting: 0.99 }));
    const half = taught(learningReadout({ ...config, forgetting: 0.99 }), 0, 17);
    const state = JSON.parse(JSON.stringify(half.state()));
    const rest = taught(learningReadout({ ...config, forgetting: 0.99, state }), 17);
    expect(rest.state()).toEqual(whole.state());
  });

  it('stays finite where nothing is to be seen, for as long as one likes', () => {
    const readout = learningReadout({ ...config, forgetting: 0.5 });
    for (let t = 0; t < 5000; t++) readout.learn(new Float64Array(inputs), [1, 1]);
    taught(readout);
    const { covariance, weights } = readout.state();
    expect(Math.max(...covariance!)).toBeLessThan(1001);
    expect(weights.every(Number.isFinite)).toBe(true);
  });
});

describe('the delta rule', () => {
  it('lets a constant error fade as (1 − η·|x|²)^n', () => {
    const [rate, x, goal] = [0.02, Float64Array.of(1, -2, 0.5), 3];
    const readout = learningReadout({ inputs: 3, outputs: 1, rule: 'delta', rate });
    const read = new Float64Array(1);
    for (let n = 0; n < 50; n++) {
      readout.read(x, read);
      expect(goal - read[0]!).toBeCloseTo(goal * (1 - rate * 5.25) ** n, 12);
      readout.learn(x, [goal - read[0]!]);
    }
  });

  it('keeps weights in their bounds, and counts those that were clipped', () => {
    const bounds = [-0.25, 0.25] as const;
    const config = { inputs: 2, outputs: 1, rule: 'delta', rate: 1, bounds } as const;
    const readout = learningReadout(config);
    readout.learn(Float64Array.of(1, -0.1), [1]);
    expect([...readout.weights]).toEqual([0.25, -0.1]);
    readout.learn(Float64Array.of(1, -9), [1]);
    expect([...readout.weights]).toEqual([0.25, -0.25]);
    expect(readout.losses.byReason['clippedWeights']).toBe(3);
  });

  it('learns nothing of an error that is no number', () => {
    const readout = learningReadout({ inputs: 1, outputs: 2, rule: 'delta', rate: 1 });
    readout.learn(Float64Array.of(1), [1, Number.NaN]);
    expect([...readout.weights]).toEqual([0, 0]);
    expect({ ...readout.losses.byReason }).toEqual({ unusable: 1 });
    expect(readout.state().taught).toBe(0);
  });
});

describe('a decoder that learns', () => {
  it('reads its own weights, late errors belonging to what was read when', () => {
    const asked: number[] = [];
    const decode = learnReadout<number>({
      inputs: 1,
      outputs: 1,
      rule: 'delta',
      rate: 0.1,
      window: 1e-3,
      scale: 1e-3,
      weights: [1],
      delay: 2,
      error(_, [value], { step }) {
        asked.push(step, value!);
        return step === 3 ? [5] : undefined;
      },
    });
    const at = (step: number, count: number) =>
      decode(spikeRaster({ channels: 1, dt: 1e-3, counts: [count] }), {
        step,
        time: 1000 * step,
        observation: 0,
      })[0]!;
    expect([at(0, 3), at(1, 4), at(2, 7), at(3, 2)]).toEqual([3, 4, 7, 2]);
    expect(asked).toEqual([2, 3, 3, 4]);
    // 0.1 · 5 times the 4 that was read from at step 1.
    expect(decode.weights[0]).toBeCloseTo(3, 12);
  });

  it('learns in a loop to do what a teacher would', async () => {
    const net = pipeline(
      linear({
        weight: [
          [9, 0, 0],
          [0, 9, 0],
          [0, 0, 9],
        ],
      }),
      lif({ neurons: 3, dt: 1e-3, tauMem: 5e-3 }),
    );
    let at = 0;
    const environment: Environment = {
      reset() {
        at = 0;
        return Float64Array.of(at);
      },
      step: () => ({ observation: Float64Array.of(Math.sin(0.01 * ++at)) }),
    };
    const errors: number[] = [];
    const decode = learnReadout({
      inputs: 3,
      outputs: 1,
      rule: 'rls',
      bias: true,
      tau: 0.02,
      scale: 0.01,
      error([value], [read]) {
        errors.push(2 * value! - read!);
        return [errors.at(-1)!];
      },
    });
    const encode = rateEncode({ range: [-1, 1], neurons: 3, rate: 400, tuning: 'bumps' });
    const loop = closeLoop({ target: simulator(), net, environment, encode, decode, steps: 3000 });
    await lastValueFrom(loop.pipe(toArray()));
    const size = (from: number) =>
      Math.sqrt(errors.slice(from, from + 628).reduce((sum, e) => sum + e * e, 0) / 628);
    expect(size(2300)).toBeLessThan(0.35);
    expect(decode.state().taught).toBe(3000);
  });
});

describe('a readout that cannot be', () => {
  it('is refused with every reason', () => {
    const junk = { inputs: 0, outputs: 1.5, rule: 'hebb', rate: -1, bounds: [1, 0], bias: 1, x: 2 };
    const paths = (work: () => unknown): string[] => {
      try {
        work();
        return [];
      } catch (cause) {
        expect(cause).toBeInstanceOf(InvalidArgumentError);
        return (cause as InvalidArgumentError).problems.map(({ path }) => path).toSorted();
      }
    };
    expect(paths(() => learningReadout(junk as never))).toEqual(Object.keys(junk).toSorted());
    const plain = { inputs: 2, outputs: 1 };
    expect(paths(() => learningReadout({ ...plain, rule: 'delta', forgetting: 0.5 }))).toEqual([
      'forgetting',
      'rate',
    ]);
    expect(paths(() => learningReadout({ ...plain, rule: 'rls', weights: [1] }))).toEqual([
      'weights.length',
    ]);
    const state = { rule: 'delta', weights: [1, Number.NaN], taught: -1 } as const;
    expect(paths(() => learningReadout({ ...plain, rule: 'rls', state }))).toEqual([
      'state.covariance',
      'state.rule',
      'state.taught',
      'state.weights[1]',
    ]);
    const none = { ...plain, rule: 'rls', state: null } as never;
    expect(() => learningReadout(none)).toThrow('state is null; what state() of a readout gives');
    expect(paths(() => learnReadout({ ...plain, rule: 'rls', error: 1 } as never))).toEqual([
      'error',
    ]);
    expect(paths(() => learnReadout({ ...plain, rule: 'rls', error: () => [0] }))).toEqual(['tau']);
  });

  it('ends at an error that comes later', () => {
    const decode = learnReadout({
      ...{ inputs: 1, outputs: 1, rule: 'delta', rate: 0.1, tau: 0.02 },
      error: (async () => [0]) as never,
    });
    const spikes = { steps: 1, channels: 1, dt: 1e-3, startTime: 0, counts: Uint32Array.of(1) };
    const moment = { step: 0, time: 0, observation: 0 } as never;
    expect(() => decode(spikes, moment)).toThrow('error gave a promise');
  });
});

describe('a readout at the edge of numbers', () => {
  const unit = Float64Array.of(1);
  it('keeps its last weights where they would be no numbers, and says so', () => {
    const fast = learningReadout({ inputs: 1, outputs: 1, rule: 'delta', rate: 1e300 });
    fast.learn(unit, [1e5]);
    const { weights } = fast.state();
    expect(() => fast.learn(unit, [1e300])).toThrow(
      'weight 0 of the readout would be Infinity; all stay as they were: lower rate',
    );
    expect(fast.state()).toEqual({ rule: 'delta', weights, taught: 1 });
    const wide = learningReadout({ inputs: 1, outputs: 1, rule: 'rls' });
    wide.learn(unit, [1]);
    const before = wide.state();
    expect(() => wide.learn(Float64Array.of(1e300), [1])).toThrow('would be NaN');
    expect(wide.state().weights).toEqual(before.weights);
    expect(wide.state().covariance!.every(Number.isFinite)).toBe(true);
  });

  it.each([0.1, 0.5, 0.9, 0.99])(
    'stays finite when sure of nothing, forgetting %s',
    (forgetting) => {
      const rls = learningReadout({
        ...{ inputs: 2, outputs: 1, bias: true, rule: 'rls', variance: 1e12, forgetting },
      } as never);
      const into = new Float64Array(1);
      for (let step = 0; step < 5000; step++) {
        const from = Float64Array.of(Math.exp(-(step % 40) / 20), Math.exp(-(step % 60) / 20));
        rls.read(from, into);
        rls.learn(from, [Math.sin(step / 100) - into[0]!]);
      }
      const { weights, covariance } = rls.state();
      expect([...weights, ...covariance!].every(Number.isFinite)).toBe(true);
    },
  );

  it('begins within its bounds', () => {
    const delta = { inputs: 1, outputs: 2, rule: 'delta', rate: 1, bounds: [1, 2] } as const;
    expect([...learningReadout(delta).weights]).toEqual([1, 1]);
    expect(() => learningReadout({ ...delta, weights: [1, 3] })).toThrow(
      'weights[1] is 3; the bounds allow 1 to 2',
    );
    const state = { rule: 'delta', weights: [0, 1], taught: 3 } as const;
    expect(() => learningReadout({ ...delta, state })).toThrow('state.weights[0] is 0');
  });
});

it('a readout begins with weights in any typed array of numbers, and takes bounds of two numbers only', () => {
  const config = { inputs: 2, outputs: 1, rule: 'delta', rate: 1 } as const;
  for (const weights of [Float32Array.of(1, 2), Int8Array.of(1, 2), [1, 2]]) {
    expect(learningReadout({ ...config, weights }).weights).toEqual(Float64Array.of(1, 2));
  }
  for (const weights of [BigInt64Array.of(1n, 2n), new DataView(new ArrayBuffer(2)), '12']) {
    expect(() => learningReadout({ ...config, weights: weights as never })).toThrow('weights');
  }
  expect(() => learningReadout({ ...config, bounds: [0, 1, 2] as never })).toThrow('bounds');
});
