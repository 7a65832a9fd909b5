import {
  type DynapSimStage,
  dynapSim,
  type LinearStage,
  linear,
  type Pipeline,
  pipeline,
  type Stage,
} from 'spikeline';
import { describe, expectTypeOf, it } from 'vitest';

describe('pipeline', () => {
  it('takes stages and nothing else', () => {
    const net = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1 }));
    expectTypeOf(net).toEqualTypeOf<Pipeline>();
    expectTypeOf(pipeline(net, net)).toEqualTypeOf<Pipeline>();
    // @ts-expect-error -- a number is no stage
    pipeline(1);
    // @ts-expect-error -- neurons must be given
    dynapSim({ Idc: 1e-12 });
    // @ts-expect-error -- no such parameter
    dynapSim({ neurons: 1, Idcc: 1e-12 });
    // @ts-expect-error -- one scale for all neurons
    dynapSim({ neurons: 1, Iscale: [1e-8] });
    // @ts-expect-error -- weights are rows of numbers
    linear({ weight: [1, 2] });
  });

  it('is told apart by kind', () => {
    expectTypeOf<
      | 'add'
      | 'concatenate'
      | 'delay'
      | 'dynapSe2'
      | 'dynapSim'
      | 'integrateAndFire'
      | 'integrator'
      | 'li'
      | 'lif'
      | 'linear'
      | 'scale'
      | 'threshold'
    >().toExtend<Stage['kind']>();
    // @ts-expect-error -- no such kind
    expectTypeOf<'lief'>().toExtend<Stage['kind']>();
    expectTypeOf<Extract<Stage, { kind: 'linear' }>>().toEqualTypeOf<LinearStage>();
    expectTypeOf<DynapSimStage['dt']>().toEqualTypeOf<number>();
  });

  it('is read only', () => {
    const net = pipeline(dynapSim({ neurons: 1 }));
    expectTypeOf(net.stages).toEqualTypeOf<readonly Stage[]>();
    // @ts-expect-error -- readonly
    net.dt = 1;
  });
});
