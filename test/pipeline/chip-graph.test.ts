import {
  delay,
  dynapSim,
  feedback,
  lif,
  linear,
  type Pipeline,
  parallel,
  pipeline,
  residual,
  scale,
  threshold,
} from 'spikeline';
import type { ChipSource } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { chipGraph } from '#src/pipeline/chip-graph';

const taus = { tauMem: 0.02, tauSyn: 0.01 };
const two = (name?: string) =>
  lif({ neurons: 2, ...taus, ...(name === undefined ? {} : { name }) });
const W = (...rows: number[][]) => linear({ weight: rows });

/** Each source of each population: from, first channels of both ends, weights row by row. */
function ways(net: Pipeline): Record<string, unknown[]> {
  const { populations, problems } = chipGraph(net);
  expect(problems).toEqual([]);
  const text = ({ from, pre, post, weights, stage }: ChipSource) => {
    const values = weights.form === 'matrix' ? weights.matrix.values : weights.factors;
    return [from, pre, post, weights.form, [...values], stage];
  };
  return Object.fromEntries(populations.map(({ name, sources }) => [name, sources.map(text)]));
}

function problemsOf(net: Pipeline): string[] {
  return chipGraph(net).problems.map(
    ({ stage, problem }) => `${stage} ${problem.path}: ${problem.needed}`,
  );
}

describe('chipGraph', () => {
  it('puts factors into the weights beside them, in their order', () => {
    const net = pipeline(
      scale({ scale: [2, 3] }),
      W([1, 2], [3, 4]),
      scale({ scale: [10, 100] }),
      lif({
        neurons: 2,
        ...taus,
        resistance: 0.5,
        inputWeight: [4, 2],
        recurrent: [
          [1, 2],
          [3, 4],
        ],
      }),
      scale({ scale: [5, 6] }),
      scale({ scale: [1, 0.5] }),
      two('out'),
    );
    expect(ways(net)).toEqual({
      lif3: [
        [null, 0, 0, 'matrix', [40, 400, 180, 1200], 'linear1'],
        ['lif3', 0, 0, 'matrix', [2, 2, 6, 4], 'lif3'],
      ],
      out: [['lif3', 0, 0, 'diagonal', [5, 3], undefined]],
    });
    expect(chipGraph(net).output).toBe('out');
  });

  it('follows branches, ways around, and channels side by side', () => {
    const net = pipeline(
      W([1, 0], [0, 1]),
      two('a'),
      parallel(
        [W([1, 2], [3, 4]), two('b')],
        [W([5], [6]), lif({ neurons: 1, ...taus, name: 'c' })],
        {
          join: 'concatenate',
        },
      ),
      linear({ weight: [[1], [2], [3]], name: 'join' }),
      lif({ neurons: 1, ...taus, name: 'd' }),
      residual(W([7]), lif({ neurons: 1, ...taus, name: 'e' })),
      linear({ weight: [[9]], name: 'last' }),
      lif({ neurons: 1, ...taus, name: 'out' }),
    );
    expect(ways(net)).toMatchObject({
      b: [['a', 0, 0, 'matrix', [1, 2, 3, 4], 'linear2']],
      c: [['a', 0, 0, 'matrix', [5, 6], 'linear4']],
      d: [
        ['b', 0, 0, 'matrix', [1, 2], 'join'],
        ['c', 0, 0, 'matrix', [3], 'join'],
      ],
      e: [['d', 0, 0, 'matrix', [7], 'linear9']],
      out: [
        ['d', 0, 0, 'matrix', [9], 'last'],
        ['e', 0, 0, 'matrix', [9], 'last'],
      ],
    });
  });

  it('lets what comes back one step later be a way like others', () => {
    const net = pipeline(
      feedback(W([1, 2], [3, 4]), two('a'), W([0, 1], [1, 0])),
      threshold({ threshold: [1, 1] }),
    );
    expect(problemsOf(net)).toContain(
      'threshold4 : the chip has no threshold; take lif or dynapSim neurons',
    );
    const loop = pipeline(feedback(W([1, 2], [3, 4]), two('a')));
    expect(ways(loop)).toEqual({
      a: [
        [null, 0, 0, 'matrix', [1, 2, 3, 4], 'linear1'],
        ['a', 0, 0, 'matrix', [1, 2, 3, 4], 'linear1'],
      ],
    });
  });

  it('takes the input of a chip’s own neurons as it is', () => {
    expect(ways(pipeline(delay({ channels: 2, delay: 0 }), dynapSim({ neurons: 2 })))).toEqual({
      dynapSim1: [[null, 0, 0, 'diagonal', [1, 1], undefined]],
    });
  });

  it.each<[string, Pipeline, string[]]>([
    [
      'values that no chip has, with their places',
      pipeline(
        W([1, 2]),
        lif({ neurons: 2, tauMem: 0.02, leak: [0, 1], reset: 2, bias: -1, threshold: 0 }),
      ),
      [
        'lif1 tauSyn: there is no tauSyn, and a synapse on the chip has one',
        'lif1 leak[1]: on the chip the membrane leaks to 0',
        'lif1 reset[0]: on the chip it is reset to 0',
        'lif1 threshold[0]: Ispkthr must be above 0',
        'lif1 bias[0]: times resistance; Idc cannot be negative',
      ],
    ],
    [
      'a bias, and a delay',
      pipeline(
        linear({ weight: [[1]], bias: 1 }),
        delay({ channels: 1, delay: 2e-3 }),
        lif({ neurons: 1, ...taus }),
      ),
      [
        'linear0 bias[0]: give it to the neurons after it instead',
        'delay1 : it holds back by up to 2 steps; the chip has no such delay',
      ],
    ],
    [
      'two matrices in a row',
      pipeline(W([1]), W([2]), lif({ neurons: 1, ...taus })),
      ['linear1 : linear0 and linear1 are both linear; multiply them into one'],
    ],
    [
      'neurons without weights before them',
      pipeline(lif({ neurons: 1, ...taus, resistance: 2 }), lif({ neurons: 1, ...taus })),
      [
        'lif0 inputWeight[0]: times resistance; put a linear stage before it, whose weights take it over',
        'lif0 : lif0 takes its input without weights; put a linear before it',
        'lif1 : lif0 feeds lif1 without weights; put a linear between them',
      ],
    ],
    [
      'a sum of spikes that leaves',
      pipeline(
        W([1]),
        residual(lif({ neurons: 1, ...taus, threshold: 0.5 })),
        threshold({ threshold: [1] }),
      ),
      ['threshold3 : the chip has no threshold; take lif or dynapSim neurons'],
    ],
    [
      'spikes of two populations that leave together',
      parallel([W([1]), lif({ neurons: 1, ...taus })], [W([1]), lif({ neurons: 1, ...taus })], {
        join: 'add',
      }),
      ['add4 : what leaves the pipeline must be the spikes of one population as they are'],
    ],
    [
      'input that comes back late',
      pipeline(feedback(delay({ channels: 1, delay: 0 })), W([1]), lif({ neurons: 1, ...taus })),
      ['add0 : it is in a loop without neurons; the chip has none'],
    ],
    ['no neurons', pipeline(delay({ channels: 1, delay: 0 })), [' : there are no neurons']],
  ])('names %s', (_, net, expected) => {
    expect(problemsOf(net)).toEqual(expected);
  });

  it('names input that goes round a loop', () => {
    const net = pipeline(
      feedback(residual(W([1]), lif({ neurons: 1, ...taus, name: 'a' }))),
      linear({ weight: [[1]], name: 'last' }),
      lif({ neurons: 1, ...taus }),
    );
    expect(problemsOf(net).join()).toContain('loop without neurons');
  });
});
