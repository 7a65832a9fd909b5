import fc from 'fast-check';
import { coreCurrentNames } from 'spikeline/chip';
import { ampaGaba, drawMismatch } from 'spikeline/neurons';
import { matrixRows } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { dynapSe2ParameterNames, dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';

describe('dynapSe2ParameterNames', () => {
  it('are the currents that a core shares, but for the base weights, and fourteen layout constants', () => {
    const currents = coreCurrentNames.filter((name) => !/^Iw_\d$/.test(name));
    const names = dynapSe2ParameterNames.filter((name) => name !== 'Io');
    expect(names.filter((name) => name.startsWith('I')).sort()).toEqual(currents.sort());
    expect(dynapSe2ParameterNames).toHaveLength(19 + 14);
  });
});

describe('dynapSe2Parameters', () => {
  it('fills every parameter for every neuron, from one value or one per neuron', () => {
    const filled = dynapSe2Parameters({ Idc: 1e-11, Itau_nmda: [1e-12, 2e-12], Iscale: 2e-8 }, 2);
    expect(Array.from(filled.Idc)).toEqual([1e-11, 1e-11]);
    expect(Array.from(filled.Itau_nmda)).toEqual([1e-12, 2e-12]);
    expect(filled.Iscale).toBe(2e-8);
    for (const name of dynapSe2ParameterNames) expect(filled[name]).toHaveLength(2);
  });
});

describe('drawMismatch', () => {
  it('draws every current and layout constant of all four dendrites, each on its own', () => {
    const neurons = 4000;
    const nominal = dynapSe2Parameters({ Iscale: 3e-8 }, neurons);
    const drawn = drawMismatch(nominal, { fraction: 0.3 }, 5, 'chip');
    expect(drawn.Iscale).toBe(3e-8);
    const scores = dynapSe2ParameterNames.map((name) =>
      drawn[name].map((value, n) => (value / nominal[name][n]! - 1) / 0.1),
    );
    const mean = (values: Float64Array): number =>
      values.reduce((sum, value) => sum + value, 0) / neurons;
    for (const [at, z] of scores.entries()) {
      expect(Math.abs(mean(z))).toBeLessThan(5 / Math.sqrt(neurons));
      expect(Math.abs(mean(z.map((value) => value * value)) - 1)).toBeLessThan(
        5 * Math.sqrt(2 / neurons),
      );
      const next = scores[(at + 1) % scores.length]!;
      expect(Math.abs(mean(z.map((value, n) => value * next[n]!)))).toBeLessThan(
        5 / Math.sqrt(neurons),
      );
    }
    expect(drawMismatch(nominal, { fraction: 0.3 }, 5, 'chip')).toEqual(drawn);
    expect(drawMismatch(nominal, { fraction: 0.3 }, 6, 'chip').C_nmda).not.toEqual(drawn.C_nmda);
  });
});

describe('ampaGaba', () => {
  it('puts what is above zero on AMPA and the size of what is below on GABA', () => {
    const weight = [
      [2, -3, 0],
      [-1, 0.5, 4],
    ];
    expect(matrixRows(ampaGaba(weight))).toEqual([
      [2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0],
      [0, 0.5, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('loses nothing: AMPA less GABA is what was given', () => {
    const size = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.infiniteStream(fc.double({ noNaN: true })),
        (pre, post, values) => {
          const weight = Array.from({ length: pre }, () =>
            Array.from({ length: post }, () => values.next().value as number),
          );
          const rows = matrixRows(ampaGaba(weight));
          for (const [i, row] of rows.entries()) {
            expect(row).toHaveLength(4 * post);
            expect(row.every((value) => value >= 0)).toBe(true);
            for (let n = 0; n < post; n++) {
              expect(row[n]! - row[post + n]! + 0).toBe(weight[i]![n]! + 0);
            }
            expect(row.slice(2 * post).every((value) => value === 0)).toBe(true);
          }
        },
      ),
    );
  });
});
