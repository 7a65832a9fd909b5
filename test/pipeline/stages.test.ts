import {
  delay,
  dynapSim,
  InvalidArgumentError,
  integrateAndFire,
  integrator,
  li,
  lif,
  linear,
  pipeline,
  type Stage,
  type StageDefinition,
  scale,
  threshold,
} from 'spikeline';
import { stageWeights, withStageWeights } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';

const one = [[1]];
const tauMem = 0.02;

/** The first stage of a pipeline, built. */
function built(...definitions: readonly StageDefinition[]): Stage {
  return pipeline(...definitions).stages[0]!;
}

describe('a kind of stage', () => {
  it('takes defaults, one value per neuron', () => {
    expect(built(lif({ neurons: 2, tauMem }))).toEqual({
      kind: 'lif',
      name: 'lif0',
      channelsIn: 2,
      channelsOut: 2,
      emits: 'spikes',
      dt: 1e-3,
      tauMem: Float64Array.of(tauMem, tauMem),
      bias: new Float64Array(2),
      resistance: Float64Array.of(1, 1),
      leak: new Float64Array(2),
      inputWeight: Float64Array.of(1, 1),
      threshold: Float64Array.of(1, 1),
      reset: new Float64Array(2),
    });
    const neurons = built(
      integrateAndFire({ neurons: 1, dt: 2e-3, recurrent: [[3]], threshold: [4] }),
    );
    expect(neurons).toMatchObject({
      dt: 2e-3,
      resistance: Float64Array.of(1),
      threshold: Float64Array.of(4),
      reset: Float64Array.of(0),
    });
    expect(Array.from(stageWeights(neurons)!.values)).toEqual([3]);
  });

  it('keeps copies of what it is given', () => {
    const [taus, factors] = [Float64Array.of(0.01), [2]];
    const net = pipeline(
      scale({ scale: factors }),
      linear({ weight: one, bias: factors }),
      delay({ channels: 1, delay: factors }),
      lif({ neurons: 1, tauMem: taus, tauSyn: taus, leak: factors }),
      threshold({ threshold: factors }),
    );
    taus.fill(9);
    factors[0] = 9;
    const arrays = net.stages.flatMap((stage) =>
      Object.values({ ...stage }).filter((value) => value instanceof Float64Array),
    );
    expect(arrays).toHaveLength(12);
    for (const values of arrays) expect(values).not.toContain(9);
  });

  it('tells what leaves: a delay passes on what enters', () => {
    const net = pipeline(
      delay({ channels: 1, delay: 0 }),
      linear({ weight: one }),
      delay({ channels: 1, delay: 0, name: 'b' }),
      li({ neurons: 1, tauMem }),
      scale({ scale: [1] }),
      integrator({ neurons: 1 }),
      integrateAndFire({ neurons: 1 }),
      delay({ channels: 1, delay: 0, name: 'c' }),
    );
    expect(net.stages.map(({ emits }) => emits)).toEqual([
      'spikes',
      'weighted',
      'weighted',
      'weighted',
      'weighted',
      'weighted',
      'spikes',
      'spikes',
    ]);
  });

  it('steps as its neighbours do, by 1 ms where no stage has a step', () => {
    expect(pipeline(delay({ channels: 1, delay: 0, dt: 5e-4 })).dt).toBe(5e-4);
    const net = pipeline(
      li({ neurons: 1, tauMem, dt: 2e-3 }),
      linear({ weight: one }),
      threshold({ threshold: [1] }),
    );
    expect(net.dt).toBe(2e-3);
    expect(pipeline(linear({ weight: one }), threshold({ threshold: [1] })).dt).toBe(1e-3);
  });

  it('gives up and takes back its trainable matrix, if it has one', () => {
    const neurons = built(lif({ neurons: 1, tauMem, recurrent: [[2]] }));
    const changed = withStageWeights(neurons, Float64Array.of(5));
    expect(changed).toEqual(built(lif({ neurons: 1, tauMem, recurrent: [[5]] })));
    for (const stage of [
      built(lif({ neurons: 1, tauMem })),
      built(delay({ channels: 1, delay: 0 })),
    ]) {
      expect(stageWeights(stage)).toBeUndefined();
      expect(withStageWeights(stage, Float64Array.of(5))).toBe(stage);
    }
  });
});

describe('pipeline', () => {
  it.each<[string, readonly StageDefinition[], RegExp]>([
    [
      'a bias of another width',
      [linear({ weight: [[1, 2]], bias: [1] }), lif({ neurons: 2, tauMem })],
      /linear0\.bias\.length is 1; 2 values are needed/,
    ],
    [
      'an endless bias',
      [linear({ weight: one, bias: Infinity }), lif({ neurons: 1, tauMem })],
      /linear0\.bias is Infinity; a finite number/,
    ],
    [
      'a factor that is no number',
      [scale({ scale: [1, Number.NaN] }), lif({ neurons: 2, tauMem })],
      /scale0\.scale\[1\] is NaN; a finite number/,
    ],
    [
      'nothing to compare with',
      [threshold({ threshold: [] })],
      /threshold0\.threshold\.length is 0;/,
    ],
    [
      'a threshold that is no number',
      [threshold({ threshold: [Number.NaN] })],
      /threshold0\.threshold\[0\] is NaN/,
    ],
    ['no time constant above 0', [lif({ neurons: 1, tauMem: 0 })], /tauMem is 0; seconds above 0/],
    [
      'one bad time constant',
      [lif({ neurons: 2, tauMem, tauSyn: [0.01, -0.01] })],
      /tauSyn\[1\] is -0\.01; seconds above 0/,
    ],
    [
      'steps too long for a membrane',
      [lif({ neurons: 1, tauMem: 4.9e-4 })],
      /tauMem is 0\.00049; steps of 0\.001 s make it diverge; it must be at least 0\.0005 s/,
    ],
    [
      'steps too long for a synapse',
      [
        li({ neurons: 1, tauMem, tauSyn: 4e-3, dt: 0.01 }),
        integrateAndFire({ neurons: 1, dt: 0.01 }),
      ],
      /li0\.tauSyn is 0\.004; steps of 0\.01 s make it diverge/,
    ],
    [
      'too few thresholds',
      [lif({ neurons: 2, tauMem, threshold: [1] })],
      /threshold\.length is 1; 2 values/,
    ],
    ['a reset of NaN', [integrateAndFire({ neurons: 1, reset: Number.NaN })], /reset is NaN/],
    ['no neurons', [lif({ neurons: 0, tauMem })], /lif0\.neurons is 0/],
    ['half a neuron', [integrateAndFire({ neurons: 0.5 })], /neurons is 0\.5/],
    [
      'a step of 0',
      [lif({ neurons: 1, tauMem, dt: 0 })],
      /dt is 0; a finite number of seconds above 0/,
    ],
    [
      'recurrence of another size',
      [lif({ neurons: 2, tauMem, recurrent: one })],
      /recurrent is "1×1"; 2×2 is needed/,
    ],
    [
      'a negative delay',
      [delay({ channels: 2, delay: [0, -1e-3] })],
      /delay0\.delay\[1\] is -0\.001; it must not be negative/,
    ],
    [
      'a delay without end',
      [delay({ channels: 1, delay: Infinity })],
      /delay is Infinity; a finite/,
    ],
    [
      'a delay that no memory holds',
      [delay({ channels: 2 ** 10, delay: 1e3 })],
      /delay is 1000; that is more than 16384 steps, the most for 1024 channels/,
    ],
    ['no channels', [delay({ channels: 0, delay: 0 })], /channels is 0/],
    [
      'potentials at the end',
      [li({ neurons: 1, tauMem })],
      /last stage must be one of neurons, so that spikes/,
    ],
    [
      'weighted values that are only delayed at the end',
      [linear({ weight: one }), delay({ channels: 1, delay: 0 })],
      /last stage must be one of neurons/,
    ],
    [
      'neighbours of another width',
      [delay({ channels: 2, delay: 0 }), lif({ neurons: 1, tauMem })],
      /delay0 gives 2 channels but lif1 takes 1/,
    ],
    [
      'two steps',
      [delay({ channels: 1, delay: 0, dt: 2e-3 }), lif({ neurons: 1, tauMem })],
      /all stages need one dt; given are 0\.002, 0\.001 s/,
    ],
  ])('refuses %s, for this reason only', (_, stages, reason) => {
    expect(reasonsOf(() => pipeline(...stages))).toEqual([expect.stringMatching(reason)]);
  });

  it('takes the longest step that does not diverge', () => {
    expect(reasonsOf(() => pipeline(lif({ neurons: 1, tauMem: 5e-4, tauSyn: 5e-4 })))).toEqual([]);
  });

  it('lists every mistake of a stage at once', () => {
    const found = reasonsOf(() =>
      pipeline(
        lif({
          neurons: 2,
          tauMem: 0,
          tauSyn: -1,
          bias: [1],
          threshold: Number.NaN,
          recurrent: one,
        }),
      ),
    );
    expect(found).toEqual([
      expect.stringMatching(/tauMem is 0/),
      expect.stringMatching(/tauSyn is -1/),
      expect.stringMatching(/bias\.length is 1/),
      expect.stringMatching(/threshold is NaN/),
      expect.stringMatching(/recurrent is "1×1"/),
    ]);
  });

  it('refuses a kind that does not exist, and says which do', () => {
    const unknown = { kind: 'lief', neurons: 1 } as unknown as StageDefinition;
    expect(() => pipeline(unknown, dynapSim({ neurons: 1 }))).toThrow(InvalidArgumentError);
    expect(() => pipeline(unknown)).toThrow(
      /stages\[0\]\.kind is "lief"; there is no such name; did you mean lif\? There are add, .*linear, scale/,
    );
  });
});
