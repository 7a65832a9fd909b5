import {
  chip,
  deploy,
  type Link,
  simulator,
  type Target,
  type TargetObserver,
  type TargetRun,
  type VirtualBoardConfig,
  virtualBoard,
} from 'spikeline';
import { boardAt, serveBoard } from 'spikeline/devices';
import { type OpenTarget, type TargetSuiteConfig, targetSuite } from 'spikeline/targets';
import { afterAll, describe, expect, it } from 'vitest';
import type { TargetInput, TargetOutput, TargetRequest } from '#src/pipeline/target';
import {
  binnedSpikes,
  suiteInput,
  suiteNetwork,
  targetBench,
  total,
} from '#src/pipeline/target-bench';
import { type FakeClock, fakeClock } from '#test/devices/fake-clock';
import { turn } from '#test/devices/socket/suite-at-socket';

/** Made once for all cases. */
const deployment = deploy(suiteNetwork);

/** Runs all cases of a suite as tests. */
function tests(config: TargetSuiteConfig): void {
  for (const { name, run } of targetSuite(config)) it(name, run);
}

/** A chip target on a virtual board in virtual time. */
function onVirtual(board: VirtualBoardConfig): TargetSuiteConfig {
  const clock = fakeClock();
  const made = virtualBoard({ clock, mismatch: { fraction: 0 }, ...board });
  const config: TargetSuiteConfig = {
    async open(): Promise<OpenTarget> {
      const link = await made.open();
      return {
        target: chip(link, { clock: clock as never, deployment }),
        close: () => link.close(),
        break: () => link.unplug(),
      };
    },
    exact: board.realTime !== true,
    left: () => clock.pending,
    pass: (milliseconds) => clock.pass(milliseconds),
    patience: 3000,
  };
  return config;
}

/** The same behind a socket. */
async function onSocket(board: VirtualBoardConfig) {
  const clock: FakeClock = fakeClock();
  const made = virtualBoard({ clock, mismatch: { fraction: 0 }, ...board });
  const unplug: (() => void)[] = [];
  const server = await serveBoard(
    {
      async open() {
        const link = await made.open();
        unplug.push(() => link.unplug());
        return link;
      },
    },
    { listen: '0' },
  );
  const config: TargetSuiteConfig = {
    async open() {
      const link: Link = await boardAt(server.address).open();
      return {
        target: chip(link as never, { clock: clock as never, deployment }),
        close: () => link.close(),
        break: () => unplug.at(-1)!(),
      };
    },
    exact: board.realTime !== true,
    left: () => clock.pending,
    pass: (milliseconds) => turn(clock, milliseconds),
    // Turns take no time of the machine, which may be busy when a socket closes.
    patience: 100_000,
  };
  return { config, server };
}

describe('the simulator', () => {
  tests({
    open: async () => ({ target: simulator() }),
    states: ['output:imem', 'hidden:vmem'],
  });
});

for (const realTime of [false, true]) {
  const how = realTime ? 'in real time' : 'as fast as it can';
  describe(`a chip on a virtual board ${how}`, () => tests(onVirtual({ realTime })));
}

describe('a chip on a virtual board behind a socket', async () => {
  const { config, server } = await onSocket({});
  tests(config);
  afterAll(() => server.close());
});

it('a chip gives the same spikes in process and behind a socket', async () => {
  const board = { seed: 3, mismatch: { fraction: 0.3 } };
  const { config, server } = await onSocket(board);
  const runs: TargetOutput[][] = [];
  for (const each of [onVirtual(board), config]) {
    const { used, outputs } = targetBench(each);
    await used(async ({ target }) => {
      runs.push(await outputs(target, [suiteInput], { record: ['hidden', 'output'] }));
    });
  }
  await server.close();
  expect(runs[1]).toEqual(runs[0]);
  expect(total(binnedSpikes(runs[0]!, 'hidden'))).toBeGreaterThan(5);
});

type Observe = (observer: TargetObserver, request: TargetRequest) => TargetObserver;

/** The simulator, with something changed on the way in or out. */
function changed(
  observe: Observe = (observer) => observer,
  work: (run: TargetRun) => Partial<TargetRun> = () => ({}),
  members: Partial<Target> = {},
): Target {
  const target = simulator();
  return {
    ...target,
    start(net, observer, request = {}) {
      const run = target.start(net, observe(observer, request), request);
      return { ...run, ...work(run) };
    },
    ...members,
  };
}

/** The output with every raster or packet in it changed. */
function each(output: TargetOutput, change: (one: TargetInput) => TargetInput): TargetOutput {
  if ('steps' in output || 'timestamps' in output) return change(output as TargetInput);
  return Object.fromEntries(
    Object.entries(output).map(([name, one]) => [name, change(one as TargetInput)]),
  );
}

const shifted = (one: TargetInput): TargetInput =>
  'timestamps' in one
    ? { ...one, timestamps: one.timestamps.map((time) => time - 10_130_000) }
    : { ...one, startTime: one.startTime - 10_130_000 };

/** Targets that are broken on purpose: what is broken, and cases that must notice. */
const broken: Record<string, readonly [() => Target, ...RegExp[]]> = {
  'one that counts time from 0': [
    () =>
      changed((observer) => ({
        ...observer,
        next: (output) => observer.next(each(output, shifted)),
      })),
    /absolute times/,
    /on the same bins/,
  ],
  'one that gives rasters for packets': [
    () =>
      changed((observer) => ({
        ...observer,
        next: (output) => observer.next('timestamps' in output ? suiteInput : output),
      })),
    /gives packets for packets/,
  ],
  'one whose until stands still': [
    () =>
      changed((observer) => ({
        ...observer,
        next: (output) =>
          observer.next(each(output, (one) => ('until' in one ? { ...one, until: 0 } : one))),
      })),
    /empty packets/,
  ],
  'one that starts anew with each chunk': [
    () =>
      changed(undefined, (run) => ({
        push(input) {
          run.reset();
          run.push(input);
        },
      })),
    /however rasters are cut/,
  ],
  'one that never comes to rest': [
    () => changed(undefined, () => ({ reset: () => {} })),
    /on reset/,
  ],
  'one that says nothing beforehand': [
    () => changed(undefined, undefined, { unsupported: () => [] }),
    /says beforehand/,
  ],
  'one that records the output for every name': [
    () => {
      const target = simulator();
      return {
        ...target,
        start: (net, observer, { record, ...request } = {}) =>
          target.start(
            net,
            record === undefined
              ? observer
              : {
                  ...observer,
                  next: (output) =>
                    observer.next(
                      Object.fromEntries(record.map((name) => [name, output as TargetInput])),
                    ),
                },
            request,
          ),
      };
    },
    /records the spikes/,
    /records states/,
  ],
  'one that goes on after an error': [
    () =>
      changed((observer) => ({
        ...observer,
        error(cause) {
          observer.error(cause);
          observer.next(suiteInput);
        },
      })),
    /quiet then/,
  ],
  'one that swallows errors': [
    () => changed((observer) => ({ ...observer, error: () => observer.complete() })),
    /ends in an error on another width/,
  ],
  'one that cannot be stopped': [
    () => changed(undefined, () => ({ stop: () => {} })),
    /stops at once/,
  ],
  'one that completes too late': [
    () => changed((observer) => ({ ...observer, complete: () => {} })),
    /completes at once/,
  ],
  'one that forgets the bin that has begun': [
    () => {
      let whole = 0;
      return changed((observer) => ({
        ...observer,
        next(output) {
          whole++;
          if (whole < 4) observer.next(output);
        },
      }));
    },
    /has begun|however they are cut/,
  ],
};

describe('the suite', () => {
  for (const [title, [make, ...wanted]] of Object.entries(broken)) {
    it(`fails ${title}`, async () => {
      const failed: string[] = [];
      const config: TargetSuiteConfig = {
        open: async () => ({ target: make() }),
        states: ['output:imem'],
        pass: async () => {},
        patience: 20,
      };
      const cases = targetSuite(config).filter(({ name }) => wanted.some((one) => one.test(name)));
      for (const { name, run } of cases) {
        await run().catch((cause: Error) => {
          expect(cause.message).not.toBe('');
          failed.push(name);
        });
      }
      for (const name of wanted) expect(failed).toContainEqual(expect.stringMatching(name));
    });
  }
});
