import {
  dynapSim,
  type Engine,
  feedback,
  InvalidArgumentError,
  kernel,
  lif,
  linear,
  pipeline,
  referenceEngine,
  residual,
  simulator,
  summary,
  threshold,
} from 'spikeline';
import { describe, expect, it } from 'vitest';

const chain = pipeline(
  linear({
    weight: [
      [1, 0, 2],
      [3, 4, 0],
    ],
    name: 'in',
  }),
  dynapSim({
    neurons: 3,
    recurrent: [
      [0, 1, 0],
      [0, 0, 0],
      [2, 0, 0],
    ],
    name: 'hidden',
  }),
  linear({ weight: [[1], [1], [1]] }),
  dynapSim({ neurons: 1, name: 'out' }),
);

describe('summary', () => {
  it('lays stages out in columns, counts, and says what computes and trains them', () => {
    // What else its name says depends on the machine.
    const engine: Engine = { ...kernel(), name: 'kernel' };
    expect(summary(chain, [], engine).split('\n')).toEqual([
      'stage    kind      from     channels  weights  synapses  neurons by',
      '───────────────────────────────────────────────────────────────────',
      'in       linear    (input)  2 → 3     6        4',
      'hidden   dynapSim  in       3         9        2         kernel',
      'linear2  linear    hidden   3 → 1     3        3',
      'out      dynapSim  linear2  1                            kernel',
      '',
      'pipeline  2 → 1 channels, steps of 0.001 s; what leaves out leaves it',
      'in all    4 neurons in 2 populations, 18 weights, 9 synapses',
      'training  whole epochs at a time, by the kernel',
    ]);
  });

  it('shows branches, loops, what the reference computes, and training stage by stage', () => {
    const net = pipeline(
      residual(feedback(linear({ weight: [[1]] }), lif({ neurons: 1, tauMem: 0.02 }))),
      threshold({ threshold: [1] }),
    );
    const analog: Engine = { ...kernel(), supports: (model) => model !== 'lif' };
    const text = summary(net, [simulator()], analog);
    expect(text).toContain('add0        add        (input) + lif2 (one step late)');
    expect(text).toContain('add3        add        (input) + lif2');
    expect(text).toContain('loop      add0, linear1, lif2: one step at a time');
    expect(text).toContain('training  stage by stage (it has branches or loops)');
    expect(text).toMatch(/lif2 .* reference/);
    expect(summary(net)).toMatch(/lif2 .* kernel/);
    expect(text.split('\n').at(-1)).toBe('simulator runs it');
    expect(summary(chain, [], referenceEngine)).toContain(
      'stage by stage (the engine reference does no epochs by itself)',
    );
  });

  it('lists what a target has against it', () => {
    const target = {
      name: 'toy',
      unsupported: () => [
        { path: 'hidden', code: 'too-large', given: 3, needed: 'one neuron at most' } as const,
      ],
      start: () => {
        throw new Error('never started');
      },
    };
    expect(summary(chain, [target]).split('\n').slice(-2)).toEqual([
      'toy       cannot run it:',
      '  - hidden is 3; one neuron at most',
    ]);
  });

  it('refuses what is no pipeline and no target', () => {
    expect(() => summary({} as never)).toThrow(InvalidArgumentError);
    expect(() => summary(chain, [{}] as never)).toThrow(InvalidArgumentError);
    expect(() => summary(chain, 'simulator' as never)).toThrow(InvalidArgumentError);
  });
});
