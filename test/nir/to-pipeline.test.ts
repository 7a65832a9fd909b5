import { InvalidArgumentError, problemText } from 'spikeline';
import { type NirNode, type NirRemark, pipelineOfNir } from 'spikeline/nir';
import { matrixRows } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { cubaNode, graphOf, input, lifNode, numbers, output, varied } from './graphs.ts';

const fc: NirNode = { type: 'Linear', weight: numbers([1, 2, 3, 4, 5, 6], [3, 2]) };
const back: NirNode = { type: 'Linear', weight: numbers([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3]) };
const ends = { input: input(2), output: output(3) };

/** Remarks as `node: text`. */
function said(remarks: readonly NirRemark[]): string[] {
  return remarks.map(({ node, ...problem }) => `${node}: ${problemText(problem)}`);
}

/** What keeps a graph from running. */
function problemsOf(nodes: Readonly<Record<string, NirNode>>, ...paths: string[]): string[] {
  const result = pipelineOfNir(graphOf(nodes, ...paths));
  expect(result.pipeline === undefined).toBe(result.problems.length > 0);
  return said(result.problems);
}

describe('pipelineOfNir', () => {
  it('turns weights into rows of pre', () => {
    const graph = graphOf({ ...ends, fc, a: lifNode(3) }, 'input > fc > a > output');
    const { pipeline: net } = pipelineOfNir(graph);
    const [linear, lif] = net!.stages;
    expect(matrixRows((linear as Extract<typeof linear, { kind: 'linear' }>)!.weight)).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    expect(lif).toMatchObject({ kind: 'lif', name: 'a', channelsOut: 3, dt: 1e-3 });
  });

  it('takes all values of a CubaLIF over', () => {
    const a = cubaNode(3);
    const { pipeline: net } = pipelineOfNir(graphOf({ ...ends, fc, a }, 'input > fc > a > output'));
    expect(net!.stages[1]).toMatchObject({
      kind: 'lif',
      tauMem: a.tau_mem.values,
      tauSyn: a.tau_syn.values,
      resistance: a.r.values,
      leak: a.v_leak.values,
      threshold: a.v_threshold.values,
      reset: a.v_reset.values,
      inputWeight: a.w_in.values,
      bias: new Float64Array(3),
    });
  });

  it('makes a circle the recurrent matrix', () => {
    const { pipeline: net, notes } = pipelineOfNir(
      graphOf({ ...ends, fc, a: lifNode(3), back }, 'input > fc > a > output', 'a > back > a'),
    );
    expect(net!.stages.map(({ name }) => name)).toEqual(['fc', 'a']);
    const [, a] = net!.stages as [
      unknown,
      Extract<(typeof net & object)['stages'][0], { kind: 'lif' }>,
    ];
    expect(matrixRows(a.recurrent!)).toEqual([
      [1, 4, 7],
      [2, 5, 8],
      [3, 6, 9],
    ]);
    expect(notes).toEqual([]);
  });

  it('adds up circles, and a bias on the way back to the weights that lead in', () => {
    const affine: NirNode = {
      type: 'Affine',
      weight: varied(0, 0, 3, 3),
      bias: numbers([1, 2, 3]),
    };
    const scale: NirNode = { type: 'Scale', scale: numbers([5], []) };
    const nodes = { ...ends, fc, a: lifNode(3), affine, scale };
    const paths = ['input > fc > a > output', 'a > affine > a', 'a > scale > a', 'a > a'];
    const { pipeline: net, notes } = pipelineOfNir(graphOf(nodes, ...paths));
    expect(net!.stages).toMatchObject([
      { name: 'fc', bias: Float64Array.of(1, 2, 3) },
      { name: 'a', recurrent: { values: Float64Array.of(6, 0, 0, 0, 6, 0, 0, 0, 6) } },
    ]);
    expect(said(notes)).toEqual(['affine: its bias flows all the time; fc adds it']);
  });

  it('opens nested graphs and drops what only reshapes', () => {
    const nested = graphOf(
      { in: input(3), a: lifNode(3), back, out: output(3) },
      'in > a > out',
      'a > back > a',
    );
    const { pipeline: net, problems } = pipelineOfNir(
      graphOf(
        {
          input: input(2, 1),
          flat: { type: 'Flatten', start_dim: 0, end_dim: -1 },
          fc,
          hidden: nested,
          output: output(3),
        },
        'input > flat > fc > hidden > output',
      ),
    );
    expect(problems).toEqual([]);
    expect(net!.stages.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'fc linear',
      'hidden.a lif',
    ]);
    expect(net!.stages[1]).toHaveProperty('recurrent');
  });

  it('takes shapes that differ, but not in size, element by element', () => {
    const { pipeline: net, notes } = pipelineOfNir(
      graphOf({ input: input(3), a: lifNode(3), output: output(1, 3, 1) }, 'input > a > output'),
    );
    expect(net?.channelsOut).toBe(3);
    expect(said(notes)).toEqual([
      'output: a gives the shape [3] but output takes [1, 3, 1]; taken element by element',
    ]);
  });

  it('puts an input and an output where there is none', () => {
    const { pipeline: net, notes } = pipelineOfNir(graphOf({ fc, a: lifNode(3) }, 'fc > a'));
    expect(net?.channelsIn).toBe(2);
    expect(said(notes)).toEqual([
      'fc: there is no Input; it is put here',
      'a: there is no Output; it is put here',
    ]);
  });

  it('leaves out what is not between input and output', () => {
    const { pipeline: net, notes } = pipelineOfNir(
      graphOf({ ...ends, fc, a: lifNode(3), alone: lifNode(2) }, 'input > fc > a > output'),
    );
    expect(net?.stages).toHaveLength(2);
    expect(said(notes)).toEqual(['alone: is not between input and output; left out']);
  });

  it('knows the size of single numbers from what leads to them', () => {
    const threshold: NirNode = { type: 'Threshold', threshold: numbers([0.5], []) };
    const half: NirNode = { type: 'Scale', scale: numbers([0.5], []) };
    const { pipeline: net } = pipelineOfNir(
      graphOf({ ...ends, fc, half, threshold }, 'input > fc > half > threshold > output'),
    );
    expect(net?.stages[2]).toMatchObject({ threshold: Float64Array.of(0.5, 0.5, 0.5) });
  });

  it('takes the step that it is given, or that the graph was made with, or 1 ms', () => {
    const graph = graphOf({ ...ends, fc, a: lifNode(3) }, 'input > fc > a > output');
    const made = { ...graph, metadata: { dt: 5e-4 } };
    expect(pipelineOfNir(graph).pipeline?.dt).toBe(1e-3);
    expect(pipelineOfNir(made).pipeline?.dt).toBe(5e-4);
    expect(pipelineOfNir(made, { dt: 2e-3 }).pipeline?.dt).toBe(2e-3);
    expect(pipelineOfNir({ ...graph, metadata: { dt: 'fast' } }).pipeline?.dt).toBe(1e-3);
    expect(() => pipelineOfNir(graph, { dt: 0 })).toThrow(InvalidArgumentError);
  });
});

/** Where the inputs of the stages of a graph come from, late ones marked, as `stage < source`. */
function waysOf(nodes: Readonly<Record<string, NirNode>>, ...paths: string[]): string[] {
  const { pipeline: net, problems } = pipelineOfNir(graphOf(nodes, ...paths));
  expect(problems).toEqual([]);
  return net!.stages.map(({ name }, i) => {
    const from = net!.inputs[i]!.map((input) => `${input.from}${input.delayed ? ' late' : ''}`);
    return `${name} < ${from.join(' + ')}`;
  });
}

describe('a graph with branches and loops', () => {
  it('adds up what several nodes give to one', () => {
    const nodes = { ...ends, fc, fc2: fc, a: lifNode(3) };
    expect(waysOf(nodes, 'input > fc > a > output', 'input > fc2 > a')).toEqual([
      'fc < null',
      'fc2 < null',
      'add2 < fc + fc2',
      'a < add2',
    ]);
  });

  it('lets a way around a node be added to what it gives', () => {
    const nodes = { ...ends, input: input(3), a: lifNode(3), back, b: lifNode(3) };
    expect(waysOf(nodes, 'input > a > back > b > output', 'a > b')).toEqual([
      'a < null',
      'back < a',
      'add2 < back + a',
      'b < add2',
    ]);
  });

  it('brings back what closes a loop one step later', () => {
    const delay: NirNode = { type: 'Delay', delay: numbers([0.01], []) };
    const nodes = { ...ends, fc, a: lifNode(3), delay };
    expect(waysOf(nodes, 'input > fc > a > output', 'a > delay > a')).toEqual([
      'fc < null',
      'add1 < fc + delay late',
      'a < add1',
      'delay < a',
    ]);
    const { notes } = pipelineOfNir(graphOf(nodes, 'input > fc > a > output', 'a > delay > a'));
    expect(said(notes)).toEqual([
      'a: it is in a loop; what comes back from delay comes one step later',
    ]);
    const li: NirNode = {
      type: 'LI',
      tau: numbers([0.01], []),
      r: numbers([1], []),
      v_leak: numbers([0], []),
    };
    const open = { ...ends, fc, li, a: lifNode(3) };
    expect(waysOf(open, 'input > fc > li > a > output', 'li > li')).toEqual([
      'fc < null',
      'add1 < fc + li late',
      'li < add1',
      'a < li',
    ]);
  });

  it('gives a bias on the way back to a stage that leads to these neurons alone', () => {
    const affine: NirNode = {
      type: 'Affine',
      weight: varied(0, 0, 3, 3),
      bias: numbers([1, 2, 3]),
    };
    const nodes = { ...ends, fc, a: lifNode(3), affine, b: lifNode(3) };
    const paths = ['input > fc > a > b > output', 'a > affine > a', 'fc > b'];
    const { pipeline: net, notes } = pipelineOfNir(graphOf(nodes, ...paths));
    expect(said(notes)).toEqual(['affine: its bias flows all the time; affine adds it']);
    expect(net!.stages.map(({ name }) => name)).toEqual(['fc', 'affine', 'a', 'add3', 'b']);
    expect(net!.stages[0]).not.toHaveProperty('bias');
  });
});

describe('what keeps a graph from running', () => {
  it('is named node by node, all at once', () => {
    const conv: NirNode = {
      ...{ type: 'Conv2d', weight: varied(0, 1, 4, 1, 3, 3), bias: varied(0, 1, 4), groups: 1 },
      ...{ stride: 1, padding: 'same', dilation: 1 },
    } as NirNode;
    const nodes: Record<string, NirNode> = {
      input: input(1, 8, 8),
      conv,
      pool: { type: 'SumPool2d', kernel_size: 2, stride: 2, padding: 0 },
      odd: { type: 'unknown', primitive: 'AdEx', fields: {} },
      deep: { type: 'Linear', weight: varied(0, 1, 2, 3, 4) },
      output: output(2, 3),
    };
    expect(problemsOf(nodes, 'input > conv > pool > odd > deep > output')).toEqual([
      expect.stringContaining('conv: there is no stage for Conv2d'),
      expect.stringContaining('pool: there is no stage for SumPool2d'),
      'odd: AdEx is no primitive that is known here',
      expect.stringContaining('deep: a Linear whose weight has the shape [2, 3, 4]'),
    ]);
  });

  it('is a size that does not fit behind windows', () => {
    const weight = varied(0, 1, 4, 1, 3, 5);
    const rest = { type: 'Conv2d', bias: varied(0, 1, 4), groups: 1 } as const;
    const conv = { ...rest, weight, stride: [2, 1], padding: 'valid', dilation: [1, 2] } as const;
    const around = { ...rest, weight: varied(0, 1, 4, 4, 3, 3), stride: 1, dilation: 1 } as const;
    const nodes: Record<string, NirNode> = {
      input: input(1, 11, 17),
      conv,
      same: { ...around, padding: 'same' },
      one: { ...around, padding: 1, input_shape: [5, 9] },
      pool: { type: 'SumPool2d', kernel_size: [2, 3], stride: [2, 3], padding: 0 },
      flat: { type: 'Flatten', start_dim: 1, end_dim: -1 },
      output: output(25),
    };
    expect(problemsOf(nodes, 'input > conv > same > one > pool > flat > output')[0]).toBe(
      'output: flat gives the shape [4, 6] but output takes [25]',
    );
  });

  it('is an edge to a node that is not there, in nested graphs too', () => {
    const nested = graphOf(
      { input: input(3), lif1: lifNode(3), output: output(3) },
      'input > lif > output',
    );
    expect(problemsOf({ ...ends, fc, a: nested }, 'input > fc > a > output')).toEqual([
      'a.lif: the edge lif → output names it, but there is no such node; there are input, lif1, output',
    ]);
  });

  it('is a nested graph without a way in', () => {
    const nested = graphOf({ a: lifNode(3), output: output(3) }, 'a > output');
    expect(problemsOf({ ...ends, fc, nested }, 'input > fc > nested > output')).toEqual([
      'nested: the edge fc → nested needs an input and an output in this graph',
    ]);
  });

  it('is a name that two nodes have once nested graphs are open', () => {
    const nested = graphOf({ a: lifNode(3) });
    expect(
      problemsOf({ ...ends, fc, 'x.a': lifNode(3), x: nested }, 'input > fc > x.a > output'),
    ).toEqual(['x.a: two nodes have this name; rename one']);
  });

  it('is a size that does not fit, edge by edge', () => {
    expect(problemsOf({ ...ends, fc, a: lifNode(4) }, 'input > fc > a > output')).toEqual([
      'a: fc gives the shape [3] but a takes [4]',
      'output: a gives the shape [4] but output takes [3]',
    ]);
  });

  it.each<[string, NirNode, string]>([
    [
      'values of different shapes',
      { ...lifNode(3), r: numbers([1, 2]) },
      'a: r: it has the shape [2] but tau has [3]',
    ],
    [
      'weights in one row',
      { type: 'Linear', weight: numbers([1, 2, 3]) },
      'a: weight: it has the shape [3]; 2 dimensions are needed',
    ],
    [
      'a bias of another size',
      { type: 'Affine', weight: varied(0, 1, 3, 3), bias: numbers([1, 2]) },
      'a: bias: it has the shape [2] but weight gives [3]',
    ],
    [
      'nothing in it',
      { type: 'Scale', scale: numbers([], [0]) },
      'a: scale: it has the shape [0]; lengths above 0 are needed',
    ],
  ])('is a node with %s', (_, a, problem) => {
    expect(problemsOf({ ...ends, fc, a }, 'input > fc > a > output')[0]).toBe(problem);
  });

  it('is an edge that is given twice', () => {
    expect(problemsOf({ ...ends, fc, a: lifNode(3) }, 'input > fc > a > output', 'fc > a')).toEqual(
      ['fc: its edge to a is given more than once; NIR does not say what that means'],
    );
  });

  it('is an edge to itself that is given twice, or two ways that only reshape', () => {
    const flat: NirNode = { type: 'Flatten', start_dim: 0, end_dim: -1 };
    const nodes = { ...ends, fc, a: lifNode(3) };
    expect(problemsOf(nodes, 'input > fc > a > a > a > output')).toEqual([
      'a: its edge to a is given more than once; NIR does not say what that means',
    ]);
    expect(
      problemsOf(
        { ...nodes, flat, flat2: flat },
        'input > fc > flat > a > output',
        'fc > flat2 > a',
      ),
    ).toEqual(['fc: it leads to a in more than one way; in a pipeline there is one']);
  });

  it('is a second way in, which nothing feeds', () => {
    const nodes = { ...ends, fc, fc2: fc, a: lifNode(3) };
    expect(problemsOf(nodes, 'input > fc > a > output', 'fc2 > a')).toEqual([
      'fc2: it leads to output, but input does not lead to it; a pipeline has one input',
    ]);
  });

  it('is more than one input or output, or none that is clear', () => {
    expect(
      problemsOf({ ...ends, two: input(2), fc, a: lifNode(3) }, 'input > fc > a > output'),
    ).toEqual([': there are 2 nodes of type Input (input, two); a pipeline has one']);
    expect(problemsOf({ fc, a: lifNode(3), b: lifNode(3) }, 'fc > a')).toEqual([
      ': there are 2 places for an Input (fc, b); a pipeline has one',
      ': there are 2 places for an Output (a, b); a pipeline has one',
    ]);
    expect(problemsOf({})).toHaveLength(2);
  });

  it('is a way that ends before the output', () => {
    expect(problemsOf({ ...ends, fc, a: lifNode(3) }, 'input > fc > a')).toEqual([
      'a: what leaves it is not taken, so nothing comes to output; lead it there',
    ]);
  });

  it('is a step that lets it diverge, or no neurons at the end', () => {
    const slow = { ...lifNode(3), tau: numbers([1e-3, 1e-4, 1e-5]) };
    expect(problemsOf({ ...ends, fc, a: slow }, 'input > fc > a > output')).toEqual([
      expect.stringMatching(/^a: tauMem\[1\] is 0.0001; steps of 0.001 s make it diverge/),
    ]);
    expect(problemsOf({ ...ends, fc }, 'input > fc > output')).toEqual([
      expect.stringContaining(': the last stage must be one of neurons'),
    ]);
    expect(problemsOf({ ...ends, output: output(2) }, 'input > output')).toHaveLength(1);
  });

  it('is a size that nobody knows', () => {
    const half: NirNode = { type: 'Scale', scale: numbers([0.5], []) };
    expect(problemsOf({ half, a: lifNode(3) }, 'half > a')).toEqual([
      'half: its size is not known; give its values a shape',
    ]);
  });
});

describe('what keeps a graph from a chip', () => {
  it('is said of what runs, by values', () => {
    const quiet = { ...cubaNode(3), v_leak: varied(0, 0, 3), v_reset: varied(0, 0, 3) };
    const fits = pipelineOfNir(graphOf({ ...ends, fc, a: quiet }, 'input > fc > a > output'));
    expect(fits.chip).toEqual([]);
    const { chip } = pipelineOfNir(
      graphOf({ ...ends, fc, a: lifNode(3) }, 'input > fc > a > output'),
    );
    expect(chip.map(({ node }) => node)).toEqual(['a', 'a', 'a']);
    expect(said(chip)[0]).toContain('tauSyn');
  });

  it('is said of what does not run, node by node', () => {
    const pool: NirNode = { type: 'AvgPool2d', kernel_size: 2, stride: 2, padding: 0 };
    const nodes: Record<string, NirNode> = {
      ...{ ...ends, pool, a: lifNode(3), b: cubaNode(3) },
      ...{
        c: { type: 'I', r: numbers([1], []) },
        d: { type: 'unknown', primitive: 'AdEx', fields: {} },
      },
      fc: { type: 'Affine', weight: varied(0, 1, 3, 3), bias: varied(0, 1, 3) },
    };
    const { chip, pipeline: net } = pipelineOfNir(graphOf(nodes));
    expect(net).toBeUndefined();
    expect(chip.map(({ node }) => node)).toEqual(['pool', 'a', 'a', 'a', 'b', 'b', 'c', 'd', 'fc']);
    expect(said(chip)).toContain(
      'pool: the chip has no AvgPool2d, only synapses; write it as a Linear',
    );
  });
});
