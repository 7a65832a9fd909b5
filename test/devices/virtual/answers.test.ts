import { virtualBoard } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '#test/devices/fake-clock';
import { configuration, word } from '#test/devices/suite-network';

/** A board in real time whose neuron fires from 2 to 30 ms on, and what its host is told, in order. */
async function rig() {
  const clock = fakeClock(0);
  const link = await virtualBoard({ clock, realTime: true, mismatch: { fraction: 0 } }).open();
  await link.configure(configuration);
  const told: [what: 'event' | 'answer', time: number][] = [];
  const timestamps = Uint32Array.from({ length: 600 }, (_, i) => 2000 + Math.floor(i / 20) * 1000);
  link.send({ timestamps, words: new Uint32Array(600).fill(word) });
  /** Keeps everybody waiting for 3 ms, then lets the board run on. */
  const stall = (): void => {
    clock.sleep(3);
    link.send({ timestamps: new Uint32Array(0), words: new Uint32Array(0) });
  };
  const heard = (times: Uint32Array): void => {
    for (const time of times) told.push(['event', time]);
  };
  return { clock, link, told, stall, heard };
}

/** Fails if an answer came before an event of a time before it. */
function expectOrder(told: readonly (readonly [string, number])[]): void {
  for (const [i, [what, at]] of told.entries()) {
    if (what !== 'answer') continue;
    expect(told.slice(i).filter(([other, time]) => other === 'event' && time < at)).toEqual([]);
  }
  expect(told.filter(([what]) => what === 'answer')).toHaveLength(30);
  expect(told.filter(([what]) => what === 'event').length).toBeGreaterThan(10);
}

describe('a board whose host stalls, then lets it run on', () => {
  it('while it is answered: it gives all events before the next answer', async () => {
    const { clock, link, told, stall, heard } = await rig();
    link.listen({ events: ({ timestamps }) => heard(timestamps) });
    for (let at = 1000; at <= 30_000; at += 1000) {
      link.whenReached!(at, (time) => {
        told.push(['answer', time]);
        if (time % 7000 === 0) stall();
      });
    }
    await clock.pass(100);
    await link.close();
    expectOrder(told);
  });

  it('while it gives events: it gives all of them before the next answer', async () => {
    const { clock, link, told, stall, heard } = await rig();
    let calls = 0;
    link.listen({
      events({ timestamps }) {
        heard(timestamps);
        if (++calls % 5 === 0) stall();
      },
    });
    for (let at = 1000; at <= 30_000; at += 1000) {
      link.whenReached!(at, (time) => told.push(['answer', time]));
    }
    await clock.pass(100);
    await link.close();
    expectOrder(told);
  });
});
