import fc from 'fast-check';
import {
  type AerPacket,
  aerPacket,
  type ChipWordSpace,
  DeviceError,
  type Link,
  virtualBoard,
} from 'spikeline';
import type { FpgaSchedule, FpgaScheduleConfig } from 'spikeline/devices';
import { chipWords } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { eventWord } from '#src/chips/dynapse2/event';
import { fpgaSchedule } from '#src/devices/fpga-schedule';
import { unwrapper, wrapPeriod, wrapTime } from '#src/devices/wrap';
import { runs } from '#test/support/runs';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type StubConfig, stubLink } from './stub-link.ts';

const space = chipWords('dynapse2');

const lookAhead = 5e-3;

/** A schedule on `link` that notes what it is told. */
function schedule(link: Link, clock: FakeClock, changes: Partial<FpgaScheduleConfig> = {}) {
  const failures: DeviceError[] = [];
  const output: AerPacket[] = [];
  const made: FpgaSchedule = fpgaSchedule(link, {
    clock,
    lookAhead,
    capacity: 1000,
    output: (packet) => output.push(packet),
    failed: (cause) => failures.push(cause as DeviceError),
    ...changes,
  });
  return { schedule: made, failures, output };
}

function onStub(changes: Partial<FpgaScheduleConfig> = {}, stub: Omit<StubConfig, 'clock'> = {}) {
  const clock = fakeClock();
  const link = stubLink({ clock, ...stub });
  return { clock, link, ...schedule(link, clock, changes) };
}

const packet = (...times: number[]): AerPacket<ChipWordSpace> =>
  aerPacket(
    times,
    times.map((_, i) => i),
    space,
  );

describe('fpgaSchedule', () => {
  it('keeps the distances between events and hands each over ahead of its time', async () => {
    const gaps = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 30 });
    const start = fc.constantFrom(0, wrapPeriod - 60_000, 3 * wrapPeriod + 17);
    const first = fc.constantFrom(0, -5000, 123_456_789, 2 ** 45);
    await fc.assert(
      fc.asyncProperty(
        gaps,
        start,
        first,
        fc.nat(5),
        async (given, startTime, streamStart, wait) => {
          const { clock, link, schedule: made, failures } = onStub({}, { startTime });
          await clock.pass(wait);
          let time = streamStart;
          const times = [streamStart, ...given.map((gap) => (time += gap))];
          made.add(packet(...times.slice(0, 5)));
          if (times.length > 5) made.add(packet(...times.slice(5)));
          await clock.pass(800);
          expect(link.handed.map(({ timestamp }) => timestamp).length).toBe(times.length);
          const board = unwrapper(startTime);
          const found = link.handed.map(({ timestamp }) => board.unwrap(timestamp));
          expect(found.map((time) => time - found[0]!)).toEqual(times.map((t) => t - times[0]!));
          for (const [i, { at }] of link.handed.entries()) {
            expect(found[i]!).toBeGreaterThan(at);
            expect(found[i]! - at).toBeLessThanOrEqual(lookAhead * 1e6 + 1);
          }
          expect(failures).toEqual([]);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('is in time for a stream that begins long after it', async () => {
    const { clock, link, schedule: made } = onStub();
    await clock.pass(10_000);
    made.add(packet(0, 100));
    await clock.pass(20);
    expect(link.handed).toHaveLength(2);
    for (const { timestamp, at } of link.handed) expect(timestamp).toBeGreaterThan(at);
  });

  it('enters board time on its grid', async () => {
    const {
      clock,
      link,
      schedule: made,
    } = onStub({ grid: { micros: 1000, steps: 1 } }, { startTime: 123 });
    await clock.pass(3);
    made.add(packet(7, 1007));
    await clock.pass(20);
    expect(link.handed.map(({ timestamp }) => timestamp % 1000)).toEqual([0, 0]);
  });

  it('enters board time where bins lie alike, if they are no whole number of microseconds', async () => {
    // Edges of bins of 1/3000 s repeat every 1000 µs.
    const grid = { micros: 1000, steps: 3 };
    for (const realTime of [true, false]) {
      const { clock, link, schedule: made } = onStub({ grid }, { startTime: 123, realTime });
      await clock.pass(3);
      made.add(packet(667, 1333));
      await clock.pass(20);
      expect(link.handed.map(({ timestamp }) => timestamp % 1000)).toEqual([667, 333]);
    }
  });

  it('hands everything over at once to a board without a clock', async () => {
    const { clock, link, schedule: made } = onStub({}, { realTime: false });
    made.add(packet(0, 10, 5e8));
    await clock.pass(3);
    const [first, second, third] = link.handed.map(({ timestamp }) => timestamp);
    expect([second! - first!, third! - first!]).toEqual([10, 5e8]);
  });

  it('counts what it is given and what finds no room', async () => {
    const { clock, link, schedule: made } = onStub({ capacity: 4 });
    made.add(packet(0, 1, 2));
    made.add(packet(3, 4, 5));
    made.add(packet());
    expect([made.sent, made.dropped]).toEqual([6, 2]);
    await clock.pass(20);
    expect(link.handed.map(({ word }) => word)).toEqual([0, 1, 2, 0]);
    made.add(packet(50_000, 50_001));
    await clock.pass(100);
    expect([made.sent, made.dropped, link.handed.length]).toEqual([8, 2, 6]);
  });

  it('calls back once for each mark, in order, when its time is over', async () => {
    const { clock, link, schedule: made, failures } = onStub();
    const reached: [string, number][] = [];
    made.add(packet(0));
    made.mark(20_000, () => reached.push(['first', link.boardTime()]));
    made.add(packet(30_000));
    made.mark(40_000, () => reached.push(['second', link.boardTime()]));
    await clock.pass(300);
    expect(reached.map(([name]) => name)).toEqual(['first', 'second']);
    const begin = link.handed[0]!.timestamp;
    expect(reached[0]![1]).toBeGreaterThanOrEqual(begin + 20_000);
    expect(reached[0]![1]).toBeLessThan(begin + 25_000);
    expect(reached[1]![1]).toBeGreaterThanOrEqual(begin + 40_000);
    await clock.pass(5000);
    expect(reached).toHaveLength(2);
    expect(failures).toEqual([]);
  });

  it('gives what comes back in the time of the stream', async () => {
    for (const startTime of [0, wrapPeriod - 20_000]) {
      const { clock, link, schedule: made, output } = onStub({}, { startTime });
      made.add(packet(700_000, 700_010));
      await clock.pass(30);
      const { timestamp } = link.handed[0]!;
      const timestamps = Uint32Array.of(wrapTime(timestamp + 1500), wrapTime(timestamp + 40_000));
      link.say({ timestamps, words: Uint32Array.of(77, 78) });
      const times = output.flatMap((each) => Array.from(each.timestamps));
      expect(times).toEqual([701_500, 740_000]);
      expect(output.flatMap((each) => Array.from(each.addresses))).toEqual([77, 78]);
    }
  });

  it('reads the time of what comes back after an hour of silence', async () => {
    const { clock, link, schedule: made, output, failures } = onStub({ policy: 'replace' });
    let reached = 0;
    made.add(packet(0));
    await clock.pass(20);
    const hour = 3600e6;
    clock.sleep(hour / 1000);
    made.add(packet(hour));
    made.mark(hour + 1000, () => reached++);
    await clock.pass(100);
    const board = unwrapper(hour);
    const time = board.unwrap(link.handed[1]!.timestamp);
    expect(time - link.handed[0]!.timestamp).toBe(hour);
    link.say({ timestamps: Uint32Array.of(wrapTime(time + 5)), words: Uint32Array.of(9) });
    expect(output.flatMap((each) => Array.from(each.timestamps))).toEqual([hour + 5]);
    expect([reached, failures]).toEqual([1, []]);
  });

  it.each(['from the start', 'after a mark'])(
    'gives a board up that is silent %s',
    async (when) => {
      const clock = fakeClock();
      const whole = stubLink({ clock });
      let mute = when === 'from the start';
      const link: Link = {
        ...whole,
        time: (at) => (mute ? new Promise(() => {}) : whole.time(at)),
        send: (events) => (mute ? undefined : whole.send(events)),
      };
      const { schedule: made, failures } = schedule(link, clock);
      made.add(packet(0));
      await clock.pass(20);
      mute = true;
      made.mark(30_000, () => {
        throw new Error('was not reached');
      });
      await clock.pass(1500);
      expect(failures).toEqual([]);
      await clock.pass(1500);
      expect(failures.map(({ code }) => code)).toEqual(['timed-out']);
      expect(clock.pending).toBe(0);
      expect(whole.listening).toBe(0);
    },
  );

  it('does not take a stall of the host for silence of the board', async () => {
    const { clock, link, schedule: made, failures } = onStub();
    let reached = 0;
    for (let k = 0; k < 5; k++) {
      made.add(packet(k * 1000));
      made.mark(k * 1000 + 500, () => reached++);
    }
    await clock.pass(2);
    clock.sleep(10_000);
    await clock.pass(100);
    expect([failures, reached, link.handed.length]).toEqual([[], 5, 5]);
    made.stop();
  });

  it('fails when the link goes, once', async () => {
    const { clock, link, schedule: made, failures } = onStub();
    made.add(packet(0, 1e6));
    await clock.pass(20);
    const cause = new DeviceError('disconnected', 'unplugged');
    link.vanish(cause);
    link.vanish(cause);
    expect(failures.map(({ code }) => code)).toEqual(['disconnected']);
    expect(failures[0]!.cause).toBe(cause);
    const handed = link.handed.length;
    await clock.pass(3000);
    expect([clock.pending, link.handed.length]).toEqual([0, handed]);
  });

  it('fails when the link refuses what it is given', async () => {
    const clock = fakeClock();
    const stub = stubLink({ clock });
    const gone = new DeviceError('disconnected', 'gone');
    const link: Link = {
      ...stub,
      send() {
        throw gone;
      },
    };
    const { schedule: made, failures } = schedule(link, clock);
    made.add(packet(0));
    await clock.pass(20);
    expect(failures).toEqual([gone]);
    expect(clock.pending).toBe(0);
  });

  it('forgets everything when stopped', async () => {
    const { clock, link, schedule: made, failures, output } = onStub();
    made.add(packet(0, 50_000));
    made.mark(60_000, () => {
      throw new Error('was reached');
    });
    await clock.pass(20);
    made.stop();
    made.stop();
    expect([clock.pending, link.listening]).toEqual([0, 0]);
    const handed = link.handed.length;
    made.add(packet(60_000));
    await clock.pass(5000);
    expect([link.handed.length, failures, output]).toEqual([handed, [], []]);
  });

  it('brings every event to a board in real time, none of them late', async () => {
    const word = eventWord({ core: [true, false, false, false], xHop: 0, yHop: 0, tag: 0 });
    const gaps = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 });
    const startTime = fc.constantFrom(0, wrapPeriod - 30_000);
    await fc.assert(
      fc.asyncProperty(gaps, startTime, fc.nat(300), async (given, start, wait) => {
        const clock = fakeClock();
        const link = await virtualBoard({ clock, realTime: true, startTime: start }).open();
        const { schedule: made, failures } = schedule(link, clock);
        await clock.pass(wait);
        let time = 500_000;
        let reached = false;
        for (let i = 0; i < given.length; i += 7) {
          const times = given.slice(i, i + 7).map((gap) => (time += gap));
          made.add(
            aerPacket(
              times,
              times.map(() => word),
              space,
            ),
          );
          await clock.pass(1);
        }
        made.mark(time + 1, () => {
          reached = true;
        });
        await clock.pass(600);
        expect(link.statistics).toMatchObject({
          sent: given.length,
          delivered: given.length,
          late: 0,
          dropped: 0,
        });
        expect([reached, failures]).toEqual([true, []]);
        made.stop();
        await link.close();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: runs(30) },
    );
  });
});
