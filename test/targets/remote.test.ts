import { lastValueFrom, Subject, toArray } from 'rxjs';
import {
  aerPacket,
  channels,
  chip,
  deploy,
  dynapSim,
  fromRaster,
  InvalidArgumentError,
  linear,
  pipeline,
  poissonRaster,
  runOn,
  type SpikeRaster,
  simulator,
  type Target,
  UnsupportedPipelineError,
  virtualBoard,
} from 'spikeline';
import { lossCounter } from 'spikeline/events';
import {
  type RemoteConfig,
  remote,
  type ServedRunReport,
  serveTarget,
  type TargetServer,
  type TargetSuiteConfig,
  targetSuite,
} from 'spikeline/targets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suiteNetwork } from '#src/pipeline/target-bench';
import { type NatsServer, natsServer, withNats } from '#test/support/nats-server';
import { until } from '#test/support/until';
import { watch } from '#test/support/watch';

/** Made once for all cases. */
const deployment = deploy(suiteNetwork);

const input = poissonRaster({ channels: 2, rate: 100, duration: 0.2, seed: 2 });
const net = pipeline(linear({ weight: [[8], [8]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
const cut = (chunkSteps: number): SpikeRaster[] => {
  const chunks: SpikeRaster[] = [];
  for (let from = 0; from < input.steps; from += chunkSteps) {
    const counts = input.counts.slice(2 * from, 2 * (from + chunkSteps));
    chunks.push({ ...input, steps: counts.length / 2, startTime: 1000 * from, counts });
  }
  return chunks;
};

withNats('a target on another machine', () => {
  let nats: NatsServer;
  let next = 0;
  beforeAll(async () => {
    nats = await natsServer();
  });
  afterAll(() => nats.close());

  const quick = { reconnect: { attempts: 400, wait: 0.02 } } as const;

  /** A target that is served, and what opens it. */
  async function served(open: () => Target, budget = {}) {
    const address = `${nats.url}/target${next++}`;
    const reports: ServedRunReport[] = [];
    const config = { open, budget, onRun: (report: ServedRunReport) => reports.push(report) };
    const server = await serveTarget(address, { ...quick, ...config });
    const far = (own: RemoteConfig = {}) => remote(address, { ...quick, ...own });
    return { address, server, reports, far, config };
  }

  const suites: Record<string, () => Partial<TargetSuiteConfig> & Pick<TargetSuiteConfig, 'open'>> =
    {
      'the simulator': () => {
        let running: TargetServer | undefined;
        return {
          states: ['output:imem', 'hidden:vmem'],
          async open() {
            const { server, far } = await served(simulator);
            running = server;
            return { target: far(), close: () => server.close(), break: () => running!.close() };
          },
        };
      },
      'a chip': () => ({
        async open() {
          const link = await virtualBoard({ mismatch: { fraction: 0 } }).open();
          const { server, far } = await served(() => chip(link, { deployment }));
          const target = far();
          await target.describe();
          const close = async (): Promise<void> => {
            await server.close();
            await link.close();
          };
          return { target, close, break: () => link.unplug() };
        },
      }),
    };
  for (const [name, config] of Object.entries(suites)) {
    describe(`${name}, through the target suite`, () => {
      for (const one of targetSuite({ ...config(), patience: 10_000 })) it(one.name, one.run);
    });
  }

  it('gives the same spikes as here', async () => {
    const { server, far, reports } = await served(simulator);
    const there = await lastValueFrom(
      fromRaster(input, { chunkSteps: 20 }).pipe(runOn(far(), net), toArray()),
    );
    const here = await lastValueFrom(
      fromRaster(input, { chunkSteps: 20 }).pipe(runOn(simulator(), net), toArray()),
    );
    expect(there).toEqual(here);
    await until(() => reports.length > 0);
    expect(reports).toEqual([{ neurons: 1, synapses: 2, outputs: 10, ended: 'completed' }]);
    await server.close();
  });

  it('runs nothing that takes more than the budget, or that the target cannot run', async () => {
    const { server, far, config } = await served(simulator, {
      neurons: 3,
      synapses: 5,
      bytes: 5000,
    });
    const run = (own: ReturnType<typeof pipeline>): Promise<unknown> =>
      lastValueFrom(fromRaster(input).pipe(runOn(far(), own), toArray())).catch(
        (cause: unknown) => cause,
      );
    const many = pipeline(
      linear({
        weight: [
          [1, 1, 1, 1],
          [1, 1, 1, 1],
        ],
      }),
      dynapSim({ neurons: 4 }),
    );
    const refused = await run(many);
    expect(refused).toBeInstanceOf(UnsupportedPipelineError);
    expect((refused as UnsupportedPipelineError).problems.map(({ path }) => path)).toEqual([
      'neurons',
      'synapses',
    ]);
    const weight = [new Array(1000).fill(0.1), new Array(1000).fill(0.1)];
    const large = await run(pipeline(linear({ weight }), dynapSim({ neurons: 1000 })));
    expect(String(large)).toContain('5000');
    expect(await run(net)).toHaveLength(1);
    await server.close();
    expect(config.budget).toEqual({ neurons: 3, synapses: 5, bytes: 5000 });
  });

  it('takes so many runs at once, and says what it serves', async () => {
    const { server, far, address } = await served(simulator, { runs: 1 });
    expect(await far().describe()).toMatchObject({ target: 'simulator', states: true, runs: 0 });
    const source = new Subject<SpikeRaster>();
    const first = watch(source.pipe(runOn(far(), net)));
    source.next(cut(20)[0]!);
    await until(() => first.values.length === 1);
    const second = lastValueFrom(fromRaster(input).pipe(runOn(far(), net)));
    await expect(second).rejects.toMatchObject({ name: 'NetworkError', code: 'busy' });
    await expect(serveTarget(address, { open: simulator })).rejects.toMatchObject({ code: 'busy' });
    first.unsubscribe();
    await until(() => server.runs === 0);
    await server.close();
    await expect(far().describe()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('goes on if who is told of its runs fails, and says so when it is closed', async () => {
    const address = `${nats.url}/target${next++}`;
    const onRun = (): never => {
      throw new Error('no room for reports');
    };
    const server = await serveTarget(address, { ...quick, open: simulator, onRun });
    for (let run = 0; run < 2; run++) {
      const spikes = fromRaster(input).pipe(runOn(remote(address, quick), net));
      expect((await lastValueFrom(spikes)).steps).toBe(input.steps);
    }
    await until(() => server.runs === 0);
    await expect(server.close()).rejects.toThrow('no room for reports');
  });

  it('says what was lost if the server is gone, or goes on there at rest', async () => {
    for (const lost of ['error', 'restart'] as const) {
      const { server, far, address, config } = await served(simulator);
      const losses = lossCounter();
      const source = new Subject<SpikeRaster>();
      const seen = watch(source.pipe(runOn(far({ lost, losses }), net)));
      const chunks = cut(20);
      for (const chunk of chunks.slice(0, 3)) source.next(chunk);
      await until(() => seen.values.length === 3);
      await server.close();
      for (const chunk of chunks.slice(3, 6)) source.next(chunk);
      if (lost === 'error') {
        await until(() => seen.ended === 'errored');
        expect(seen.error).toMatchObject({ name: 'NetworkError', code: 'disconnected' });
        expect(String(seen.error)).toMatch(/closed|answered|no target/);
        continue;
      }
      const again = await serveTarget(address, { ...quick, ...config });
      await until(() => seen.values.length === 6);
      for (const chunk of chunks.slice(6)) source.next(chunk);
      source.complete();
      await until(() => seen.ended === 'completed');
      expect(seen.values.map(({ startTime }) => startTime)).toEqual(
        chunks.map(({ startTime }) => startTime),
      );
      expect(losses.byReason).toEqual({ restarts: 1 });
      await again.close();
    }
  });

  it('goes on over a restart of the NATS server, and counts the events of a bin that had begun', async () => {
    const { server, far } = await served(simulator);
    const losses = lossCounter();
    const source = new Subject<ReturnType<typeof packet>>();
    const packet = (time: number, end: number) => aerPacket([time], [0], channels(2), end);
    const seen = watch(source.pipe(runOn(far({ lost: 'restart', losses }), net)));
    source.next(packet(500, 10_000));
    source.next(packet(12_300, 12_400));
    await until(() => seen.values.length === 2);
    await nats.restart();
    source.next(packet(30_000, 40_000));
    await until(() => seen.values.length === 3);
    source.complete();
    await until(() => seen.ended === 'completed');
    expect(seen.values.map((one) => one.until)).toEqual([10_000, 12_000, 40_000]);
    expect(losses.byReason).toEqual({ restarts: 1, events: 1 });
    await server.close();
  });

  it('ends runs whose users are gone without a word', async () => {
    const address = `${nats.url}/target${next++}`;
    const reports: ServedRunReport[] = [];
    const onRun = (report: ServedRunReport) => reports.push(report);
    const server = await serveTarget(address, { ...quick, open: simulator, patience: 50, onRun });
    const source = new Subject<SpikeRaster>();
    const seen = watch(source.pipe(runOn(remote(address, quick), net)));
    source.next(cut(20)[0]!);
    await until(() => reports.length === 1);
    expect(reports[0]!.ended).toBe('left');
    seen.unsubscribe();
    await server.close();
  });
});

it('refuses junk', () => {
  for (const bad of [7, 'tcp://lab/a', 'nats://a:b@lab/a']) {
    expect(() => remote(bad as string)).toThrow(InvalidArgumentError);
  }
  expect(() => remote('nats:///a', { lost: 'count' as never, patience: 0 })).toThrow(
    /lost.*\n.*patience/,
  );
});

it('refuses to serve junk', async () => {
  const junk = serveTarget('nats:///a', { open: 7 as never, budget: { runs: 0 } });
  await expect(junk).rejects.toThrow(/open.*\n.*budget\.runs/);
});
