import { type ChildProcess, spawn } from 'node:child_process';
import { lastValueFrom, Subject, toArray } from 'rxjs';
import {
  dynapSim,
  linear,
  pipeline,
  poisson,
  runOn,
  type SpikeRaster,
  simulator,
  spikeRaster,
} from 'spikeline';
import { lossCounter } from 'spikeline/events';
import { remote, serveTarget } from 'spikeline/targets';
import { run, type StopSignal } from 'spikeline-cli';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '#test/cli/run-cli';
import { type NatsServer, natsServer, withNats } from '#test/support/nats-server';
import { program } from '#test/support/programs';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));

withNats('spikeline serve', () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await natsServer();
  });
  afterAll(() => nats.close());

  it.each(['simulator', 'chip'])('serves a %s until it is interrupted', async (target) => {
    const address = `${nats.url}/${target}`;
    let out = '';
    let interrupt: (signal: StopSignal) => void = () => {};
    const args = ['serve', '--target', target, '--nats', address, '--neurons', '1', '--json'];
    const code = run(args, {
      out: (text) => {
        out += text;
      },
      err: () => {},
      onStop(listener) {
        interrupt = listener;
        return () => {};
      },
    });
    await expect.poll(() => out, { timeout: 5000 }).toContain('serving');
    const noise = { channels: 1, rate: 100, duration: 0.1, seed: 0 };
    const far = remote(address);
    expect(await far.describe()).toMatchObject({ target, states: target === 'simulator' });
    const found = await lastValueFrom(poisson(noise).pipe(runOn(far, net), toArray()));
    expect(found.reduce((sum, { steps }) => sum + steps, 0)).toBe(100);
    const large = pipeline(linear({ weight: [[8, 8]] }), dynapSim({ neurons: 2 }));
    const refused = lastValueFrom(poisson(noise).pipe(runOn(far, large)));
    await expect(refused).rejects.toThrow('this server runs 1 at most');
    interrupt('SIGINT');
    expect(await code).toBe(130);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => Object.keys(line))).toEqual([['serving'], ['run'], ['run']]);
    expect(lines[1]).toMatchObject({ run: { neurons: 1, ended: 'completed' } });
  });

  /** Serves in a process of its own; resolves once it does. */
  function serving(address: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, program('cli/main.ts', 'serve', '--nats', address), {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return new Promise((resolve) => {
      child.stdout!.once('data', () => resolve(child));
    });
  }

  it('is killed, and another one started: the stream errs, or goes on, and says what was lost', async () => {
    const address = `${nats.url}/killed`;
    const losses = lossCounter();
    const access = { reconnect: { attempts: 4000, wait: 0.02 } } as const;
    const chunk = (i: number): SpikeRaster =>
      spikeRaster({ channels: 1, dt: 1e-3, startTime: 1000 * i, counts: [i % 2] });
    const server = await serving(address);
    const source = new Subject<SpikeRaster>();
    const errs = watch(source.pipe(runOn(remote(address, access), net)));
    const goesOn = watch(
      source.pipe(runOn(remote(address, { ...access, lost: 'restart', losses }), net)),
    );
    for (let i = 0; i < 3; i++) source.next(chunk(i));
    await expect.poll(() => errs.values.length + goesOn.values.length).toBe(6);
    server.kill('SIGKILL');
    await new Promise((resolve) => server.once('exit', resolve));
    for (let i = 3; i < 6; i++) source.next(chunk(i));
    await expect.poll(() => errs.ended, { timeout: 5000 }).toBe('errored');
    expect(errs.error).toMatchObject({ name: 'NetworkError', code: 'disconnected' });
    expect(String(errs.error)).toMatch(/3 inputs were not answered, after 3000 µs/);
    const again = await serveTarget(address, { open: () => simulator() });
    await expect.poll(() => goesOn.values.length, { timeout: 20_000 }).toBe(6);
    source.complete();
    await expect.poll(() => goesOn.ended).toBe('completed');
    expect(goesOn.values.map(({ startTime }) => startTime)).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => 1000 * i),
    );
    expect(losses.byReason).toEqual({ restarts: 1 });
    await again.close();
  });

  it('says that there is no NATS server, and what to start', async () => {
    const { code, stderr } = await runCli(['serve', '--nats', 'nats://127.0.0.1:1/a']);
    expect(code).toBe(2);
    expect(stderr).toContain('nats-server');
  });
});

it.each([
  [['serve', '--target', 'fpga'], 'simulator or chip'],
  [['serve', '--nats', 'nats://ada:secret@lab/a'], 'NATS_CREDS'],
  [['serve', '--seed', '3'], 'belongs to --target chip'],
  [['serve', '--runs', '0'], '--runs is 0'],
  [['serve', 'FILE'], 'there is nothing to name'],
])('refuses %j', async (args, reason) => {
  const { code, stderr } = await runCli(args);
  expect(code).toBe(2);
  expect(stderr).toContain(reason);
  expect(stderr).not.toContain('secret');
});
