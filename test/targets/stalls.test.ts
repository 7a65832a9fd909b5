import { Subject } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  channels,
  chip,
  deploy,
  runOn,
  virtualBoard,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { relay } from '#bench/relay';
import { TestClock } from '#test/support/test-clock';

const neurons = 256;
const net = relay(neurons);
const deployment = deploy(net);
const count = 1700;

/** An event that was answered: when it was handed in and how long its answer took, milliseconds. */
interface Answered {
  readonly at: number;
  readonly latency: number;
}

/**
 * An event in each millisecond, at a random moment of it, on a host that stalls once a second; `lookAhead` and `stall` in
 * milliseconds. Its time is that of its source, which goes on in a stall, or when it was handed in. The first events come `startUp` later.
 */
async function run(lookAhead: number, stall: number, ownTime: boolean, startUp = 0, stallAt = 510) {
  const clock = new TestClock(4000.25);
  const link = await virtualBoard({ realTime: true, clock, mismatch: { fraction: 0 } }).open();
  const target = chip(link, { clock, deployment, lookAhead: lookAhead / 1000 });
  const input = new Subject<AerPacket<ChannelSpace>>();
  const random = randomStream(7, 'stalls');
  const handed = new Float64Array(neurons).fill(Number.NaN);
  const answered: Answered[] = [];
  const failures: unknown[] = [];
  let ended = false;
  input.pipe(runOn(target, net)).subscribe({
    next({ addresses }) {
      for (const channel of addresses) {
        const at = handed[channel]!;
        if (!Number.isNaN(at)) answered.push({ at, latency: clock.now() - at });
        handed[channel] = Number.NaN;
      }
    },
    error: (cause) => failures.push(cause),
    complete: () => {
      ended = true;
    },
  });
  const begin = clock.now() + 1;
  const next = (k: number): void => {
    if (k === count) {
      input.complete();
      return;
    }
    const due = begin + k + random.uniform();
    clock.schedule(
      () => {
        const channel = k % neurons;
        handed[channel] = clock.now();
        const time = Math.floor(((ownTime ? due : clock.now()) - begin) * 1000);
        input.next(aerPacket([time], [channel], channels(neurons), time));
        next(k + 1);
      },
      due + (k < 5 ? startUp : 0) - clock.now(),
    );
  };
  next(0);
  const stalls: number[] = [];
  for (let t = 0; !ended && failures.length === 0 && t < count + 500; t += 10) {
    if (t % 1000 === stallAt) {
      await clock.pass(random.uniform());
      stalls.push(clock.now());
      clock.stall(stall);
    }
    await clock.pass(10);
  }
  const statistics = { ...link.statistics };
  await link.close();
  // Who waited for an answer when the host stalled has waited for the host.
  const free = answered.filter(
    ({ at }) => !stalls.some((from) => at > from - lookAhead - 1.5 && at < from + stall + 0.01),
  );
  const latencies = free.map(({ latency }) => latency).sort((a, b) => a - b);
  return {
    failures,
    ended,
    answers: answered.length,
    statistics,
    losses: target.losses.total,
    slips: target.slips,
    median: latencies[latencies.length >> 1]!,
    worst: latencies.at(-1)!,
    /** The worst of the last third of a second before the host stalls again. */
    later: Math.max(
      ...free
        .filter(({ at }) => at > begin + 800 && at < begin + 1100)
        .map(({ latency }) => latency),
    ),
  };
}

describe('a stream on a host that stalls once a second', () => {
  it('comes back after a start that took long, in which it stalls', async () => {
    const { failures, ended, answers, losses, later } = await run(5, 90, true, 100, 150);
    expect([failures, ended, answers, losses]).toEqual([[], true, count, 0]);
    expect(later).toBeLessThan(6.5);
  });

  for (const lookAhead of [1, 5]) {
    for (const [stall, ownTime] of [
      [5, true],
      [20, true],
      [50, true],
      [150, false],
    ] as const) {
      const times = ownTime ? 'have the time of their source' : 'have the time at which they came';
      it(`comes back to ${lookAhead} ms at once after ${stall} ms, if events ${times}`, async () => {
        const { failures, ended, answers, statistics, losses, slips, median, worst } = await run(
          lookAhead,
          stall,
          ownTime,
        );
        expect([failures, ended, answers, losses]).toEqual([[], true, count, 0]);
        expect(statistics).toMatchObject({ sent: count, delivered: count, late: 0, dropped: 0 });
        // Look-ahead and one bin, of which half is waited for in the middle.
        expect(median).toBeLessThan(lookAhead + 0.6);
        expect(worst).toBeLessThan(lookAhead + 1.5);
        // There and back again, in each of two stalls.
        if (ownTime && stall > lookAhead) expect(slips).toEqual({ count: 4, microseconds: 0 });
      });
    }
  }
});
