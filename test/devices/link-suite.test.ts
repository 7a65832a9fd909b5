import {
  DeviceError,
  type HardwareEvents,
  type Link,
  type VirtualBoardConfig,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import { type LinkSuiteConfig, linkSuite, type SuiteCase } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';
import { fakeClock } from './fake-clock.ts';
import { configuration, delta, word } from './suite-network.ts';

type Change = (link: VirtualLink) => Link;

/** The suite on a virtual board in virtual time, whose links are changed first. */
function suite(board: VirtualBoardConfig, change: Change = (link) => link): SuiteCase[] {
  const clock = fakeClock();
  const open = (more: VirtualBoardConfig = {}) => {
    const made = virtualBoard({ clock, mismatch: { fraction: 0 }, ...board, ...more });
    return async () => change(await made.open());
  };
  const config: LinkSuiteConfig = {
    open: open(),
    configuration,
    word,
    delta,
    unplug: (link) => (link as VirtualLink).unplug(),
    openSmall: open({ inputCapacity: 8 }),
    openBeforeWrap: open({ startTime: 2 ** 32 - 40_000 }),
    left: () => clock.pending,
    pass: (milliseconds) => clock.pass(milliseconds),
    patience: 2000,
  };
  return linkSuite(config);
}

for (const realTime of [false, true]) {
  describe(`a virtual board ${realTime ? 'in real time' : 'as fast as it can'}`, () => {
    for (const { name, run } of suite({ realTime })) it(name, run);
  });
}

/** A link with some of its members changed; those of the board see the board. */
function changed(link: VirtualLink, members: (link: VirtualLink) => Partial<Link>): Link {
  return Object.create(link, Object.getOwnPropertyDescriptors(members(link)));
}

/** Links that are broken on purpose: what is broken, and cases that must notice. */
const broken: Record<string, readonly [Change, ...RegExp[]]> = {
  'one that loses every tenth event': [
    (link) =>
      changed(link, () => ({
        send: ({ timestamps, words }) =>
          link.send({
            timestamps: timestamps.filter((_, i) => i % 10 > 0),
            words: words.filter((_, i) => i % 10 > 0),
          }),
      })),
    /counts what it counts/,
  ],
  'one that counts what it has not got as 0': [
    (link) =>
      changed(link, () => ({
        get statistics() {
          return { ...link.statistics, delivered: 0, late: 0 };
        },
      })),
    /counts what it counts/,
  ],
  'one that answers time(at) at once': [
    (link) =>
      changed(link, () => ({
        time: (at) => (at === undefined ? link.time() : Promise.resolve(at)),
      })),
    /after all events before it|configures, runs/,
  ],
  'one that calls back at once': [
    (link) => changed(link, () => ({ whenReached: (at, reached) => reached(at) })),
    /calls back when/,
  ],
  'one that can be asked after closing': [
    (link) => changed(link, () => ({ whenReached: () => {} })),
    /is over after closing/,
  ],
  'one whose time does not wrap': [
    (link) =>
      changed(link, () => ({
        time: async (at) => (await link.time(at)) + (link.info.clock === 'board' ? 0 : 2 ** 32),
      })),
    /tells the time/,
  ],
  'one whose listeners go together': [
    (link) => {
      let broken = false;
      return changed(link, () => ({
        listen: (listener) =>
          link.listen({
            ...listener,
            events(events) {
              if (broken) return;
              try {
                listener.events(events);
              } catch {
                broken = true;
              }
            },
          }),
      }));
    },
    /ends a listener that throws/,
  ],
  'one that can be used after closing': [
    (link) =>
      changed(link, () => ({ send: (events) => (link.closed ? undefined : link.send(events)) })),
    /is over after closing/,
  ],
  'one that tells its listeners nothing when it closes': [
    (link) => changed(link, () => ({ listen: ({ events }) => link.listen({ events }) })),
    /is over after closing/,
    /unplugged/,
  ],
  'one that leaves the board open': [
    (link) => changed(link, () => ({ close: async () => {} })),
    /opens again/,
    /is over after closing/,
  ],
  'one that keeps a timer': [
    (link) =>
      changed(link, () => ({
        async close() {
          await link.close();
          throw new DeviceError('busy', 'it cannot be closed');
        },
      })),
    /is over after closing/,
  ],
  'one that calls who listens no more': [
    (link) =>
      changed(link, () => ({
        listen(listener) {
          link.listen(listener);
          return () => {};
        },
      })),
    /listens no more/,
  ],
  'one that stamps changes but makes none up': [
    (link) => changed(link, () => ({ update: async () => 0, updates: [] })),
    /changes in mid-run/,
  ],
  'one that accepts any configuration': [
    (link) =>
      changed(link, () => ({
        configure: (given) => link.configure(given as never).catch(() => {}),
      })),
    /refuses a configuration/,
  ],
  'one that keeps its state when it is configured again': [
    (link) => {
      let once = false;
      return changed(link, () => ({
        async configure(given) {
          if (!once || (given as { nonsense?: boolean }).nonsense)
            await link.configure(given as never);
          // Something is left in the synapses.
          else
            link.send({
              timestamps: Uint32Array.of(await link.time()),
              words: Uint32Array.of(word),
            });
          once = true;
        },
      }));
    },
    /from rest/,
  ],
  'one that keeps what was queued when it is configured': [
    (link) => {
      let queued: HardwareEvents | undefined;
      return changed(link, () => ({
        async configure(given) {
          await link.configure(given as never);
          if (queued !== undefined) link.send(queued);
        },
        send(events) {
          queued = events;
          link.send(events);
        },
      }));
    },
    /queued before a configuration/,
  ],
  'one without a name': [
    (link) => changed(link, () => ({ info: { ...link.info, name: '' } })),
    /says what it is/,
  ],
};

describe('the suite', () => {
  for (const [title, [change, ...wanted]] of Object.entries(broken)) {
    it(`fails ${title}`, async () => {
      const failed: string[] = [];
      const cases = suite({}, change).filter(({ name }) => wanted.some((one) => one.test(name)));
      for (const { name, run } of cases) {
        try {
          await run();
        } catch (cause) {
          expect((cause as Error).message).not.toBe('');
          failed.push(name);
        }
      }
      for (const name of wanted) expect(failed).toContainEqual(expect.stringMatching(name));
    });
  }
});
