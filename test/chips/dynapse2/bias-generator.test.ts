import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import {
  biasCurrent,
  type CoreParameterName,
  coreParameterNames,
  currentParameter,
  nearestBias,
} from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { biasCurrents } from '#src/chips/dynapse2/bias-currents';
import { biasRange, biasType } from '#src/chips/dynapse2/bias-generator';
import { coreParameters } from '#src/chips/dynapse2/parameters';
import { runs } from '#test/support/runs';

const parameter = fc.constantFrom(...coreParameterNames);
const current = fc.oneof(
  fc.double({ min: -15, max: -5, noNaN: true }).map((exponent) => 10 ** exponent),
  fc.constantFrom(0, 1e-3, 5e-13),
);

/** The currents of all settings in the order in which they are looked at. */
function settings(name: CoreParameterName) {
  return biasCurrents[biasType(name)].flatMap((row, coarse) =>
    row.map((_, fine) => ({ coarse, fine, current: biasCurrent(name, { coarse, fine }) })),
  );
}

describe('the bias tables', () => {
  it('have six coarse values of 256 positive currents for each type', () => {
    for (const table of [biasCurrents.N, biasCurrents.P]) {
      expect(table.map((row) => row.length)).toEqual(new Array(6).fill(256));
      expect(table.flat().every((value) => value > 0 && value < 1e-4)).toBe(true);
    }
  });

  it('are not monotone: they drop at multiples of 32', () => {
    const drops = biasCurrents.N[0]!.flatMap((value, i, row) => (value < row[i - 1]! ? [i] : []));
    expect(drops).toContain(32);
    expect(drops.length).toBeGreaterThan(1);
  });
});

describe('biasCurrent', () => {
  it('is the table times the factor of the parameter', () => {
    for (const name of coreParameterNames) {
      const type = name.at(-1) === 'N' ? 'N' : 'P';
      expect(biasType(name)).toBe(type);
      expect(biasCurrent(name, { coarse: 3, fine: 77 })).toBe(
        biasCurrents[type][3]![77]! * coreParameters[name],
      );
    }
  });

  it.each([
    [6, 0],
    [-1, 0],
    [0, 256],
    [0, -1],
    [0.5, 0],
    [0, 0.5],
    [Number.NaN, 0],
  ])('refuses coarse %s, fine %s', (coarse, fine) => {
    expect(() => biasCurrent('SOIF_LEAK_N', { coarse, fine })).toThrow(InvalidArgumentError);
  });
});

describe('nearestBias', () => {
  it.each(['SOIF_LEAK_N', 'SYAM_W0_P'] as const)(
    'finds every setting of %s by its current',
    (name) => {
      for (const { coarse, fine, current: given } of settings(name)) {
        expect(nearestBias(name, given)).toEqual({ coarse, fine, type: name.at(-1) });
      }
    },
  );

  // Rockpool's choices: the current that was asked for, and the setting that it takes.
  it.each([
    ['SOIF_DC_P', 0, 0, 0],
    ['DENM_NMREV_N', 1e-3, 5, 255],
    ['SOAD_GAIN_P', 5e-13, 2, 0],
    ['DEAM_EGAIN_P', 1e-15, 0, 0],
    ['DEGA_IGAIN_P', 5.7240043837268474e-11, 1, 39],
    ['DESC_IGAIN_P', 1.457176583852441e-7, 4, 201],
    ['SOIF_GAIN_N', 2.514937814984348e-10, 1, 105],
    ['SYPD_EXT_N', 7.601808471019528e-13, 0, 2],
    ['SOIF_REFR_N', 2.0578894533855555e-7, 5, 21],
  ] as const)('sets %s to %s A as coarse %s, fine %s', (name, given, coarse, fine) => {
    expect(nearestBias(name, given)).toMatchObject({ coarse, fine });
  });

  it('is nowhere further off than any other setting, and the first of equals in its order', () => {
    fc.assert(
      fc.property(parameter, current, (name, given) => {
        const { coarse, fine } = nearestBias(name, given);
        const errors = settings(name).map((setting) => Math.abs(setting.current - given));
        // The first coarse value of least error, and within it the first fine one.
        expect(256 * coarse + fine).toBe(errors.indexOf(Math.min(...errors)));
      }),
      { numRuns: runs(200) },
    );
  });

  it('takes the nearer end outside of the range', () => {
    for (const name of ['SOIF_DC_P', 'SOIF_GAIN_N'] as const) {
      const { min, max } = biasRange(name);
      expect(biasCurrent(name, nearestBias(name, 0))).toBe(min);
      expect(biasCurrent(name, nearestBias(name, 1))).toBe(max);
      expect(min).toBe(Math.min(...settings(name).map((setting) => setting.current)));
      expect(max).toBe(Math.max(...settings(name).map((setting) => setting.current)));
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e-12])('refuses %s A', (given) => {
    expect(() => nearestBias('SOIF_DC_P', given)).toThrow(`current is ${given};`);
  });
});

describe('the parameters of a core', () => {
  it('carry each of the 23 currents of the model once', () => {
    const carriers = Object.values(currentParameter);
    expect(carriers).toHaveLength(23);
    expect(new Set(carriers).size).toBe(23);
    for (const name of carriers) expect(coreParameterNames).toContain(name);
  });
});
