/** The cases of the link suite. */
import { DeviceError, InvalidArgumentError } from '../errors.ts';
import {
  attempt,
  expectCode,
  expectSame,
  expectTrue,
  type NamedCases,
  rejection,
  thrown,
} from '../suite.ts';
import type { HardwareEvents } from './link.ts';
import { burstEvents, burstLength, hear, type LinkBench } from './link-bench.ts';
import { unwrapNear, wrapTime } from './wrap.ts';

const noEvents: HardwareEvents = { timestamps: new Uint32Array(0), words: new Uint32Array(0) };

/** Fails unless a number is a time of a board. */
function expectTime(time: unknown): void {
  const is = typeof time === 'number' && time >= 0 && time < 2 ** 32 && Number.isInteger(time);
  expectTrue(is, `${String(time)} is no time of a board: whole microseconds below 2^32`);
}

/** Runs, configurations, changes. */
export function runCases<C, D>(bench: LinkBench<C, D>): NamedCases {
  const { config, answer, used, configured, burst } = bench;
  const { configuration, delta } = config;
  return {
    'says what it is': () =>
      used(async ({ info }) => {
        for (const name of ['name', 'serial', 'family'] as const) {
          const text = info[name];
          expectTrue(typeof text === 'string' && text !== '', `info.${name} is no text`);
        }
        const { chips, clock } = info;
        expectTrue(Number.isInteger(chips) && chips > 0, `info.chips is ${chips}`);
        expectTrue(clock === 'board' || clock === 'host', `info.clock is ${String(clock)}`);
      }),
    'configures, runs, closes and opens again': async () => {
      for (let i = 0; i < 2; i++) {
        await configured(async (link) => {
          await burst(link);
        });
      }
    },
    'runs twice in a row, from rest': () =>
      configured(async (link) => {
        const runs: number[][] = [];
        for (let i = 0; i < 2; i++) {
          if (i > 0) await answer(link.configure(configuration), 'configure()');
          const { start, heard } = await burst(link);
          runs.push(heard.flatMap(([time, word]) => [wrapTime(time - start), word]));
        }
        // On a board with a clock of its own no two runs are alike.
        if (link.info.clock === 'host') {
          expectSame(runs[1]!, runs[0]!, 'the second run is not as the first');
        }
      }),
    'lets nothing that was queued before a configuration come after it': () =>
      configured(async (link) => {
        const start = await bench.send(link);
        await answer(link.configure(configuration), 'configure()');
        const { events, stop } = hear(link);
        await answer(link.time(wrapTime(start + burstLength)), 'time(at)');
        stop();
        expectTrue(events.length === 0, `${events.length} events came of what was sent before`);
      }),
    'counts what it counts, and loses nothing': () =>
      configured(async (link) => {
        const { heard } = await burst(link);
        const { sent, delivered, late, dropped, received } = link.statistics;
        if (sent !== undefined) expectSame([sent], [burstEvents], 'statistics.sent');
        if (received !== undefined) expectSame([received], [heard.length], 'statistics.received');
        const all = [sent, delivered, late, dropped];
        if (!all.includes(undefined)) {
          expectSame([delivered! + late! + dropped!], [sent!], 'delivered + late + dropped');
        }
      }),
    'refuses a configuration that cannot be, and goes on': () =>
      configured(async (link) => {
        const asked = attempt(() => link.configure({ nonsense: true } as C));
        const cause = await answer(rejection(asked), 'configure()');
        const is = cause instanceof InvalidArgumentError;
        expectTrue(is, `a configuration that cannot be gave ${String(cause)}`);
        await burst(link);
      }),
    [delta === undefined ? 'refuses changes in mid-run' : 'changes in mid-run, and says when']:
      () =>
        configured(async (link) => {
          if (delta === undefined) {
            const asked = attempt(() => link.update({} as D));
            expectCode(await answer(rejection(asked), 'update()'), 'unsupported', 'update()');
            return;
          }
          const before = await answer(link.time(), 'time()');
          const time = await answer(link.update(delta), 'update()');
          expectTime(time);
          // It may take effect with the step that has begun.
          expectTrue(((time - before) | 0) > -1e6, `update() gave ${time}, long before ${before}`);
          const wanted = JSON.stringify([{ time, delta }]);
          expectSame([JSON.stringify(link.updates)], [wanted], 'updates');
          await answer(link.time(wrapTime(time + burstLength)), 'time(at)');
        }),
    'gives a slow listener everything, in order': () =>
      configured(async (link) => {
        const slow: number[] = [];
        const stop = link.listen({
          events({ timestamps }) {
            const until = performance.now() + 2;
            while (performance.now() < until);
            slow.push(...timestamps);
          },
        });
        const { heard } = await burst(link);
        stop();
        const times = heard.map(([time]) => time);
        expectSame(slow, times, 'what a slow listener got');
        const back = times.findIndex((time, i) => i > 0 && ((time - times[i - 1]!) | 0) < 0);
        expectTrue(back < 0, `event ${back} lies before the one before it`);
      }),
    'gives nothing to who listens no more': () =>
      configured(async (link) => {
        let calls = 0;
        const stop = link.listen({ events: () => calls++, closed: () => calls++ });
        stop();
        stop();
        await burst(link);
        expectTrue(calls === 0, 'a listener was called after it had stopped');
      }),
  };
}

/** Time: that of now, that which is to come, and its wrap. */
export function timeCases<C, D>(bench: LinkBench<C, D>): NamedCases {
  const { config, answer, pass, used, configured, send, burst } = bench;
  const { openBeforeWrap } = config;
  return {
    'tells the time, which never goes back': () =>
      used(async (link) => {
        const first = await answer(link.time(), 'time()');
        expectTime(first);
        await pass(5);
        const second = await answer(link.time(), 'time()');
        const passed = (second - first) | 0;
        expectTrue(passed >= 0, `time went back by ${-passed} µs`);
        const stands = link.info.clock === 'board' && passed === 0;
        expectTrue(!stands, 'a board with a clock of its own stood still');
      }),
    'answers time(at) when it has come, after all events before it': () =>
      configured(async (link) => {
        const { events, stop } = hear(link);
        const start = await send(link);
        const asked = [0.3, 0.55, 1].map(async (part) => {
          const at = start + Math.round(part * burstLength);
          const time = await link.time(wrapTime(at));
          return { at, time, seen: events.length };
        });
        const answers = await answer(Promise.all(asked), 'time(at)');
        await pass(20);
        stop();
        for (const { at, time, seen } of answers) {
          expectTime(time);
          expectTrue(unwrapNear(time, at) >= at, `time(${at}) gave ${time}`);
          const early = events.slice(seen).find(([each]) => unwrapNear(each, at) < at);
          expectTrue(early === undefined, `an event of ${early?.[0]} came after time(${at})`);
        }
        expectTrue(events.length > 0, 'no event came');
      }),
    'drives a board without a clock of its own by time(at)': () =>
      used(async (link) => {
        if (link.info.clock === 'board') return;
        const now = await answer(link.time(), 'time()');
        await pass(20);
        expectSame([await answer(link.time(), 'time()')], [now], 'time without events');
        await answer(link.time(wrapTime(now + burstLength)), 'time(at)');
        const then = await answer(link.time(), 'time()');
        expectTrue(((then - now) | 0) >= burstLength, `time(at) drove it to ${then} only`);
      }),
    ...(openBeforeWrap && {
      'goes through the wrap of its time': () =>
        configured(async (link) => {
          const before = await answer(link.time(), 'time()');
          expectTrue(before > 2 ** 31, `the link was opened at ${before}, long before its wrap`);
          await burst(link);
          const after = await answer(link.time(), 'time()');
          expectTrue(after < 2 ** 31, `the time did not wrap: it is ${after}`);
          const { late = 0 } = link.statistics;
          expectSame([late], [0], 'late events');
        }, openBeforeWrap),
    }),
  };
}

/** Owners, closing, and what goes wrong. */
export function failureCases<C, D>(bench: LinkBench<C, D>): NamedCases {
  const { config, answer, used, configured, send, burst, nothingLeft } = bench;
  const { configuration, word, delta, unplug, openSmall } = config;
  return {
    'has one owner at a time': () =>
      used(async () => {
        const cause = await answer(rejection(config.open()), 'a second open()');
        expectCode(cause, 'busy', 'a second open()');
      }),
    'is over after closing': async () => {
      const link = await answer(config.open(), 'open()');
      await answer(link.configure(configuration), 'configure()');
      const told: unknown[] = [];
      link.listen({ events: () => {}, closed: (cause) => told.push(cause) });
      const now = await answer(link.time(), 'time()');
      // A board without a clock would be driven there.
      const waits = link.info.clock === 'board';
      const asked = waits ? rejection(link.time(wrapTime(now + 1e9))) : undefined;
      await answer(link.close(), 'close()');
      await answer(link.close(), 'a second close()');
      expectTrue(link.closed, 'closed is not true after close()');
      expectSame(told, [undefined], 'what a listener is told by close()');
      if (asked) expectCode(await answer(asked, 'time(at)'), 'disconnected', 'a waiting time(at)');
      expectCode(
        thrown(() => link.send(noEvents)),
        'disconnected',
        'send() after close()',
      );
      expectCode(
        thrown(() => link.listen({ events: () => {} })),
        'disconnected',
        'listen() after close()',
      );
      for (const [name, use] of Object.entries({
        'configure()': () => link.configure(configuration),
        'time()': () => link.time(),
        'update()': () => link.update((delta ?? {}) as D),
      })) {
        const cause = await answer(rejection(attempt<unknown>(use)), name);
        expectCode(cause, 'disconnected', `${name} after close()`);
      }
      await nothingLeft();
    },
    'ends a listener that throws, and only that one': () =>
      configured(async (link) => {
        let calls = 0;
        let told: unknown;
        const failure = new Error('a listener that throws');
        link.listen({
          events() {
            calls++;
            throw failure;
          },
          closed: (cause) => {
            told = cause;
          },
        });
        await burst(link);
        expectSame([calls], [1], 'calls of a listener that throws');
        const why = told instanceof DeviceError && told.cause === failure;
        expectTrue(why, `a listener that threw was told ${String(told)}`);
        expectTrue(!link.closed, 'the link closed with a listener that threw');
        await burst(link);
      }),
    ...(unplug && {
      'says so when it is unplugged in mid-run, once': async () => {
        const link = await answer(config.open(), 'open()');
        await answer(link.configure(configuration), 'configure()');
        const causes: unknown[] = [];
        const told = new Promise<void>((resolve) => {
          link.listen({
            events: () => {},
            closed(cause) {
              causes.push(cause);
              resolve();
            },
          });
        });
        await send(link);
        await unplug(link);
        await answer(told, 'the news that the link is gone');
        expectCode(causes[0], 'disconnected', 'unplugging');
        expectTrue(link.closed, 'closed is not true after unplugging');
        const cause = thrown(() => link.send(noEvents));
        expectCode(cause, 'disconnected', 'send() after unplugging');
        await answer(link.close(), 'close() after unplugging');
        expectSame([causes.length], [1], 'how often a listener is told');
        await nothingLeft();
      },
    }),
    ...(openSmall && {
      'counts what has no room': () =>
        configured(async (link) => {
          const now = await answer(link.time(), 'time()');
          const at = now + burstLength;
          const count = 20_000;
          link.send({
            timestamps: new Uint32Array(count).fill(wrapTime(at)),
            words: new Uint32Array(count).fill(word),
          });
          await answer(link.time(wrapTime(at + burstLength)), 'time(at)');
          const { sent, delivered, late, dropped } = link.statistics;
          const all = [sent, delivered, late, dropped];
          expectTrue(!all.includes(undefined), 'a link whose board drops must count');
          expectSame([delivered! + late! + dropped!], [count], 'delivered + late + dropped');
          const drops = dropped! > 0;
          const waits = link.info.clock === 'host';
          expectTrue(
            drops !== waits,
            `${dropped} events were dropped by a board that ${waits ? 'can wait' : 'has no room'}`,
          );
        }, openSmall),
    }),
  };
}
