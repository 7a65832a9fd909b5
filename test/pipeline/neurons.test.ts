import fc from 'fast-check';
import {
  type IntegrateAndFireConfig,
  integrateAndFire,
  integrator,
  type LifConfig,
  li,
  lif,
  linear,
  pipeline,
  referenceEngine,
  type SpikeRaster,
  spikeRaster,
  startPipeline,
  threshold,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';

const dt = 1e-3;
const neurons = 3;

type Rows = readonly (readonly number[])[];

/**
 * CubaLIF in plain numbers, as `nir_reference_impl.py` beside the NIR paper steps it: both derivatives
 * at the old values; LIF, IF and their like are what is left of it.
 */
function plainSpikes(
  config: LifConfig & { readonly leaky: boolean },
  drives: Rows,
): { spikes: number[][]; potentials: number[][] } {
  const at = (
    name:
      | 'tauMem'
      | 'tauSyn'
      | 'bias'
      | 'resistance'
      | 'leak'
      | 'inputWeight'
      | 'threshold'
      | 'reset',
    n: number,
    otherwise: number,
  ): number => {
    const given = config[name] ?? otherwise;
    return typeof given === 'number' ? given : given[n]!;
  };
  const recurrent = config.recurrent as Rows | undefined;
  const v = new Array<number>(neurons).fill(0);
  const I = new Array<number>(neurons).fill(0);
  let z = new Array<number>(neurons).fill(0);
  const spikes: number[][] = [];
  const potentials: number[][] = [];
  for (const drive of drives) {
    const before = z;
    potentials.push([]);
    z = drive.map((given, n) => {
      let x = given;
      for (const [pre, count] of before.entries()) {
        if (recurrent !== undefined && count > 0) x += count * recurrent[pre]![n]!;
      }
      const S = at('inputWeight', n, 1) * x;
      const R = at('resistance', n, 1);
      const last = config.tauSyn === undefined ? S : I[n]!;
      I[n] = last + (dt / at('tauSyn', n, 1)) * (-last + S);
      v[n] = config.leaky
        ? v[n]! +
          (dt / at('tauMem', n, 1)) * (at('leak', n, 0) - v[n]! + R * (last + at('bias', n, 0)))
        : v[n]! + dt * (R * last);
      potentials.at(-1)!.push(v[n]!);
      const fired = v[n]! > at('threshold', n, 1);
      if (fired) v[n] = at('reset', n, 0);
      return fired ? 1 : 0;
    });
    spikes.push(z);
  }
  return { spikes, potentials };
}

const random = randomStream(3, 'neurons');
const input = spikeRaster({
  channels: neurons,
  dt,
  counts: Uint32Array.from({ length: 300 * neurons }, () => (random.normal() > 0.9 ? 2 : 0)),
});
const drivesOf = (weight: Rows): number[][] =>
  Array.from({ length: input.steps }, (_, t) =>
    weight[0]!.map((_, n) => {
      let sum = 0;
      for (let c = 0; c < neurons; c++) {
        const count = input.counts[t * neurons + c]!;
        if (count > 0) sum += count * weight[c]![n]!;
      }
      return sum;
    }),
  );

const value = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const each = (min: number, max: number) =>
  fc.oneof(value(min, max), fc.array(value(min, max), { minLength: neurons, maxLength: neurons }));
const square = fc.array(fc.array(value(-20, 40), { minLength: neurons, maxLength: neurons }), {
  minLength: neurons,
  maxLength: neurons,
});
const common = { neurons: fc.constant(neurons) };
const leaky = {
  ...common,
  tauMem: each(dt / 2, 0.05),
  tauSyn: each(dt / 2, 0.05),
  bias: each(-1, 2),
  resistance: each(0.5, 2),
  leak: each(-1, 2),
  inputWeight: each(0.5, 2),
};
const firing = { threshold: each(0.1, 2), reset: each(-1, 0.2), recurrent: square };
const required = ['neurons', 'tauMem'] as const;

/** Spikes of a pipeline as rows, by the engine that has all bits. */
function run(net: ReturnType<typeof pipeline>): number[][] {
  const { counts, channels } = startPipeline(net, referenceEngine).process(input);
  return Array.from({ length: input.steps }, (_, t) =>
    Array.from(counts.subarray(t * channels, (t + 1) * channels)),
  );
}

describe('integrating neurons', () => {
  it('fire as plain CubaLIF and LIF do, to the last bit', () => {
    let fired = 0;
    fc.assert(
      fc.property(
        fc.record({ ...leaky, ...firing }, { requiredKeys: [...required] }),
        square,
        (config, weight) => {
          const { spikes } = plainSpikes({ ...config, leaky: true }, drivesOf(weight));
          expect(run(pipeline(linear({ weight }), lif(config)))).toEqual(spikes);
          fired += spikes.flat().reduce((sum, count) => sum + count, 0);
        },
      ),
      { numRuns: runs(150) },
    );
    expect(fired).toBeGreaterThan(1000);
  });

  it('fire as plain integrate-and-fire neurons do, to the last bit', () => {
    const own = { ...common, resistance: each(1, 100), ...firing };
    fc.assert(
      fc.property(fc.record(own, { requiredKeys: ['neurons'] }), square, (config, weight) => {
        const plain: IntegrateAndFireConfig = config;
        const { spikes } = plainSpikes({ ...plain, tauMem: 1, leaky: false }, drivesOf(weight));
        expect(run(pipeline(linear({ weight }), integrateAndFire(config)))).toEqual(spikes);
      }),
      { numRuns: runs(50) },
    );
  });

  it('give their potential where they do not fire', () => {
    fc.assert(
      fc.property(
        fc.record(leaky, { requiredKeys: [...required] }),
        value(-1, 1),
        (config, level) => {
          const unit = [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ];
          const silent = { ...config, threshold: Infinity };
          const { potentials } = plainSpikes({ ...silent, leaky: true }, drivesOf(unit));
          const above = potentials.map((row) => row.map((v) => (v > level ? 1 : 0)));
          const compare = threshold({ threshold: [level, level, level] });
          expect(run(pipeline(li(config), compare))).toEqual(above);
          const summed = plainSpikes(
            { neurons, tauMem: 1, resistance: 9, threshold: Infinity, leaky: false },
            drivesOf(unit),
          );
          const high = summed.potentials.map((row) => row.map((v) => (v > level ? 1 : 0)));
          expect(run(pipeline(integrator({ neurons, resistance: 9 }), compare))).toEqual(high);
        },
      ),
      { numRuns: runs(50) },
    );
  });

  it('follow the exact solution as steps become short', () => {
    // v(T) = R·i·(1 - exp(-T/tau)) for a constant input; Euler is off by about dt/(2·tau).
    const tau = 0.02;
    const reached = (step: number, level: number): boolean => {
      const steps = Math.round(0.02 / step);
      const ones = spikeRaster({ channels: 1, dt: step, counts: new Uint32Array(steps).fill(1) });
      const net = pipeline(
        li({ neurons: 1, tauMem: tau, resistance: 2, dt: step }),
        threshold({ threshold: [level] }),
      );
      return startPipeline(net).process(ones).counts.at(-1) === 1;
    };
    const exact = 2 * (1 - Math.exp(-1));
    for (const step of [1e-3, 1e-4, 1e-5]) {
      const error = (exact * step) / tau;
      expect(reached(step, exact - error)).toBe(true);
      expect(reached(step, exact + error)).toBe(false);
    }
  });

  it('fire strictly above the threshold, and act back one step later', () => {
    const counts = (raster: SpikeRaster, config: Partial<IntegrateAndFireConfig>): number[] =>
      Array.from(
        startPipeline(
          pipeline(integrateAndFire({ neurons: 1, resistance: 1000, ...config })),
        ).process(raster).counts,
      );
    const once = spikeRaster({ channels: 1, dt, counts: [1, 0, 0, 0] });
    expect(counts(once, { threshold: 1 })).toEqual([0, 0, 0, 0]);
    expect(counts(once, { threshold: 0.999 })).toEqual([1, 0, 0, 0]);
    // Its own spike drives it again in each step that follows, never in the same.
    expect(counts(once, { threshold: 0.5, recurrent: [[1]] })).toEqual([1, 1, 1, 1]);
    // What it is reset to stays below the threshold by one more input.
    const steady = spikeRaster({ channels: 1, dt, counts: [1, 1, 1, 1] });
    expect(counts(steady, { threshold: 0.5, reset: -1 })).toEqual([1, 0, 1, 0]);
  });

  it('feel input through a synapse one step later', () => {
    const once = spikeRaster({ channels: 1, dt, counts: [9, 0, 0] });
    const at = (config: Partial<LifConfig>): number[] => {
      const net = pipeline(lif({ neurons: 1, tauMem: dt, threshold: 0.5, ...config }));
      return Array.from(startPipeline(net).process(once).counts);
    };
    expect(at({})).toEqual([1, 0, 0]);
    expect(at({ tauSyn: dt })).toEqual([0, 1, 0]);
  });
});
