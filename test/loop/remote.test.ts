import { lastValueFrom, map, tap, toArray } from 'rxjs';
import {
  chip,
  closeLoop,
  dynapSim,
  linear,
  pipeline,
  simulator,
  type Target,
  virtualBoard,
} from 'spikeline';
import { populationDecode, rateEncode } from 'spikeline/operators';
import { remote, serveTarget } from 'spikeline/targets';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NatsServer, natsServer, withNats } from '#test/support/nats-server';

const net = pipeline(
  linear({
    weight: [
      [30, 0],
      [0, 30],
    ],
  }),
  dynapSim({ neurons: 2 }),
);

/** A place that is to be 0, and what is done to it in the end. */
function place() {
  const done: number[] = [];
  let at = 0;
  let closed = 0;
  return {
    done,
    closed: () => closed,
    reset(seed: number) {
      at = 1 + seed / 10;
      return [at, -at];
    },
    step([speed]: Float64Array, dt: number) {
      done.push(speed!);
      at += speed! * dt;
      return { observation: [at, -at] };
    },
    close: () => void closed++,
  };
}

/** The loop of that place on a target, each step in a few numbers. */
function loop(target: Target, environment = place()) {
  return closeLoop({
    target,
    net,
    environment,
    encode: rateEncode({ range: [0, 1], neurons: 1, rate: 500 }),
    decode: populationDecode({ values: [-0.02, 0.02], method: 'sum', tau: 0.02 }),
    steps: 300,
    seed: 3,
    limits: [-5, 5],
    onStop: Float64Array.of(0),
  }).pipe(
    map(({ step, time, observation, action, input, spikes }) => ({
      step,
      time,
      seen: [...observation],
      action: [...action],
      input: [...input.counts],
      spikes: [...spikes.counts],
    })),
  );
}

withNats('a closed loop whose network runs on another machine', () => {
  let nats: NatsServer;
  let next = 0;
  beforeAll(async () => {
    nats = await natsServer();
  });
  afterAll(() => nats.close());

  const quick = { reconnect: { attempts: 400, wait: 0.02 } } as const;
  async function served(open: () => Target) {
    const address = `${nats.url}/loop${next++}`;
    const server = await serveTarget(address, { ...quick, open });
    return { server, far: remote(address, quick) };
  }

  it('goes step by step as on the simulator here', async () => {
    const { server, far } = await served(simulator);
    const here = await lastValueFrom(loop(simulator()).pipe(toArray()));
    const there = await lastValueFrom(loop(far).pipe(toArray()));
    expect(there).toEqual(here);
    expect(Math.abs(here.at(-1)!.seen[0]!)).toBeLessThan(0.3);
    await server.close();
  });

  it('goes step by step as on a chip here', async () => {
    const open = () => virtualBoard({ seed: 2, mismatch: { fraction: 0.2 } }).open();
    const [own, other] = [await open(), await open()];
    const { server, far } = await served(() => chip(other));
    const here = await lastValueFrom(loop(chip(own)).pipe(toArray()));
    const there = await lastValueFrom(loop(far).pipe(toArray()));
    expect(there).toEqual(here);
    await server.close();
    await own.close();
    await other.close();
  });

  it('ends with a safe action when the server goes away', async () => {
    const { server, far } = await served(simulator);
    const environment = place();
    const seen: number[] = [];
    const steps$ = loop(far, environment).pipe(
      tap(({ step }) => {
        seen.push(step);
        if (step === 20) void server.close();
      }),
    );
    await expect(lastValueFrom(steps$)).rejects.toMatchObject({ name: 'NetworkError' });
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.length).toBeLessThan(300);
    expect(environment.done.at(-1)).toBe(0);
    expect(environment.closed()).toBe(1);
  });
});
