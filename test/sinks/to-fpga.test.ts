import fc from 'fast-check';
import { concat, from, NEVER, Observable, of, Subject, take, throwError } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  type ChipWordSpace,
  channels as channelSpace,
  DataError,
  DeviceError,
  deploy,
  dynapSim,
  InvalidArgumentError,
  linear,
  pipeline,
  poissonRaster,
  type ToFpgaConfig,
  toFpga,
  type VirtualBoardConfig,
  virtualBoard,
} from 'spikeline';
import { chipWords, emptyPacket, rasterToEvents } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { eventWord, monitorDestination } from '#src/chips/dynapse2/event';
import { type PaperLinkConfig, paperLink, spied } from '#test/support/links';
import { runs } from '#test/support/runs';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const { configuration, inputWords } = deploy(
  pipeline(linear({ weight: [[4], [2]] }), dynapSim({ neurons: 1 })),
);
const begin = 5000;

const space = channelSpace(2);
const wordSpace = chipWords('dynapse2');

async function rig(board: VirtualBoardConfig = {}) {
  const clock = new TestClock(begin);
  const link = spied(await virtualBoard({ clock, ...board }).open());
  await link.configure(configuration);
  return { clock, link };
}

function paper(config: Partial<PaperLinkConfig> = {}) {
  const clock = new TestClock(begin);
  return { clock, link: paperLink({ clock, ...config }) };
}

/** Packets of event words, sorted; about half of the events share their time with another. */
const packets: fc.Arbitrary<AerPacket<ChannelSpace>[]> = fc
  .array(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 20 }), { maxLength: 8 })
  .map((all) => {
    let time = 0;
    return all.map((gaps) => {
      const times = gaps.map((gap, i) => {
        if (i % 2 === 0) time += gap;
        return time;
      });
      return aerPacket(
        times,
        times.map((_, i) => i % 2),
        space,
      );
    });
  });

/** More events at once than a small host or FIFO has room for. */
const burst = aerPacket(new Array(50).fill(0), new Array(50).fill(1), space);

function total(all: readonly AerPacket[]): number {
  return all.reduce((sum, { addresses }) => sum + addresses.length, 0);
}

/** What was handed to a link: event, its time on the board and when it came. */
function events(link: ReturnType<typeof paperLink>) {
  return link.handed.flatMap(({ at, timestamps, words }) =>
    words.map((word, i) => ({ at, word, time: timestamps[i]! })),
  );
}

describe('toFpga, case list', () => {
  it('never: reports nothing', async () => {
    const { clock, link } = await rig();
    const seen = watch(NEVER.pipe(toFpga(link, { clock })));
    await clock.runUntil(() => clock.now() > begin + 3000);
    expect([seen.values, seen.ended]).toEqual([[], 'no']);
    seen.unsubscribe();
  });

  it('empty: completes with a report of nothing', async () => {
    for (const realTime of [false, true]) {
      const { clock, link } = await rig({ realTime });
      for (const source of [[], [emptyPacket(wordSpace)]]) {
        const seen = watch(from(source).pipe(toFpga(link, { clock })));
        await clock.runUntil(() => seen.ended !== 'no');
        const report = { sent: 0, delivered: 0, late: 0, dropped: 0 };
        expect(seen.values).toEqual([...source.map(() => report), report]);
        expect(seen.ended).toBe('completed');
      }
    }
  });

  it('one and many: reports with each packet and once more at the end', async () => {
    const { clock, link } = await rig();
    const source = [aerPacket([0, 5], [0, 1], space), aerPacket([5, 900], [0, 0], space)];
    const seen = watch(from(source).pipe(toFpga(link, { clock, inputWords })));
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.values.map(({ sent }) => sent)).toEqual([2, 4, 4]);
    expect(seen.values.at(-1)).toEqual({ sent: 4, delivered: 4, late: 0, dropped: 0 });
    expect([link.listeners, link.closed, clock.waiting]).toEqual([0, false, 0]);
  });

  it('an error in the sequence: passes it on and lets go of the board', async () => {
    const failure = new Error('no signal');
    const { clock, link } = await rig();
    const source = concat(
      of(aerPacket([0], [0], space)),
      throwError(() => failure),
    );
    const seen = watch(source.pipe(toFpga(link, { clock, inputWords })));
    expect([seen.values.length, seen.error]).toEqual([1, failure]);
    clock.advance(5);
    expect([link.listeners, link.closed, clock.waiting]).toEqual([0, false, 0]);
  });

  it('endless: can be left early, at any moment', async () => {
    for (const moment of [0, 1, 3, 30]) {
      const { clock, link } = await rig({ realTime: true });
      const source = new Subject<AerPacket<ChannelSpace>>();
      const seen = watch(source.pipe(toFpga(link, { clock, inputWords })));
      source.next(aerPacket([0, 2000, 1_000_000], [0, 1, 0], space));
      clock.advance(moment);
      seen.unsubscribe();
      expect([source.observed, link.listeners, link.closed]).toEqual([false, 0, false]);
      await link.close();
      expect(clock.waiting).toBe(0);
    }
  });

  it('stops an endless source that emits within subscribe', async () => {
    const { clock, link } = await rig();
    let emitted = 0;
    const endless = new Observable<AerPacket<ChannelSpace>>((subscriber) => {
      while (!subscriber.closed && emitted < 100) {
        subscriber.next(aerPacket([emitted++], [0], space));
      }
    });
    expect(watch(endless.pipe(toFpga(link, { clock, inputWords }), take(3))).values).toHaveLength(
      3,
    );
    expect([emitted, link.listeners]).toEqual([3, 0]);
  });
});

describe('toFpga, the report', () => {
  const boards: Record<string, VirtualBoardConfig> = {
    'as fast as it can': {},
    'in real time': { realTime: true },
    'with a small FIFO in real time': { realTime: true, inputCapacity: 6 },
    'whose clock wraps': { realTime: true, startTime: 2 ** 32 - 12_345 },
    'whose clock wraps, as fast as it can': { startTime: 2 ** 32 - 12_345 },
  };
  for (const [title, board] of Object.entries(boards)) {
    it(`adds up on a board ${title}`, async () => {
      let dropped = 0;
      await fc.assert(
        fc.asyncProperty(packets, fc.constantFrom(5, 40, undefined), async (all, capacity) => {
          const { clock, link } = await rig(board);
          const config: ToFpgaConfig = {
            clock,
            inputWords,
            ...(capacity === undefined ? {} : { capacity }),
          };
          const seen = watch(from(all).pipe(toFpga(link, config)));
          await clock.runUntil(() => seen.ended !== 'no');
          expect(seen.error).toBeUndefined();
          const last = seen.values.at(-1)!;
          expect(seen.values).toHaveLength(all.length + 1);
          expect(last.sent).toBe(total(all));
          expect(last.delivered! + last.late! + last.dropped).toBe(last.sent);
          if (board.inputCapacity === undefined) {
            expect(last.late).toBe(0);
            if (capacity === undefined) expect(last.dropped).toBe(0);
          }
          dropped += last.dropped;
          expect([link.listeners, link.closed]).toEqual([0, false]);
          await link.close();
          expect(clock.waiting).toBe(0);
        }),
        { numRuns: runs(12), examples: [[[burst, emptyPacket(space), burst], 5]] },
      );
      expect(dropped).toBeGreaterThan(0);
    });
  }

  it('counts what a stalled host hands over too late, and loses none of it', async () => {
    const { clock, link } = await rig({ realTime: true });
    const host = clock.host();
    const packet = rasterToEvents(
      poissonRaster({ channels: 2, rate: 200, duration: 0.3, seed: 1 }),
    );
    const seen = watch(
      of(packet).pipe(toFpga(link, { clock: host, inputWords, policy: 'replace' })),
    );
    await clock.runUntil(() => link.statistics.delivered > 30);
    host.stall(100);
    await clock.runUntil(() => seen.ended !== 'no');
    const { sent, delivered, late, dropped } = seen.values.at(-1)!;
    expect(sent).toBe(total([packet]));
    expect([delivered! + late!, dropped]).toEqual([sent, 0]);
    expect(late).toBeGreaterThan(10);
    expect(late).toBeLessThan(sent * 0.5);
  });

  it('drops what finds no room on the host, and says so at once', async () => {
    const { clock, link } = paper();
    const times = Array.from({ length: 100 }, (_, i) => i * 1000);
    const sink = toFpga(link, { clock, capacity: 10 });
    const seen = watch(of(aerPacket(times, new Array(100).fill(7), wordSpace)).pipe(sink));
    expect(seen.values).toEqual([{ sent: 100, delivered: 0, late: 0, dropped: 90 }]);
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.values.at(-1)).toEqual({ sent: 100, delivered: 10, late: 0, dropped: 90 });
  });

  it('counts only its own run', async () => {
    const { clock, link } = await rig();
    for (let i = 0; i < 3; i++) {
      const seen = watch(
        of(aerPacket([0, 9], [0, 1], space)).pipe(toFpga(link, { clock, inputWords })),
      );
      await clock.runUntil(() => seen.ended !== 'no');
      expect(seen.values.at(-1)).toEqual({ sent: 2, delivered: 2, late: 0, dropped: 0 });
    }
    expect(link.statistics.sent).toBe(6);
  });
});

describe('toFpga, time', () => {
  const sparse = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 12 });

  it('hands events over no earlier than lookAhead before they are due, and not much later', async () => {
    const lookAheads = fc.constantFrom(0, 0.001, 0.005, 0.05);
    await fc.assert(
      fc.asyncProperty(sparse, lookAheads, async (gaps, lookAhead) => {
        const { clock, link } = paper();
        let time = 0;
        const times = gaps.map((gap) => {
          time += gap;
          return time;
        });
        const packet = aerPacket(
          times,
          times.map((_, i) => i),
          wordSpace,
        );
        const seen = watch(of(packet).pipe(toFpga(link, { clock, lookAhead })));
        await clock.runUntil(() => seen.ended !== 'no');
        const handed = events(link);
        expect(handed.map(({ word }) => word)).toEqual(times.map((_, i) => i));
        for (const { at, time: due } of handed) {
          // Milliseconds in floating point: exact to far less than a microsecond.
          expect(Math.round(at * 1000)).toBeGreaterThanOrEqual(due - lookAhead * 1e6);
          expect(at * 1000).toBeLessThan(due - lookAhead * 1e6 + 3000);
        }
      }),
      { numRuns: runs(30) },
    );
  });

  it('keeps the distances between events, the first one lookAhead from now', async () => {
    const { clock, link } = paper();
    const source = [
      aerPacket([70_000, 70_001], [1, 2], wordSpace),
      aerPacket([75_000, 99_000], [3, 4], wordSpace),
    ];
    const seen = watch(from(source).pipe(toFpga(link, { clock })));
    await clock.runUntil(() => seen.ended !== 'no');
    const times = events(link).map(({ time }) => time);
    expect(times.map((time) => time - times[0]!)).toEqual([0, 1, 5000, 29_000]);
    expect(times[0]! - begin * 1000).toBeGreaterThanOrEqual(5000);
    expect(times[0]! - begin * 1000).toBeLessThan(8000);
  });

  it('takes the first event as now, however late it comes', async () => {
    const { clock, link } = paper();
    const source = new Subject<AerPacket<ChipWordSpace>>();
    const seen = watch(source.pipe(toFpga(link, { clock })));
    await clock.runUntil(() => clock.now() > begin + 5);
    clock.advance(begin + 20_000 - clock.now());
    source.next(aerPacket([0, 1000], [1, 2], wordSpace));
    source.complete();
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.values.at(-1)).toEqual({ sent: 2, delivered: 2, late: 0, dropped: 0 });
    const [first] = events(link);
    expect(first!.time / 1000 - (begin + 20_000)).toBeGreaterThanOrEqual(5);
    expect(first!.time / 1000 - (begin + 20_000)).toBeLessThan(8);
  });

  it('wraps its timestamps as the board does', async () => {
    const zero = 2 ** 32 - begin * 1000 - 20_000;
    const { clock, link } = paper({ zero });
    const packet = aerPacket([0, 10_000, 20_000, 30_000], [1, 2, 3, 4], wordSpace);
    const seen = watch(of(packet).pipe(toFpga(link, { clock })));
    await clock.runUntil(() => seen.ended !== 'no');
    const times = events(link).map(({ time }) => time);
    expect(times[1]).toBeGreaterThan(2 ** 32 - 20_000);
    expect(times[2]).toBeLessThan(20_000);
    expect(times.every((time) => time >= 0 && time < 2 ** 32)).toBe(true);
    expect(times[3]! + 2 ** 32 - times[0]!).toBe(30_000);
    expect(seen.values.at(-1)).toMatchObject({ delivered: 4, late: 0 });
  });

  it('knows the time of the board after hours of silence', async () => {
    const hour = 3_600_000;
    for (const silence of [0.7 * hour, 1.5 * hour, 30 * hour]) {
      const { clock, link } = paper();
      const source = new Subject<AerPacket<ChipWordSpace>>();
      const seen = watch(source.pipe(toFpga(link, { clock })));
      source.next(aerPacket([0], [1], wordSpace));
      await clock.runUntil(() => clock.now() > begin + 50);
      clock.advance(begin + 100 + silence - clock.now());
      source.next(aerPacket([silence * 1000 + 110_000], [2], wordSpace));
      source.complete();
      await clock.runUntil(() => seen.ended !== 'no');
      expect(seen.error).toBeUndefined();
      expect(seen.values.at(-1)).toMatchObject({ sent: 2, delivered: 2, late: 0 });
    }
  });

  it('completes when the board has emitted everything, not before', async () => {
    const { clock, link } = await rig({ realTime: true });
    const packet = aerPacket([0, 50_000], [0, 1], space);
    const seen = watch(of(packet).pipe(toFpga(link, { clock, inputWords })));
    await clock.runUntil(() => seen.ended !== 'no');
    expect(clock.now() - begin).toBeGreaterThanOrEqual(55);
    expect(clock.now() - begin).toBeLessThan(62);
  });

  it('hands everything over at once where the board has no clock of its own', async () => {
    const { clock, link } = paper({ realTime: false });
    const seen = watch(of(aerPacket([0, 9e6], [1, 2], wordSpace)).pipe(toFpga(link, { clock })));
    await clock.runUntil(() => seen.ended !== 'no');
    expect(clock.now() - begin).toBeLessThan(5);
    const [first, second] = events(link);
    expect(second!.time - first!.time).toBe(9e6);
  });
});

describe('toFpga, when the board fails', () => {
  it('times out on a board that never answers', async () => {
    for (const realTime of [true, false]) {
      const { clock, link } = paper({ answers: false, realTime });
      const source = new Subject<AerPacket<ChipWordSpace>>();
      const seen = watch(source.pipe(toFpga(link, { clock })));
      source.next(aerPacket([0], [1], wordSpace));
      clock.advance(1500);
      expect(seen.ended).toBe('no');
      clock.advance(1000);
      expect(seen.error).toBeInstanceOf(DeviceError);
      expect(seen.error).toMatchObject({ code: 'timed-out' });
      expect([source.observed, link.listeners, clock.waiting]).toEqual([false, 0, 0]);
      expect(events(link)).toEqual([]);
    }
  });

  it('asks again where the first question is lost', async () => {
    const { clock, link } = paper({ answers: false });
    const seen = watch(of(aerPacket([0], [1], wordSpace)).pipe(toFpga(link, { clock })));
    clock.advance(500);
    expect(link.questions).toBeGreaterThan(2);
    expect(link.questions).toBeLessThan(20);
    expect(seen.ended).toBe('no');
    seen.unsubscribe();
  });

  it('completes although the echoes at its end are lost', async () => {
    const { clock, link } = paper({ returns: false });
    const seen = watch(of(aerPacket([0, 9000], [1, 2], wordSpace)).pipe(toFpga(link, { clock })));
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.values.at(-1)).toEqual({ sent: 2, delivered: 2, late: 0, dropped: 0 });
    expect(clock.now() - begin).toBeGreaterThan(14);
  });

  it('times out on a board that falls silent', async () => {
    const { clock, link } = paper({ returns: false });
    const { time } = link;
    let silent = false;
    Object.assign(link, {
      time: (at?: number) => (silent ? new Promise(() => {}) : time.call(link, at)),
    });
    const source = new Subject<AerPacket<ChipWordSpace>>();
    const seen = watch(source.pipe(toFpga(link, { clock })));
    source.next(aerPacket([0], [1], wordSpace));
    await clock.runUntil(() => events(link).length === 1);
    // From here on nobody answers.
    silent = true;
    source.complete();
    await clock.runUntil(() => seen.ended !== 'no', 3000);
    expect(seen.error).toMatchObject({ name: 'DeviceError', code: 'timed-out' });
    expect([link.listeners, clock.waiting]).toEqual([0, 0]);
  });

  for (const realTime of [true, false]) {
    const mode = realTime ? 'in real time' : 'as fast as it can';
    it(`errors when the link is lost in mid-run, ${mode}`, async () => {
      for (const way of ['close', 'unplug'] as const) {
        const { clock, link } = await rig({ realTime });
        const source = new Subject<AerPacket<ChannelSpace>>();
        const seen = watch(source.pipe(toFpga(link, { clock, inputWords })));
        source.next(aerPacket([0, 500_000], [0, 1], space));
        clock.advance(20);
        await link[way]();
        expect(seen.error).toBeInstanceOf(DeviceError);
        expect(seen.error).toMatchObject({ code: 'disconnected' });
        expect([source.observed, link.listeners, clock.waiting]).toEqual([false, 0, 0]);
      }
    });
  }

  it('errors on a link that is closed already', async () => {
    const { clock, link } = await rig();
    await link.close();
    const seen = watch(of(aerPacket([0], [0], space)).pipe(toFpga(link, { clock, inputWords })));
    expect(seen.error).toMatchObject({ name: 'DeviceError', code: 'disconnected' });
    expect(clock.waiting).toBe(0);
  });
});

describe('toFpga, configuration and data', () => {
  it('sends each event to all destinations of its channel', async () => {
    const { clock, link } = paper();
    const destinations = [0, 1, 2].map((neuron) => monitorDestination(0, neuron));
    const words = destinations.map(eventWord);
    const [a, b, c] = words as [number, number, number];
    const sink = toFpga(link, {
      clock,
      inputWords: [Uint32Array.of(a, b), new Uint32Array(0), Uint32Array.of(c)],
    });
    const seen = watch(of(aerPacket([0, 1, 2], [0, 1, 2], channelSpace(3))).pipe(sink));
    await clock.runUntil(() => seen.ended !== 'no');
    const handed = events(link);
    expect(handed.map(({ word }) => word)).toEqual(words);
    expect(handed.map(({ time }) => time - handed[0]!.time)).toEqual([0, 0, 2]);
    expect(seen.values.at(-1)).toMatchObject({ sent: 3, delivered: 3 });
  });

  it('refuses all that is wrong with it at once, when it is built', () => {
    const { clock, link } = paper();
    const wrong = [new Uint32Array(0), [5000]] as never;
    const build = () =>
      toFpga(link, { clock, lookAhead: Number.NaN, capacity: 0, inputWords: wrong });
    expect(build).toThrow(InvalidArgumentError);
    for (const part of ['lookAhead is NaN', 'capacity is 0', 'inputWords[1] is [5000]']) {
      expect(build).toThrow(part);
    }
    for (const lookAhead of [-1, Number.POSITIVE_INFINITY]) {
      expect(() => toFpga(link, { lookAhead })).toThrow(`lookAhead is ${lookAhead}`);
    }
    for (const capacity of [-1, 1.5, Number.NaN]) {
      expect(() => toFpga(link, { capacity })).toThrow(`capacity is ${capacity}`);
    }
    expect(link.listeners).toBe(0);
  });

  const good = aerPacket([0, 5], [0, 1], space);
  const bad: Record<string, AerPacket<ChannelSpace>> = {
    'a channel that there is not': aerPacket([6], [2], channelSpace(3)),
    'a time that is no number': { ...good, timestamps: Float64Array.of(6, Number.NaN) },
    'a time without end': { ...good, timestamps: Float64Array.of(6, Infinity) },
    'a time that is not whole': { ...good, timestamps: Float64Array.of(6, 6.5) },
    'times that go back within a packet': { ...good, timestamps: Float64Array.of(9, 8) },
    'a packet that goes back in time': aerPacket([4], [0], space),
    'fewer addresses than times': { ...good, addresses: Uint32Array.of(0) },
  };
  for (const [title, packet] of Object.entries(bad)) {
    it(`errors on ${title} and lets go of everything`, async () => {
      const { clock, link } = await rig();
      const source = new Subject<AerPacket<ChannelSpace>>();
      const seen = watch(source.pipe(toFpga(link, { clock, inputWords })));
      source.next(good);
      source.next(packet);
      expect(seen.error).toBeInstanceOf(DataError);
      expect([seen.values.length, source.observed, link.listeners]).toEqual([1, false, 0]);
      clock.advance(5);
      expect(clock.waiting).toBe(0);
    });
  }
});
