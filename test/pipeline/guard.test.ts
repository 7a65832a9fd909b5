import {
  dynapSim,
  lif,
  linear,
  type Pipeline,
  pipeline,
  startPipeline,
  threshold,
} from 'spikeline';
import { fromStages, pipelineUpTo, withStages } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';

const dt = 2e-3;
const net = pipeline(
  linear({ weight: [[1, 2]] }),
  dynapSim({ neurons: 2, dt }),
  threshold({ threshold: [1, 1] }),
  lif({ neurons: 2, tauMem: 0.02, dt, name: 'out' }),
);
const [weights, hidden, , out] = net.stages;
const wide = pipeline(lif({ neurons: 3, tauMem: 1, dt, name: 'threshold2' })).stages[0]!;

describe('a pipeline that was changed by hand', () => {
  it.each<[string, object, readonly string[]]>([
    ['nothing', {}, []],
    [
      'another step than its stages',
      { dt: 1e-3 },
      ['dt is 0.001; 0.002 is needed, the step of dynapSim1 in seconds'],
    ],
    [
      'a stage of another step',
      { stages: net.stages.with(3, { ...out!, dt: 5e-3 }) },
      ['stages[3].dt is 0.005; dynapSim1 has 0.002'],
    ],
    [
      'a step that neither it nor its other stages have',
      { dt: 1, stages: net.stages.with(3, { ...out!, dt: 5e-3 }) },
      [
        'stages[3].dt is 0.005; dynapSim1 has 0.002',
        'dt is 1; 0.002 is needed, the step of dynapSim1 in seconds',
      ],
    ],
    [
      'widths that its stages have not',
      { channelsIn: 2, channelsOut: 1 },
      [
        'channelsIn is 2; 1 is needed, as linear0 takes',
        'channelsOut is 1; 2 is needed, as out gives',
      ],
    ],
    [
      'inputs of another width',
      { inputs: net.inputs.with(1, [{ from: null, delayed: false }]), dt: 1 },
      [
        'channelsIn is 1; 2 is needed, as dynapSim1 takes',
        'dt is 1; 0.002 is needed, the step of dynapSim1 in seconds',
      ],
    ],
    [
      'a stage that gives another width',
      { stages: net.stages.with(2, wide) },
      [
        'inputs[2][0].from is "dynapSim1"; it gives 2 channels but threshold2 takes 3',
        'inputs[3][0].from is "threshold2"; it gives 3 channels but out takes 2',
      ],
    ],
    [
      'a name twice',
      {
        stages: net.stages.with(1, { ...hidden!, name: 'out' }),
        inputs: net.inputs.with(2, [{ from: 'out', delayed: true }]),
      },
      ['stages[3].name is "out"; stages[1] has this name too; each name may be used once'],
    ],
  ])('%s', (_, change, reasons) => {
    expect(reasonsOf(() => startPipeline({ ...net, ...change } as Pipeline))).toEqual(reasons);
  });
});

describe('stages that were built', () => {
  const three = pipeline(lif({ neurons: 3, tauMem: 1, dt: 1e-3, name: 'three' })).stages[0]!;

  it('are put together where they fit only', () => {
    expect(fromStages(net.stages)).toEqual(net);
    expect(reasonsOf(() => fromStages([weights!, hidden!, three]))).toEqual([
      'inputs[2][0].from is "dynapSim1"; it gives 2 channels but three takes 3',
      'stages[2].dt is 0.001; dynapSim1 has 0.002',
    ]);
  });

  it('take the place of others where they fit only', () => {
    expect(reasonsOf(() => withStages(net, net.stages.with(3, three)))).toEqual([
      'inputs[3][0].from is "threshold2"; it gives 2 channels but three takes 3',
      'stages[3].dt is 0.001; dynapSim1 has 0.002',
    ]);
  });

  it('keep the step of their pipeline, also those that have none', () => {
    expect(pipelineUpTo(net, 'linear0').dt).toBe(dt);
  });
});
