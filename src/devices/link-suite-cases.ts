/** The cases of the link suite in which all goes well: runs, and time. */
import { InvalidArgumentError } from '../errors.ts';
import {
  attempt,
  expectCode,
  expectSame,
  expectTrue,
  type NamedCases,
  rejection,
} from '../suite.ts';
import type { Link } from './link.ts';
import { burstEvents, burstLength, hear, type LinkBench } from './link-bench.ts';
import { unwrapNear, wrapTime } from './wrap.ts';

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
  /** Asks for times to come, of which `question` gives what is then told: they come late enough, and not before the events. */
  const asksAhead = async (
    link: Link<C, D>,
    question: (at: number) => Promise<number>,
  ): Promise<void> => {
    const { events, stop } = hear(link);
    const start = await send(link);
    const asked = [0.3, 0.55, 1].map(async (part) => {
      const at = start + Math.round(part * burstLength);
      const time = await question(wrapTime(at));
      return { at, time, seen: events.length };
    });
    const answers = await answer(Promise.all(asked), 'a time to come');
    await pass(20);
    stop();
    for (const { at, time, seen } of answers) {
      expectTime(time);
      expectTrue(unwrapNear(time, at) >= at, `the answer to ${at} is ${time}`);
      const early = events.slice(seen).find(([each]) => unwrapNear(each, at) < at);
      expectTrue(early === undefined, `an event of ${early?.[0]} came after the answer to ${at}`);
    }
    expectTrue(events.length > 0, 'no event came');
  };
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
      configured((link) => asksAhead(link, (at) => link.time(at))),
    'calls back when time(at) would answer, if it calls back': () =>
      configured(async (link) => {
        if (link.whenReached === undefined) return;
        await asksAhead(link, (at) => new Promise((told) => link.whenReached!(at, told)));
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
