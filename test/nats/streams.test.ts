import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { connect, nkeys } from '@nats-io/transport-node';
import {
  concatWith,
  finalize,
  firstValueFrom,
  from,
  lastValueFrom,
  NEVER,
  of,
  Subject,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { type AerPacket, aerPacket, channels, fromRaster, pixels, spikeRaster } from 'spikeline';
import { lossCounter, marks, type StreamItem, series } from 'spikeline/events';
import { natsPublisher, toNats } from 'spikeline/sinks';
import { fromNats, fromPull, natsItems, natsPosition } from 'spikeline/sources';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { type NatsServer, natsServer, withNats } from '#test/support/nats-server';
import { until } from '#test/support/until';
import { watch } from '#test/support/watch';

const items: readonly StreamItem[] = [
  aerPacket([5, 7], [0, 3], pixels(2, 2), 9),
  spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 4] }),
  { steps: 1, channels: 1, dt: 1e-3, startTime: 0, values: Float64Array.of(0.5) },
  series([1, 2], [0.5, -1]),
  marks([7], ['stimulus on']),
];

/** Packets of one event each, whose times count up. */
const packets = (count: number, first = 0): AerPacket[] =>
  Array.from({ length: count }, (_, i) => aerPacket([first + i], [i % 5], channels(5)));

const times = (all: readonly StreamItem[]): number[] =>
  all.flatMap((item) => [...(item as AerPacket).timestamps]);

withNats('streams over NATS', () => {
  let server: NatsServer;
  let next = 0;
  /** A subject of its own. */
  const subject = (): string => `${server.url}/test.${next++}`;
  const quick = { reconnect: { attempts: 400, wait: 0.02 } } as const;

  beforeAll(async () => {
    server = await natsServer();
  });
  afterAll(() => server.close());

  /** Hears a live stream, once it is sure to hear. */
  async function hearing(address: string, config: Parameters<typeof fromNats>[1] = {}) {
    const source = fromNats(address, { ...quick, ...config, until: 'never' });
    const seen = watch(source);
    const probe = natsPublisher(address, quick);
    for (let tries = 0; seen.values.length === 0; tries++) {
      if (tries > 400) throw new Error('nothing is heard');
      await probe.publish(marks([tries], ['probe']));
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    await probe.end();
    await until(() => seen.values.length > 0);
    const heard = (): StreamItem[] =>
      seen.values.filter((item) => (item as { labels?: string[] }).labels?.[0] !== 'probe');
    return { seen, heard, losses: source.losses };
  }

  it('carries events, rasters, signals, series and marks live', async () => {
    const address = subject();
    const { heard, seen } = await hearing(address);
    const report = await lastValueFrom(from(items).pipe(toNats(address)));
    expect(report).toEqual({ items: 5, acknowledged: 6, dropped: 0 });
    await until(() => heard().length === items.length);
    expect(heard()).toEqual(items);
    seen.subscription.unsubscribe();
  });

  it('keeps a recording and gives it back, as often as one likes', async () => {
    const address = subject();
    const report = await lastValueFrom(from(items).pipe(toNats(address, { recording: true })));
    expect(report).toEqual({ items: 5, acknowledged: 6, dropped: 0 });
    for (const until of ['recorded', 'end'] as const) {
      const back = await lastValueFrom(
        fromNats(address, { recording: true, until }).pipe(toArray()),
      );
      expect(back).toEqual(items);
      expect(back.map(natsPosition)).toEqual([1, 2, 3, 4, 5]);
    }
    const rest = fromNats(address, { recording: true, after: 3 }).pipe(toArray());
    expect(await lastValueFrom(rest)).toEqual(items.slice(3));
    // What is added comes after it.
    await lastValueFrom(from(packets(3)).pipe(toNats(address, { recording: true })));
    const all = await lastValueFrom(fromNats(address, { recording: true }).pipe(toArray()));
    expect(all).toEqual([...items, ...packets(3)]);
  });

  it('goes on where a reader was, whether it was stopped or has ended', async () => {
    const address = subject();
    await lastValueFrom(from(packets(10)).pipe(toNats(address, { recording: true })));
    const reader = { recording: true, reader: 'rates' } as const;
    const read = (count: number) =>
      lastValueFrom(fromNats(address, reader).pipe(take(count), toArray()));
    expect(times(await read(4))).toEqual([0, 1, 2, 3]);
    // Where it was is written when the connection is closed, which the next one does not wait for.
    const rest: number[] = [];
    for (let tries = 0; rest[0] !== 4 && tries < 100; tries++) {
      rest.splice(0, rest.length, ...times(await read(3)));
      if (rest[0] === 0) throw new Error('the position is not kept');
    }
    expect(rest).toEqual([4, 5, 6]);
    const pulled: StreamItem[] = [];
    for await (const item of natsItems(address, reader)) pulled.push(item);
    expect(times(pulled).at(-1)).toBe(9);
    const none = await lastValueFrom(fromNats(address, reader).pipe(toArray()));
    expect(none).toEqual([]);
  });

  it('sends and reads only as fast as consumers work', async () => {
    const address = subject();
    const publisher = natsPublisher(address, { recording: true, buffer: 20_000 });
    let most = 0;
    const sent$ = fromPull(packets(300), {
      consume: async (item) => {
        most = Math.max(most, publisher.counts.items - publisher.counts.acknowledged);
        await publisher.publish(item);
      },
    });
    await lastValueFrom(sent$.pipe(finalize(() => {})), { defaultValue: undefined });
    await publisher.end();
    expect(most).toBeLessThan(200);
    const seen = await lastValueFrom(
      fromPull(natsItems(address, { recording: true }), { consume: of }).pipe(toArray()),
    );
    expect(times(seen)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('holds a source back that can wait, and drops nothing of it', async () => {
    const raster = spikeRaster({ channels: 50, dt: 1e-3, counts: { steps: 400 } });
    for (const recording of [true, false]) {
      const sent$ = fromRaster(raster, { chunkSteps: 1 }).pipe(
        toNats(subject(), { recording, buffer: 3000 }),
      );
      expect(await lastValueFrom(sent$)).toEqual({ items: 400, acknowledged: 401, dropped: 0 });
    }
  });

  it('cuts what the server does not take whole, and joins it again', async () => {
    const address = subject();
    const large = spikeRaster({ channels: 100, dt: 1e-3, counts: { steps: 8000 } });
    large.counts.set([1, 2, 3], large.counts.length - 3);
    const report = await lastValueFrom(of(large).pipe(toNats(address, { recording: true })));
    expect(report.acknowledged).toBe(5);
    const [back] = await lastValueFrom(fromNats(address, { recording: true }).pipe(toArray()));
    const { counts } = back as typeof large;
    expect([counts.length, counts.at(-3), counts.at(-1)]).toEqual([large.counts.length, 1, 3]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
  });

  it('ends with the sender, well or not', async () => {
    const address = subject();
    const source = new Subject<StreamItem>();
    const first = watch(fromNats(address));
    const sender = watch(source.pipe(toNats(address)));
    for (let tries = 0; first.values.length === 0; tries++) {
      source.next(packets(1)[0]!);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      if (tries > 400) throw new Error('nothing is heard');
    }
    const second = watch(fromNats(address));
    while (second.values.length === 0) {
      source.next(packets(1)[0]!);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    source.error(new Error('the camera is unplugged'));
    await until(() => first.ended !== 'no' && second.ended !== 'no');
    expect([sender.ended, first.ended]).toEqual(['errored', 'errored']);
    expect(String(first.error)).toContain('the camera is unplugged');

    const failing = throwError(() => new Error('no disk')).pipe(
      toNats(address, { recording: true }),
    );
    await expect(lastValueFrom(failing)).rejects.toThrow('no disk');
    // What reads it learns of that, once the end has come there.
    const end = (): Promise<unknown> =>
      lastValueFrom(fromNats(address, { recording: true, until: 'end' }), { defaultValue: 0 }).then(
        () => undefined,
        (cause: unknown) => cause,
      );
    let told: unknown;
    while (!String(told).includes('no disk')) told = await end();
    // It ends well if it is recorded to its end after that.
    await lastValueFrom(from(packets(2)).pipe(toNats(address, { recording: true })));
    const found = fromNats(address, { recording: true, until: 'end' }).pipe(toArray());
    expect(times(await lastValueFrom(found))).toEqual([0, 1]);
  });

  it('says what is wrong with what is not there', async () => {
    const nowhere = 'nats://127.0.0.1:1/a';
    const wanted = { name: 'NetworkError', code: 'not-found' };
    await expect(firstValueFrom(fromNats(nowhere))).rejects.toMatchObject(wanted);
    await expect(lastValueFrom(NEVER.pipe(toNats(nowhere)))).rejects.toMatchObject(wanted);
    await expect(natsPublisher(nowhere).end()).rejects.toMatchObject(wanted);
    const none = fromNats(subject(), { recording: true });
    await expect(firstValueFrom(none)).rejects.toMatchObject(wanted);
  });

  it('refuses a second writer of a recording, and a recording that is full', async () => {
    const address = subject();
    const one = natsPublisher(address, { ...quick, recording: true });
    await one.publish(packets(1)[0]!);
    await until(() => one.counts.acknowledged === 1);
    const other = natsPublisher(address, { ...quick, recording: true });
    await other.publish(packets(1)[0]!);
    await until(() => other.counts.acknowledged === 1);
    await one.publish(packets(1)[0]!).catch(() => {});
    await expect(one.end()).rejects.toMatchObject({ code: 'busy' });
    await other.end();

    const small = natsPublisher(subject(), { recording: true, maxBytes: 2000 });
    for (const item of packets(50)) await small.publish(item).catch(() => {});
    await expect(small.end()).rejects.toMatchObject({ code: 'overflow' });
  });

  it('delivers a recording once and in order over restarts of the server', async () => {
    const address = subject();
    const count = 900;
    const publisher = natsPublisher(address, { ...quick, recording: true, buffer: 50_000 });
    const seen: number[] = [];
    let restarts = 0;
    let reading = false;
    const send = async (): Promise<void> => {
      for (const item of packets(count)) {
        await publisher.publish(item);
        if (publisher.counts.items === 1) await until(() => reading);
        if (publisher.counts.items % 400 === 200) {
          restarts++;
          await server.restart();
        }
      }
      await publisher.end();
    };
    const read = async (): Promise<void> => {
      await until(() => publisher.counts.acknowledged > 0);
      const all = natsItems(address, { ...quick, recording: true, until: 'end' });
      for await (const item of all) {
        reading = true;
        seen.push(...times([item]));
      }
    };
    await Promise.all([send(), read()]);
    expect(restarts).toBe(2);
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it('counts what a live stream lost while the server was away', async () => {
    const address = subject();
    const losses = lossCounter();
    const gaps: number[] = [];
    const onGap = ({ elements }: { readonly elements: number }) => gaps.push(elements);
    const { heard, seen } = await hearing(address, { losses, onGap });
    const source = new Subject<StreamItem>();
    const sender = watch(source.pipe(toNats(address, quick)));
    let sent = 0;
    const give = (): void => source.next(packets(1, sent++)[0]!);
    const giveUntil = async (holds: () => boolean): Promise<void> => {
      for (let tries = 0; !holds(); tries++) {
        if (tries > 1000) throw new Error('it does not come');
        give();
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
      }
    };
    await giveUntil(() => heard().length > 2);
    await server.kill();
    await giveUntil(() => (sender.values.at(-1)?.dropped ?? 0) > 5);
    await server.start();
    const before = heard().length;
    await giveUntil(() => heard().length > before);
    source.complete();
    await until(() => sender.ended === 'completed');
    await until(() => times(heard()).at(-1) === sent - 1);
    expect(heard().length + losses.byReason['elements']!).toBe(sent);
    expect(gaps.reduce((sum, n) => sum + n, 0)).toBe(losses.byReason['elements']);
    expect(losses.byReason['reconnects']).toBe(1);
    seen.subscription.unsubscribe();
  });

  it('tells the server who it is by the environment, and shows nothing of it', async () => {
    const guarded = await natsServer('--user', 'ada', '--pass', 'hunter2');
    const address = `${guarded.url}/a`;
    const send = () => lastValueFrom(of(packets(1)[0]!).pipe(toNats(address, { recording: true })));
    try {
      const shut = await send().then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(shut).toMatchObject({ name: 'NetworkError', code: 'refused' });
      process.env['NATS_USER'] = 'ada';
      process.env['NATS_PASSWORD'] = 'wrong-secret';
      const wrong = await send().then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(wrong).toMatchObject({ code: 'refused' });
      expect(inspect(wrong, { depth: 9 })).not.toContain('wrong-secret');
      process.env['NATS_PASSWORD'] = 'hunter2';
      expect((await send()).acknowledged).toBe(2);
      const missing = fromNats(address, { credentials: '/nowhere/ada.creds' });
      await expect(firstValueFrom(missing)).rejects.toMatchObject({ name: 'StorageError' });
    } finally {
      delete process.env['NATS_USER'];
      delete process.env['NATS_PASSWORD'];
      await guarded.close();
    }
  });

  it('encrypts, and says who it is by an nkey', async () => {
    const tls = (name: string) => join(import.meta.dirname, 'tls', name);
    const folder = emptyFolder();
    const [seed, config] = [join(folder, 'user.nk'), join(folder, 'nats.conf')];
    const user = nkeys.createUser();
    writeFileSync(seed, `${new TextDecoder().decode(user.getSeed())}\n`);
    writeFileSync(config, `authorization { users = [{ nkey: ${user.getPublicKey()} }] }`);
    const keys = ['--tlscert', tls('server.pem'), '--tlskey', tls('server.key')];
    const guarded = await natsServer('--config', config, '--tls', ...keys);
    const send = (server: NatsServer, credentials: string, scheme: string) => {
      const address = `${server.url.replace('nats', scheme)}/${scheme}`;
      return lastValueFrom(
        of(packets(1)[0]!).pipe(toNats(address, { recording: true, credentials })),
      );
    };
    try {
      await expect(send(guarded, seed, 'nats')).rejects.toThrow('NATS_CA names a file');
      process.env['NATS_CA'] = tls('server.pem');
      for (const scheme of ['nats', 'tls']) {
        expect((await send(guarded, seed, scheme)).acknowledged).toBe(2);
      }
      await expect(send(guarded, tls('server.key'), 'tls')).rejects.toThrow(
        'holds no credentials: a file of nsc or the seed of an nkey is needed',
      );
      process.env['NATS_CERT'] = tls('nothing.pem');
      await expect(send(guarded, seed, 'tls')).rejects.toMatchObject({ name: 'StorageError' });
      delete process.env['NATS_CERT'];
      delete process.env['NATS_CA'];
      const refused = { code: 'refused', message: expect.stringContaining('does not encrypt') };
      await expect(send(server, seed, 'tls')).rejects.toMatchObject(refused);
    } finally {
      delete process.env['NATS_CERT'];
      delete process.env['NATS_CA'];
      await guarded.close();
    }
  });

  it('says what it may not send or hear', async () => {
    const folder = emptyFolder();
    const config = join(folder, 'nats.conf');
    writeFileSync(
      config,
      'authorization { users = [{ user: ada, password: x, permissions: { publish: "open.>", subscribe: ["open.>", "_INBOX.>"] } }] }',
    );
    const guarded = await natsServer('--config', config);
    process.env['NATS_USER'] = 'ada';
    process.env['NATS_PASSWORD'] = 'x';
    try {
      const sent = (subject: string) =>
        lastValueFrom(
          of(packets(1)[0]!).pipe(concatWith(NEVER), toNats(`${guarded.url}/${subject}`)),
        );
      await expect(sent('shut.a')).rejects.toMatchObject({ code: 'refused' });
      const shut = fromNats(`${guarded.url}/shut.a`);
      await expect(firstValueFrom(shut)).rejects.toMatchObject({ code: 'refused' });
      const open = of(packets(1)[0]!).pipe(toNats(`${guarded.url}/open.a`));
      expect((await lastValueFrom(open)).acknowledged).toBe(2);
    } finally {
      delete process.env['NATS_USER'];
      delete process.env['NATS_PASSWORD'];
      await guarded.close();
    }
  });

  it('counts what others send under its subject, and goes on', async () => {
    const address = subject();
    const { heard, seen, losses } = await hearing(address);
    const other = await connect({ servers: server.url });
    other.publish(address.slice(server.url.length + 1), 'hello');
    await other.drain();
    await lastValueFrom(from(packets(2)).pipe(toNats(address)));
    await until(() => heard().length === 2);
    expect(losses.byReason).toEqual({ foreign: 1 });
    seen.unsubscribe();
  });

  it('ends at once if it is not to reconnect', async () => {
    const { seen } = await hearing(subject(), { reconnect: 'never' });
    await server.restart();
    await until(() => seen.ended === 'errored');
    expect(seen.error).toMatchObject({ name: 'NetworkError', code: 'disconnected' });
  });
});
