import { dynapSim, InvalidArgumentError, linear, pipeline, type StageDefinition } from 'spikeline';
import { dynapSimParameters } from 'spikeline/neurons';
import { matrix, stageWeights } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';

function reasons(...stages: readonly StageDefinition[]): readonly string[] {
  return reasonsOf(() => pipeline(...stages));
}

describe('pipeline', () => {
  it('tells what enters, what leaves, and the step', () => {
    const net = pipeline(
      linear({ weight: [[1, 2]] }),
      dynapSim({ neurons: 2, dt: 2e-3 }),
      linear({
        weight: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        name: 'between',
      }),
      dynapSim({ neurons: 3, dt: 2e-3, name: 'out' }),
    );
    expect(net).toMatchObject({ channelsIn: 1, channelsOut: 3, dt: 2e-3 });
    expect(net.stages.map(({ name }) => name)).toEqual(['linear0', 'dynapSim1', 'between', 'out']);
    expect(net.stages.map(({ emits }) => emits)).toEqual([
      'weighted',
      'spikes',
      'weighted',
      'spikes',
    ]);
  });

  it('steps by 1 ms and takes the chip’s parameters where nothing is said', () => {
    const [stage] = pipeline(dynapSim({ neurons: 2 })).stages;
    expect(stage).toMatchObject({ dt: 1e-3, parameters: dynapSimParameters({}, 2) });
    expect(stage !== undefined && stageWeights(stage)).toBeUndefined();
  });

  it('keeps copies of what it is given', () => {
    const weight = [[1, 2]];
    const recurrent = matrix([
      [1, 2],
      [3, 4],
    ]);
    const Idc = Float64Array.of(1e-12, 2e-12);
    const net = pipeline(linear({ weight }), dynapSim({ neurons: 2, recurrent, Idc }));
    weight[0]![0] = 9;
    recurrent.values.fill(9);
    Idc.fill(9);
    expect(net.stages.map((stage) => Array.from(stageWeights(stage)!.values))).toEqual([
      [1, 2],
      [1, 2, 3, 4],
    ]);
    expect(Array.from(net.stages[1]!.parameters!.Idc)).toEqual([1e-12, 2e-12]);
  });

  it('lists every mistake of all stages at once', () => {
    const found = reasons(
      linear({
        weight: [
          [1, Number.NaN],
          [0, 1],
        ],
        name: 'same',
      }),
      dynapSim({ neurons: 3, dt: 0, Idc: -1e-12, name: 'same' }),
    );
    expect(found).toEqual([
      expect.stringMatching(/^same\.weight\[0\]\[1\] is NaN/),
      expect.stringMatching(/^same\.dt is 0;/),
      expect.stringMatching(/^same\.Idc is -1e-12;/),
      expect.stringMatching(/^same: same gives 2 channels but same takes 3$/),
      expect.stringMatching(/^stages\[1\]\.name is "same"; stages\[0\] has this name too/),
    ]);
    expect(() => pipeline(dynapSim({ neurons: 1, dt: 0, Io: 0 }))).toThrow(InvalidArgumentError);
  });

  it.each([
    ['nothing at all', [], /there is no stage/],
    ['weights at the end', [linear({ weight: [[1]] })], /last stage must be one of neurons/],
    [
      'a ragged matrix',
      [linear({ weight: [[1, 2], [3]] }), dynapSim({ neurons: 2 })],
      /weight\[1\]\.length is 1; 2 entries/,
    ],
    [
      'a matrix that lies about its size',
      [linear({ weight: { ...matrix([[1]]), rows: 2, columns: 1 } }), dynapSim({ neurons: 1 })],
      /weight\.values\.length is 1; 2×1 are needed/,
    ],
    ['no neurons', [dynapSim({ neurons: 0 })], /neurons is 0/],
    ['half a neuron', [dynapSim({ neurons: 1.5 })], /neurons is 1\.5/],
    ['neurons that are no number', [dynapSim({ neurons: Number.NaN })], /neurons is NaN/],
    ['a negative step', [dynapSim({ neurons: 1, dt: -1e-3 })], /dt is -0\.001/],
    ['an endless step', [dynapSim({ neurons: 1, dt: Number.POSITIVE_INFINITY })], /dt is Infinity/],
    [
      'recurrence of another size',
      [dynapSim({ neurons: 2, recurrent: [[1]] })],
      /recurrent is "1×1"; 2×2 is needed/,
    ],
    [
      'infinite recurrence',
      [dynapSim({ neurons: 1, recurrent: [[Number.NEGATIVE_INFINITY]] })],
      /recurrent\[0\]\[0\] is -Infinity/,
    ],
    [
      'too few values',
      [dynapSim({ neurons: 3, Idc: [1e-12, 1e-12] })],
      /Idc\.length is 2; 3 are needed/,
    ],
    ['one bad value', [dynapSim({ neurons: 2, Io: [1e-13, 0] })], /Io\[1\] is 0; it must be above/],
    ['a current that is no number', [dynapSim({ neurons: 1, Iref: Number.NaN })], /Iref is NaN/],
    ['a scale of zero', [dynapSim({ neurons: 1, Iscale: 0 })], /Iscale is 0/],
    [
      'a parameter that does not exist',
      [{ kind: 'dynapSim', neurons: 1, Idcc: 1 } as StageDefinition],
      /Idcc: there is no such name; did you mean Idc\?/,
    ],
    [
      'a current of null',
      [{ kind: 'dynapSim', neurons: 1, Idc: null } as unknown as StageDefinition],
      /Idc is null/,
    ],
    [
      'a current that is an object of any kind',
      [{ kind: 'dynapSim', neurons: 1, Idc: [{ toString: 0 }] } as unknown as StageDefinition],
      /Idc\[0\] is {"toString":0}/,
    ],
    [
      'a scale per neuron',
      [{ kind: 'dynapSim', neurons: 1, Iscale: [1e-8] } as unknown as StageDefinition],
      /Iscale is .*; one number for all neurons/,
    ],
    [
      'two steps',
      [dynapSim({ neurons: 1, dt: 1e-3 }), dynapSim({ neurons: 1, dt: 2e-3 })],
      /all stages need one dt; given are 0\.001, 0\.002 s/,
    ],
    [
      'a name that another stage has by default',
      [linear({ weight: [[1]], name: 'dynapSim1' }), dynapSim({ neurons: 1 })],
      /^stages\[1\]\.name is "dynapSim1"; stages\[0\] has this name too/,
    ],
  ])('refuses %s, for this reason only', (_, stages, reason) => {
    expect(reasons(...stages)).toEqual([expect.stringMatching(reason)]);
  });

  it.each(['Itau_mem', 'Itau_syn', 'Ipulse_ahp', 'Idc', 'Iw_ahp'] as const)(
    'takes %s of zero: a circuit switched off',
    (name) => {
      expect(reasons(dynapSim({ neurons: 1, [name]: 0 }))).toEqual([]);
    },
  );
});
