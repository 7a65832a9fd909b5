import fc from 'fast-check';
import { InvalidArgumentError, type Mismatch } from 'spikeline';
import { type DynapSimParameters, drawMismatch, dynapSimParameters } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { parameterNames } from '#src/neurons/dynap-sim/parameters';
import { runs } from '#test/support/runs';
import { expectSame } from '#test/support/same';

const neurons = 20_000;
const nominal = dynapSimParameters({}, neurons);

/** Standard scores of a drawn parameter. */
function scores(drawn: DynapSimParameters, name: (typeof parameterNames)[number], sigma: number) {
  return drawn[name].map((value, n) => (value / nominal[name][n]! - 1) / sigma);
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('drawMismatch', () => {
  it('covers thirteen currents and eleven layout constants', () => {
    expect(parameterNames).toHaveLength(24);
  });

  it('draws p·(1 + fraction/3·z) with z standard normal, not truncated', () => {
    const drawn = drawMismatch(nominal, { fraction: 0.3 }, 1);
    for (const name of parameterNames) {
      const z = scores(drawn, name, 0.1);
      expect(Math.abs(mean(z))).toBeLessThan(5 / Math.sqrt(neurons));
      const variance = mean(z.map((value) => value * value));
      expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / neurons));
      const beyond = (bound: number): number =>
        z.filter((value) => Math.abs(value) > bound).length / neurons;
      expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(0.02);
      expect(beyond(3)).toBeGreaterThan(0.0005);
      expect(beyond(3)).toBeLessThan(0.006);
    }
  });

  it('takes the sigma rule', () => {
    const three = scores(drawMismatch(nominal, { fraction: 0.05 }, 4), 'Itau_mem', 0.05 / 3);
    const one = scores(
      drawMismatch(nominal, { fraction: 0.05, sigmaRule: 1 }, 4),
      'Itau_mem',
      0.05,
    );
    for (const n of [0, 1, 19_999]) expect(one[n]).toBeCloseTo(three[n]!, 9);
  });

  it('draws parameters independently of each other', () => {
    const drawn = drawMismatch(nominal, { fraction: 0.3 }, 2);
    const all = parameterNames.slice(0, 8).map((name) => scores(drawn, name, 0.1));
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) {
        expect(Math.abs(mean(a.map((value, n) => value * b[n]!)))).toBeLessThan(
          5 / Math.sqrt(neurons),
        );
      }
    }
  });

  it('never touches Iscale', () => {
    const scaled = dynapSimParameters({ Iscale: 3e-8 }, 2);
    expect(drawMismatch(scaled, { fraction: 0.9 }, 1).Iscale).toBe(3e-8);
  });

  it.each([null, 3, {}, { fraction: Number.NaN }, { fraction: -1 }, { percent: 0.3 }])(
    'refuses %o in its place',
    (junk) => {
      expect(() => drawMismatch(nominal, junk as Mismatch, 1)).toThrow(InvalidArgumentError);
    },
  );

  it('is the identity at a fraction of zero', () => {
    expectSame(drawMismatch(nominal, { fraction: 0 }, 1), nominal);
  });

  it('gives each parameter a stream that depends on nothing else', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, count) => {
        const few = drawMismatch(
          dynapSimParameters({ Idc: 7e-13 }, count),
          { fraction: 0.2 },
          seed,
        );
        const many = drawMismatch(dynapSimParameters({}, 9), { fraction: 0.2 }, seed);
        for (const name of parameterNames) {
          if (name === 'Idc') continue;
          expect(few[name]).toEqual(many[name].slice(0, count));
        }
        for (let n = 0; n < count; n++) {
          expect(few.Idc[n]! / 7e-13).toBeCloseTo(many.Idc[n]! / 5e-13, 12);
        }
      }),
      { numRuns: runs(50) },
    );
  });

  it('belongs to its seed and labels', () => {
    const draw = (seed: number, ...labels: (string | number)[]): Float64Array =>
      drawMismatch(dynapSimParameters({}, 3), { fraction: 0.3 }, seed, ...labels).Itau_mem;
    expect(draw(5, 'a', 1)).toEqual(draw(5, 'a', 1));
    const others = [draw(5, 'a', 1), draw(6, 'a', 1), draw(5, 'b', 1), draw(5, 'a', 2), draw(5)];
    expect(new Set(others.map(String)).size).toBe(5);
  });
});
