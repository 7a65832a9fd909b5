import {
  chip,
  dynapSim,
  linear,
  pipeline,
  poissonRaster,
  type SpikeRaster,
  type Target,
  type TargetUpdate,
  virtualBoard,
} from 'spikeline';
import { binStart, channels } from 'spikeline/events';
import { expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';

const net = pipeline(linear({ weight: [[9]] }), dynapSim({ neurons: 1 }));
const noise = poissonRaster({ channels: 1, rate: 200, duration: 0.2, seed: 3 });
const delta = {
  biases: [{ chip: 0, core: 0, name: 'DEAM_ETAU_P', setting: { coarse: 1, fine: 20 } }],
};

/** Bins from one to another of the noise. */
function part(from: number, to: number): SpikeRaster {
  const { counts, ...grid } = noise;
  const startTime = binStart(from, grid.dt);
  return { ...grid, steps: to - from, startTime, counts: counts.subarray(from, to) };
}

/** Runs the noise on a target, changed in its middle; gives what it tells, and when it has completed. */
function changed(target: Target, packets = false) {
  const told: TargetUpdate[] = [];
  const state = { outputs: 0, completed: false, failure: undefined as unknown };
  const run = target.start(net, {
    next: () => void state.outputs++,
    updated: (update) => told.push(update),
    error: (cause) => {
      state.failure = cause;
    },
    complete: () => {
      state.completed = true;
    },
  });
  const push = (from: number, to: number): void => {
    const { counts, startTime } = part(from, to);
    if (!packets) {
      run.push(part(from, to));
      return;
    }
    const bins = [...counts.keys()].filter((bin) => counts[bin]! > 0);
    run.push({
      timestamps: Float64Array.from(bins, (bin) => startTime + 1000 * bin),
      addresses: new Uint32Array(bins.length),
      space: channels(1),
      until: to * 1000,
    });
  };
  push(0, 50);
  push(50, 100);
  run.update!(delta);
  push(100, 200);
  run.end();
  return { told, state };
}

it.each([
  ['rasters', false],
  ['packets', true],
])('a chip on a board without a clock is changed between its inputs, %s', async (_, packets) => {
  const clock = new TestClock();
  const link = await virtualBoard({ seed: 1, clock }).open();
  const { told, state } = changed(chip(link, { clock }), packets);
  await clock.runUntil(() => state.completed);
  expect(state).toMatchObject({ outputs: 3, failure: undefined });
  expect(told).toEqual([{ time: 100_000, resets: 0, delta }]);
  await link.close();
});

it.each(['scheduled', 'immediate'] as const)(
  'a chip on a board with a clock is changed when the time has come, %s',
  async (mode) => {
    const clock = new TestClock(70.5);
    const link = await virtualBoard({ seed: 1, realTime: true, clock }).open();
    const target = chip(link, { clock, mode });
    const { told, state } = changed(target, mode === 'immediate');
    await clock.runUntil(() => state.completed);
    expect(state.failure).toBeUndefined();
    expect(told).toHaveLength(1);
    const [{ time, ...rest }] = told as [TargetUpdate];
    expect(rest).toEqual({ resets: 0, delta });
    // Events that come all at once are emitted at once where nothing is scheduled.
    if (mode === 'scheduled') {
      expect(time).toBeGreaterThanOrEqual(100_000);
      expect(time).toBeLessThan(103_000);
      expect(target.losses.byReason).toEqual({});
    }
    await link.close();
  },
);

it('changes before the first input, after a reset, and of others are told', async () => {
  const clock = new TestClock();
  const link = await virtualBoard({ seed: 1, clock }).open();
  const told: TargetUpdate[] = [];
  let outputs = 0;
  const run = chip(link, { clock }).start(net, {
    next: () => void outputs++,
    updated: (update) => told.push(update),
    error: (cause) => expect(cause).toBeUndefined(),
    complete() {},
  });
  run.update!(delta);
  run.push(part(0, 50));
  await clock.runUntil(() => outputs === 1);
  await link.update(delta);
  run.push(part(50, 100));
  run.reset();
  run.push(part(100, 150));
  run.update!(delta);
  run.push(part(150, 200));
  await clock.runUntil(() => outputs === 4);
  expect(told.map(({ time, resets }) => [time, resets])).toEqual([
    [0, 0],
    [50_000, 0],
    [150_000, 1],
  ]);
  run.stop();
  await link.close();
});

it('a link whose changes are none ends the run with a word', async () => {
  for (const value of [undefined, { length: 1 }, { length: 1, 0: { time: 'now' } }]) {
    const clock = new TestClock();
    const link = await virtualBoard({ seed: 1, clock }).open();
    let failure: unknown;
    let updates: unknown = [];
    const odd = Object.create(link, { updates: { get: () => updates } }) as typeof link;
    const run = chip(odd, { clock }).start(net, {
      next() {},
      error: (cause) => {
        failure = cause;
      },
      complete() {},
    });
    await clock.pass(1);
    updates = value;
    run.push(part(0, 50));
    await clock.runUntil(() => failure !== undefined);
    expect(failure).toMatchObject({ code: 'protocol' });
    await link.close();
  }
});
