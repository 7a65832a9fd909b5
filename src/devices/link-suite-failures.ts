/** The cases of the link suite about owners, closing, and what goes wrong. */
import { DeviceError } from '../errors.ts';
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
import { burstLength, type LinkBench } from './link-bench.ts';
import { wrapTime } from './wrap.ts';

const noEvents: HardwareEvents = { timestamps: new Uint32Array(0), words: new Uint32Array(0) };

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
      let calledBack = 0;
      if (waits) link.whenReached?.(wrapTime(now + 1e9), () => calledBack++);
      await answer(link.close(), 'close()');
      await answer(link.close(), 'a second close()');
      expectTrue(link.closed, 'closed is not true after close()');
      expectTrue(calledBack === 0, 'whenReached() called back when the link was closed');
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
      if (link.whenReached !== undefined) {
        const late = thrown(() => link.whenReached!(0, () => {}));
        expectCode(late, 'disconnected', 'whenReached() after close()');
      }
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
