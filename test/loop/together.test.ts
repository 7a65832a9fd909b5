import { chip, dynapSim, linear, pipeline, virtualBoard } from 'spikeline';
import { closeLoop } from 'spikeline/loop';
import { expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';

const neurons = 16;

/** One input spike makes its neuron fire, once. */
const relay = pipeline(
  linear({
    weight: Array.from({ length: neurons }, (_, i) =>
      Array.from({ length: neurons }, (__, j) => (i === j ? 30 : 0)),
    ),
  }),
  dynapSim({ neurons, Ispkthr: 1e-10, Itau_syn: 1e-9 }),
);

it('counts steps whose spikes may have come with those of the step before', async () => {
  const clock = new TestClock();
  const board = virtualBoard({ realTime: true, clock, mismatch: { fraction: 0 } });
  const link = await board.open();
  const fired: string[] = [];
  let at = 0;
  const loop = closeLoop<number, string>({
    target: chip(link, { mode: 'immediate', clock }),
    net: relay,
    environment: {
      reset: () => (at = 0),
      step() {
        at = (at + 1) % neurons;
        return { observation: at };
      },
    },
    encode: (channel) => Array.from({ length: neurons }, (_, i) => Number(i === channel)),
    decode: ({ counts }) => [...counts].flatMap((count, i) => (count > 0 ? [i] : [])).join(' '),
    realTime: { policy: 'catchUp', clock },
    steps: 30,
  });
  let over = false;
  loop.subscribe({
    next: ({ action }) => fired.push(action),
    complete: () => (over = true),
  });
  await clock.runUntil(() => fired.length === 10);
  expect({ ...loop.losses.byReason }).toEqual({});
  // The host is busy for three steps, then hands them over within one step of the board.
  clock.stall(3);
  await clock.runUntil(() => over);
  await link.close();
  expect(fired.slice(9, 17)).toEqual(['9', '10', '11 12 13', '', '', '14', '15', '0']);
  expect({ ...loop.losses.byReason }).toEqual({ late: 2, together: 2 });
});
