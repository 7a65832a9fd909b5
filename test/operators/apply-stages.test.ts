import { type OperatorFunction, of } from 'rxjs';
import {
  DataError,
  delay,
  dynapSe2,
  dynapSim,
  InvalidArgumentError,
  integrateAndFire,
  integrator,
  li,
  lif,
  linear,
  pipeline,
  poissonRaster,
  referenceEngine,
  type SignalRaster,
  type SpikeRaster,
  type StageDefinition,
  scale,
  startPipeline,
  threshold,
} from 'spikeline';
import { lossCounter } from 'spikeline/events';
import { ampaGaba } from 'spikeline/neurons';
import {
  applyDelay,
  applyDynapSe2,
  applyDynapSim,
  applyIntegrateAndFire,
  applyIntegrator,
  applyLi,
  applyLif,
  applyLinear,
  applyScale,
  applyThreshold,
} from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { cut } from '#test/support/rasters';
import { watch } from '#test/support/watch';

const weight = [
  [300, -20],
  [80, 300],
];
const high = { threshold: [2, 1] };
const taus = { neurons: 2, tauMem: 5e-3 };
const noise = poissonRaster({ channels: 2, rate: 300, duration: 0.2, seed: 4 });

type Op = OperatorFunction<never, unknown>;

/** Each stage, how it is applied, and what makes spikes of what it gives. */
const kinds: readonly [string, StageDefinition, Op, StageDefinition?, Op?][] = [
  [
    'scale',
    scale({ scale: [2, 3] }),
    applyScale({ scale: [2, 3] }),
    threshold(high),
    applyThreshold(high),
  ],
  [
    'delay',
    delay({ channels: 2, delay: [2e-3, 0] }),
    applyDelay({ channels: 2, delay: [2e-3, 0] }),
    threshold(high),
    applyThreshold(high),
  ],
  ['threshold', threshold(high), applyThreshold(high)],
  ['li', li(taus), applyLi(taus), threshold(high), applyThreshold(high)],
  [
    'integrator',
    integrator({ neurons: 2 }),
    applyIntegrator({ neurons: 2 }),
    threshold(high),
    applyThreshold(high),
  ],
  ['integrateAndFire', integrateAndFire({ neurons: 2 }), applyIntegrateAndFire({ neurons: 2 })],
  ['lif', lif(taus), applyLif(taus)],
  ['dynapSim', dynapSim({ neurons: 2 }), applyDynapSim({ neurons: 2 })],
];

describe.each(kinds)('the operator of %s', (_, stage, op, last, lastOp) => {
  it('does what the stage does in a pipeline, in any chunks', () => {
    const net = pipeline(linear({ weight }), stage, ...(last === undefined ? [] : [last]));
    const expected = startPipeline(net).process(noise).counts;
    expect(expected.some((count) => count > 0)).toBe(true);
    for (const sizes of [[200], [1, 7, 92, 100]]) {
      const weighted = of(...cut(noise, sizes)).pipe(applyLinear({ weight }));
      const stream = weighted.pipe(op as OperatorFunction<SignalRaster, SignalRaster>);
      const spikes =
        lastOp === undefined
          ? stream
          : stream.pipe(lastOp as OperatorFunction<SignalRaster, SignalRaster>);
      const chunks = watch(spikes as never).values as readonly SpikeRaster[];
      expect(chunks.flatMap(({ counts }) => [...counts])).toEqual([...expected]);
    }
  });

  it('errors on a raster of another width', () => {
    const wide: SignalRaster = {
      steps: 1,
      channels: 3,
      dt: 1e-3,
      startTime: 0,
      values: new Float64Array(3),
    };
    const { error } = watch(of(wide).pipe(op as OperatorFunction<SignalRaster, SignalRaster>));
    expect(error).toBeInstanceOf(DataError);
  });
});

describe('applyDynapSe2', () => {
  it('does what the stage does in a pipeline', () => {
    const spread = ampaGaba([
      [4, -1],
      [2, 5],
    ]);
    const net = pipeline(linear({ weight: spread }), dynapSe2({ neurons: 2 }));
    const expected = startPipeline(net, referenceEngine).process(noise).counts;
    const { values } = watch(
      of(noise).pipe(
        applyLinear({ weight: spread }),
        applyDynapSe2({ neurons: 2 }, { engine: referenceEngine }),
      ),
    );
    expect(values[0]!.counts).toEqual(expected);
    expect(expected.some((count) => count > 0)).toBe(true);
  });
});

describe('applyDelay', () => {
  it('gives spikes where spikes go in', () => {
    const { values } = watch(of(noise).pipe(applyDelay({ channels: 2, delay: 3e-3 })));
    const { counts, ...grid } = values[0]!;
    expect(grid).toEqual({ steps: 200, channels: 2, dt: 1e-3, startTime: 0 });
    expect([...counts]).toEqual([0, 0, 0, 0, 0, 0, ...noise.counts.subarray(0, 394)]);
  });
});

describe('the options of an operator', () => {
  it('are checked when it is built', () => {
    expect(() => applyLif(taus, { engine: {} as never })).toThrow(InvalidArgumentError);
    expect(() => applyLif(taus, { motor: 1 } as never)).toThrow(/options|motor/);
    expect(() => applyLif({ ...taus, tauMem: 0 })).toThrow(/lif\.tauMem is 0/);
  });
});

describe('a gap that is too long to be computed', () => {
  it('is counted by the operator, or where it is told to', () => {
    const chunk = { steps: 1, channels: 1, dt: 1e-3, values: Float64Array.of(1) };
    const chunks = [0, 1000, 70_000_000].map((startTime) => ({ ...chunk, startTime }));
    const applied = applyLif({ neurons: 1, tauMem: 0.02 });
    watch(of(...chunks).pipe(applied));
    expect(applied.losses.byReason).toEqual({ jumps: 1 });
    const losses = lossCounter();
    watch(of(...chunks).pipe(applyDelay({ channels: 1, delay: 1e-3 }, { losses })));
    expect(losses.total).toBe(1);
  });
});
