import {
  dynapSim,
  linear,
  type Matrix,
  pipeline,
  problemText,
  UnsupportedPipelineError,
} from 'spikeline';
import { matrixRows } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { networkProblems } from '#src/compile/front/chip-problems';
import { mergeStages } from '#src/compile/front/merge';
import { dense } from './dense.ts';

const rows = (matrix: Matrix): number[][] => matrixRows(matrix);

describe('mergeStages', () => {
  it('places each stage as a block of one population', () => {
    const net = mergeStages(
      pipeline(
        linear({
          weight: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        }),
        dynapSim({
          neurons: 2,
          recurrent: [
            [7, 8],
            [9, 10],
          ],
          name: 'first',
          Idc: [1e-12, 2e-12],
        }),
        linear({ weight: [[11], [12]] }),
        dynapSim({ neurons: 1, name: 'second', Idc: 3e-12 }),
        linear({ weight: [[13, 14]] }),
        dynapSim({
          neurons: 2,
          recurrent: [
            [15, 16],
            [17, 18],
          ],
          name: 'third',
          Idc: 4e-12,
        }),
      ),
    );
    expect(rows(dense(net).input)).toEqual([
      [1, 2, 0, 0, 0],
      [3, 4, 0, 0, 0],
      [5, 6, 0, 0, 0],
    ]);
    expect(rows(dense(net).recurrent)).toEqual([
      [7, 8, 11, 0, 0],
      [9, 10, 12, 0, 0],
      [0, 0, 0, 13, 14],
      [0, 0, 0, 15, 16],
      [0, 0, 0, 17, 18],
    ]);
    expect(net.populations).toEqual({
      first: { first: 0, size: 2 },
      second: { first: 2, size: 1 },
      third: { first: 3, size: 2 },
    });
    expect(net.output).toBe('third');
    expect(Array.from(net.parameters.Idc)).toEqual([1e-12, 2e-12, 3e-12, 4e-12, 4e-12]);
    expect(net.parameters.Iscale).toBe(1e-8);
    expect(net.dt).toBe(1e-3);
  });

  it('gives neurons without weights before them their input as it is', () => {
    const net = mergeStages(pipeline(dynapSim({ neurons: 2, dt: 5e-4 })));
    expect(rows(dense(net).input)).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(rows(dense(net).recurrent)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(net.dt).toBe(5e-4);
  });

  it('leaves the pipeline as it was', () => {
    const net = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, recurrent: [[2]] }));
    const before = structuredClone(net);
    const merged = mergeStages(net);
    merged.input.weight.fill(9);
    merged.recurrent.weight.fill(9);
    expect(net).toEqual(before);
  });

  it('refuses what has no place on a chip, with every reason', () => {
    const one = [[1]];
    const net = pipeline(
      linear({ weight: one, name: 'a' }),
      linear({ weight: one, name: 'b' }),
      dynapSim({ neurons: 1, name: 'c' }),
      dynapSim({ neurons: 1, name: 'd', Iscale: 2e-8 }),
    );
    const reasons = [
      expect.stringMatching(/stages differ in Iscale \(1e-8, 2e-8 A\)/),
      expect.stringMatching(/a and b are both linear/),
      expect.stringMatching(/c feeds d without weights/),
    ];
    expect(networkProblems(net).map(problemText)).toEqual(reasons);
    expect(() => mergeStages(net)).toThrow(UnsupportedPipelineError);
    expect(networkProblems(pipeline(dynapSim({ neurons: 1 })))).toEqual([]);
  });
});
