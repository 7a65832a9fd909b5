import { aerPacket, type DeviceError } from 'spikeline';
import { chipWords } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { boardClock } from '#src/devices/board-clock';
import { fpgaSchedule } from '#src/devices/fpga-schedule';
import type { SlipPolicy } from '#src/devices/schedule/stream-clock';
import { fakeClock } from './fake-clock.ts';
import { stubLink } from './stub-link.ts';

const space = chipWords('dynapse2');

describe('the clock of a board', () => {
  it.each([-100e-6, 0, 100e-6])('is followed for hours at a drift of %s', (drift) => {
    const clock = boardClock();
    const board = (host: number): number => Math.floor(5e6 + host * 1000 * (1 + drift));
    let worst = 0;
    for (let i = 0; i < 4 * 3600; i++) {
      const host = i * 250;
      // Every tenth answer comes late, since the host is busy.
      const trip = i % 10 === 7 ? 5 : 0.2 + 0.01 * (i % 5);
      if (i > 20) worst = Math.max(worst, Math.abs(clock.at(host) - board(host)));
      clock.answer(host, host + trip, board(host + trip / 2));
    }
    expect(worst).toBeLessThan(15);
  });

  it('is told within the time that quick answers take, wherever in it the board looks at its clock', () => {
    for (const where of [0, 1]) {
      const clock = boardClock();
      const board = (host: number): number => Math.floor(5e6 + host * 1000);
      for (let i = 0; i < 200; i++) {
        const host = i * 250;
        const trip = i % 10 === 7 ? 20 : 0.1 + 0.01 * (i % 5);
        clock.answer(host, host + trip, board(host + trip * where));
        expect(Math.abs(clock.at(host) - board(host))).toBeLessThan(i < 1 ? 80 : 75);
      }
    }
  });

  it('is corrected bit by bit', () => {
    const clock = boardClock();
    clock.answer(0, 4, 1000);
    let before = clock.at(4);
    for (let host = 5; host < 3000; host++) {
      if (host % 250 === 0) clock.answer(host, host + 0.1, host * 1000);
      const now = clock.at(host);
      expect(now - before).toBeGreaterThan(900);
      expect(now - before).toBeLessThan(1100);
      before = now;
    }
    expect(Math.abs(before - 2999 * 1000)).toBeLessThan(100);
  });
});

/** Sends an event every 10 ms of a source whose clock is off by `source`, to a board whose clock is off by `board`. */
async function run(config: {
  readonly source?: number;
  readonly board?: number;
  readonly stalls?: boolean;
  readonly policy?: SlipPolicy;
}) {
  const { source = 0, board = 0, stalls = false, policy = 'follow' } = config;
  const clock = fakeClock();
  const link = stubLink({ clock, drift: board });
  const slips: number[] = [];
  const failures: unknown[] = [];
  const schedule = fpgaSchedule(link, {
    clock,
    lookAhead: 5e-3,
    capacity: 1000,
    policy,
    slipped: (size) => slips.push(size),
    failed: (cause) => failures.push(cause),
  });
  const count = 6000;
  const begin = clock.now();
  let given = 0;
  while (given < count && failures.length === 0) {
    // The source's own time, when its event comes.
    while ((given * 10) / (1 + source) <= clock.now() - begin && given < count) {
      schedule.add(aerPacket([given * 10_000], [given], space));
      given++;
    }
    if (stalls && given % 100 === 50) clock.sleep(5);
    await clock.pass(5);
  }
  await clock.pass(200);
  schedule.stop();
  const late = link.handed.filter(({ timestamp, at }) => timestamp < at).length;
  const ahead = link.handed.map(({ timestamp, at }) => timestamp - at);
  return { handed: link.handed.length, late, slips, failures, count, ahead: Math.max(...ahead) };
}

describe('a stream of events, one minute long', () => {
  for (const drift of [-3e-4, 3e-4]) {
    for (const stalls of [false, true]) {
      it(`is in time on a board that drifts by ${drift}${stalls ? ', of a busy host' : ''}`, async () => {
        const { handed, late, failures, count, ahead } = await run({ board: drift, stalls });
        expect([handed, late, failures]).toEqual([count, 0, []]);
        expect(ahead).toBeLessThanOrEqual(5500);
      });
    }
  }

  it('is followed, with each slip counted, if its source is slow', async () => {
    const { handed, late, slips, count } = await run({ source: -1e-3 });
    expect([handed, late]).toEqual([count, 0]);
    const total = slips.reduce((sum, size) => sum + size, 0);
    // A minute at one in a thousand is 60 ms.
    expect(total).toBeGreaterThan(50_000);
    expect(total).toBeLessThan(72_000);
  });

  it('is refused if it is to be', async () => {
    const { failures, slips } = await run({ source: -1e-3, policy: 'refuse' });
    expect(failures.map((cause) => (cause as DeviceError).code)).toEqual(['timed-out']);
    expect(slips).toEqual([]);
  });

  it('comes late if its times are to be replaced', async () => {
    const { handed, late, slips, count } = await run({ source: -1e-3, policy: 'replace' });
    expect(handed).toBe(count);
    expect(late).toBeGreaterThan(count / 2);
    expect(slips).toEqual([]);
  });
});
