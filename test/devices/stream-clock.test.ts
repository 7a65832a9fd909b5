import { aerPacket } from 'spikeline';
import { chipWords } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { fpgaSchedule } from '#src/devices/fpga-schedule';
import type { BoardQuestions } from '#src/devices/schedule/board-questions';
import { leadWatch } from '#src/devices/schedule/lead-watch';
import { type Arrival, streamClock } from '#src/devices/schedule/stream-clock';
import { streamOffsets } from '#src/devices/schedule/stream-offsets';
import { queue } from '#src/queue';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { stubLink } from './stub-link.ts';

const space = chipWords('dynapse2');

/** An event every millisecond of its own time, handed in when `delay` says; how long before its time each reaches the board. */
async function run(delay: (k: number) => number, count: number, aligns: boolean) {
  const clock: FakeClock = fakeClock();
  const stub = stubLink({ clock });
  const aligned: number[] = [];
  const link = aligns ? { ...stub, align: (at: number) => void aligned.push(at) } : stub;
  const slips: number[] = [];
  const schedule = fpgaSchedule(link, {
    clock,
    lookAhead: 5e-3,
    grid: { micros: 1000, steps: 1 },
    capacity: 1000,
    slipped: (size) => slips.push(size),
    failed: (cause) => expect(cause).toBeUndefined(),
  });
  await clock.pass(3);
  const begin = clock.now();
  const came: number[] = [];
  for (let k = 0; k < count; k++) {
    const wait = begin + k + delay(k) - clock.now();
    if (wait > 0) await clock.pass(wait);
    came.push(stub.boardTime());
    schedule.add(aerPacket([k * 1000], [k], space));
  }
  await clock.pass(200);
  schedule.stop();
  const due = stub.handed.map(({ timestamp }) => timestamp);
  const ahead = due.map((time, k) => time - came[k]!);
  const late = stub.handed.filter(({ timestamp, at }) => timestamp < at).length;
  return { ahead, slips, late, handed: stub.handed.length, aligned };
}

describe('the latency of a stream in real time', () => {
  for (const aligns of [true, false]) {
    const period = aligns ? 1 : 1000;

    it(`comes back to the look-ahead after a start that took long, ${aligns ? 'to the microsecond' : 'to a bin'}`, async () => {
      // The first events come 30 ms late, the others when they are due.
      const { ahead, slips, late, handed, aligned } = await run(
        (k) => (k < 5 ? 30 : 0),
        400,
        aligns,
      );
      expect([handed, late]).toEqual([400, 0]);
      expect(slips.every((size) => size < 0 && size % period === 0)).toBe(true);
      for (const each of ahead.slice(250)) {
        expect(each).toBeGreaterThan(4000);
        expect(each).toBeLessThan(5000 + Math.max(period, 200));
      }
      expect(aligned.length > 0).toBe(aligns);
    });

    it(`comes back to it after a stall${aligns ? '' : ', in whole bins'}`, async () => {
      const { ahead, slips, late, handed } = await run(
        (k) => (k >= 200 && k < 225 ? 225 - k : 0),
        600,
        aligns,
      );
      expect([handed, late]).toEqual([600, 0]);
      expect(slips.some((size) => size > 0)).toBe(true);
      expect(Math.max(...ahead.slice(450))).toBeLessThan(5000 + Math.max(period, 200));
    });
  }

  it('comes back to it at once after a stall, with what came meanwhile in order', async () => {
    const { ahead, slips, late, handed } = await run(
      (k) => (k >= 200 && k < 225 ? 225 - k : 0),
      600,
      true,
    );
    expect([handed, late]).toEqual([600, 0]);
    expect([slips.length, slips[0]! + slips[1]!]).toEqual([2, 0]);
    // 25 ms late, of a look-ahead of 5.
    expect(Math.abs(slips[0]! - 25_000)).toBeLessThan(100);
    const [before, after] = [ahead.slice(50, 200), ahead.slice(226)];
    expect(Math.max(...after)).toBeLessThan(Math.max(...before) + 100);
    expect(Math.min(...after)).toBeGreaterThan(Math.min(...before) - 100);
  });

  it('comes back to it after a start that took long, if the host stalls in it', async () => {
    const delay = (k: number): number => (k < 5 ? 100 : k >= 120 && k < 140 ? 140 - k : 0);
    const { ahead, late } = await run(delay, 600, true);
    expect(late).toBe(0);
    expect(Math.max(...ahead.slice(450))).toBeLessThan(5200);
  });

  it('does not move away if the host stalls a third of the time', async () => {
    const clock = fakeClock();
    const stub = stubLink({ clock });
    const slips: number[] = [];
    const schedule = fpgaSchedule(
      { ...stub, align: () => {} },
      {
        clock,
        lookAhead: 5e-3,
        grid: { micros: 1000, steps: 1 },
        capacity: 1000,
        slipped: (size) => slips.push(size),
        failed: (cause) => expect(cause).toBeUndefined(),
      },
    );
    await clock.pass(3);
    const came: number[] = [];
    for (let k = 0; k < 2000; k++) {
      came.push(stub.boardTime());
      // The events of a packet lie 2 ms ahead, so that some wait when the host stalls.
      const time = stub.boardTime() + 2000;
      schedule.add(aerPacket([time], [k], space));
      if (k % 20 === 7) clock.sleep(10);
      await clock.pass(1);
    }
    await clock.pass(200);
    schedule.stop();
    expect(slips.length).toBeGreaterThan(50);
    expect(slips.reduce((sum, size) => sum + size, 0)).toBe(0);
    const times = stub.handed.map(({ timestamp }) => timestamp);
    expect(times).toHaveLength(2000);
    expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
    const ahead = times.map((time, k) => time - came[k]!).sort((a, b) => a - b);
    expect(ahead[1800]).toBeLessThan(5200);
  });

  it('does not grow with a source that is faster than the board', async () => {
    const { ahead, late, slips } = await run((k) => -k * 1e-3, 3000, true);
    expect(late).toBe(0);
    expect(slips.reduce((sum, size) => sum + size, 0)).toBeLessThan(-2500);
    expect(Math.max(...ahead.slice(200))).toBeLessThan(5400);
  });

  it('stays as it is for what comes early by choice', async () => {
    // All at once, and later in two heaps.
    const { slips, late } = await run((k) => (k < 300 ? 0 : 300) - k, 600, true);
    expect([slips, late]).toEqual([[], 0]);
  });
});

describe('streamClock', () => {
  it('comes back no further than the order of events allows, and the rest with the next one', () => {
    let now = 0;
    const slips: number[] = [];
    const link = { ...stubLink({ clock: fakeClock() }), align: () => {} };
    const questions = { now: () => now, board: { at: (host: number) => host * 1000 } };
    const stream = streamClock(link, questions as BoardQuestions, {
      lookAhead: 5e-3,
      slipped: (size) => slips.push(size),
    });
    const came = queue<Arrival>();
    came.push({ start: 0, arrived: 0 });
    stream.lay(came);
    const home = stream.boardTime(0);
    for (let k = 1; k < 100; k++) {
      now = k * 1000;
      stream.catchUp(k * 1000, k);
    }
    // What came in time is handed over 20 ms too late.
    now = 124_000;
    stream.keepUp(99_000, 99);
    const last = stream.boardTime(99_000);
    expect(last).toBe(now + 5000);
    stream.handed(last);
    // It is before the next event, which has 4 ms to spare.
    stream.catchUp(123_000, 124);
    const next = stream.boardTime(123_000);
    expect([next, stream.boardTime(123_500) - next]).toEqual([last, 500]);
    now = 125_000;
    stream.catchUp(125_000, 125);
    expect(stream.boardTime(125_000) - 125_000).toBe(home);
    expect(slips).toEqual([25_000, -24_000, -1000]);
  });
});

describe('leadWatch', () => {
  it('takes those that come late into account', () => {
    const watch = leadWatch(5000);
    const given: number[] = [];
    for (let k = 0; k < 400; k++) {
      // One in five is 2 ms late: half of the look-ahead is left for it.
      given.push(watch.came(k % 5 === 0 ? -2000 : 0, 9000, k));
    }
    expect(given.find((size) => size > 0)).toBe(2000);
  });
});

describe('streamOffsets', () => {
  it('never lets stream time go back, whatever slips', () => {
    const offsets = streamOffsets();
    offsets.lay(1000);
    let board = 1000;
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < 200; i++) {
      const time = offsets.streamTime(board);
      expect(time).toBeGreaterThanOrEqual(last);
      last = time;
      if (i % 20 === 7) offsets.slip(offsets.offset + 3000, time + 500, time);
      if (i % 20 === 17) offsets.slip(offsets.offset - 3000, time + 5000, time + 4600);
      board += 700;
    }
  });
});
