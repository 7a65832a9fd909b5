import { createSocket } from 'node:dgram';
import { from, lastValueFrom, Subject, tap } from 'rxjs';
import {
  aerPacket,
  channels,
  DeviceError,
  dynapSim,
  linear,
  pipeline,
  poissonRaster,
  runOn,
  simulator,
} from 'spikeline';
import { type StreamItem, series } from 'spikeline/events';
import { inSession, openSession, readSession, replay } from 'spikeline/loop';
import { NetworkError, StorageError } from 'spikeline/problems';
import { toLsl, toNats, toUdp, toWebSocket } from 'spikeline/sinks';
import { fromCamera, fromLsl, fromNats, fromUdp, fromWebSocket } from 'spikeline/sources';
import { recorded, remote, serveTarget } from 'spikeline/targets';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { numberedSender } from '#src/events/numbered';
import type { LslApi, LslSamples } from '#src/lsl/api';
import { emptyFolder } from '#test/support/folders';
import { type NatsServer, natsServer, withNats } from '#test/support/nats-server';
import { cut } from '#test/support/rasters';
import {
  type AnyOperator,
  type AnySource,
  inRig,
  plainOutput,
  ways,
} from '#test/support/re-entrant';
import { until } from '#test/support/until';
import { watch } from '#test/support/watch';
import { davis346, davisWords, wordBytes } from '#test/usb-emulator/davis346';
import { fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';

/** What stands for Lab Streaming Layer, of the rig that was made last. */
let lsl: LslApi | undefined;
vi.mock('#src/lsl/library', () => ({ lslLibrary: async () => lsl }));

const net = pipeline(linear({ weight: [[9, 1]] }), dynapSim({ neurons: 2, name: 'out' }));
const chunks = cut(
  poissonRaster({ channels: 1, rate: 300, duration: 0.04, seed: 3 }),
  [10, 10, 10],
);
const items = [0, 1, 2, 3].map((i) => aerPacket([1000 * i, 1000 * i + 5], [i, 1], channels(4)));
const busy = (cause: unknown) => cause instanceof DeviceError && cause.code === 'busy';
const taken = (cause: unknown) => cause instanceof NetworkError && cause.code === 'busy';
const locked = (cause: unknown) => cause instanceof StorageError;
/** Sockets of a kind that this thread has open. */
const open = (kind: string) =>
  process.getActiveResourcesInfo().filter((name) => name === kind).length;

/** Sends four items and the end, once it is known to whom. */
function messages(send: (bytes: Uint8Array) => void) {
  const sender = numberedSender(1400);
  const waiting: Uint8Array[] = [];
  let ready = false;
  const flush = (): void => {
    if (ready) for (const bytes of waiting.splice(0)) send(bytes);
  };
  return {
    ready() {
      ready = true;
      flush();
    },
    speak(i: number) {
      for (const { bytes } of sender.messages(items[i]!)) waiting.push(bytes);
      if (i === 3) waiting.push(sender.end());
      flush();
    },
  };
}

/** The folder of a session of the network. */
const folder = emptyFolder();

beforeAll(async () => {
  const run$ = inSession(folder, {}, (session) =>
    from(chunks).pipe(runOn(session.target(simulator()), net)),
  );
  await lastValueFrom(run$);
});

const operatorRigs: Record<string, AnyOperator> = {
  toUdp: async (clock) => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return {
      operator: toUdp({ port: socket.address().port, clock }),
      items,
      outside: true,
      left: () => clock.waiting + open('UDPWRAP'),
      close: () => new Promise((resolve) => socket.close(() => resolve())),
    };
  },
  toWebSocket: async (clock) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    return {
      operator: toWebSocket(`ws://127.0.0.1:${port}`, { clock }),
      items,
      outside: true,
      left: () => clock.waiting + server.clients.size,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
  toLsl: async (clock) => {
    let left = 0;
    lsl = {
      now: () => clock.now() / 1000,
      find: async () => [],
      outlet() {
        left++;
        return { heard: true, send() {}, close: () => void left-- };
      },
    };
    return { operator: toLsl('spikes', { clock }), items, left: () => left + clock.waiting };
  },
  recorded: async () => {
    const session = await readSession(folder);
    return {
      operator: runOn(recorded(session), net),
      items: chunks,
      outside: true,
      close: () => session.close(),
    };
  },
  'record of a session': async () => {
    const session = openSession(emptyFolder());
    return {
      operator: session.record('events'),
      items,
      close: async () => session.end(),
    };
  },
};

const sourceRigs: Record<string, AnySource> = {
  fromUdp: async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    let port: number | undefined;
    const { speak, ready } = messages((bytes) => socket.send(bytes, port!, '127.0.0.1'));
    const onListening = (given: number): void => {
      port ??= given;
      ready();
    };
    return {
      source: fromUdp({ port: 0, onListening }),
      speak,
      outside: true,
      // It listens at a port of its own, to which nobody speaks.
      again: () => true,
      left: () => open('UDPWRAP'),
      close: () => new Promise((resolve) => socket.close(() => resolve())),
    };
  },
  fromWebSocket: async () => {
    let client: WebSocket | undefined;
    const { speak, ready } = messages((bytes) => client!.send(bytes));
    const onListening = (port: number): void => {
      if (client !== undefined) return;
      client = new WebSocket(`ws://127.0.0.1:${port}`);
      client.on('open', ready);
    };
    return {
      source: fromWebSocket({ listen: 0 }, { onListening }),
      speak,
      outside: true,
      // It listens at a port of its own, to which nobody speaks.
      again: () => true,
      left: () => open('TCPSERVERWRAP') + open('TCPSocketWrap') + open('TCPServerWrap'),
      close: async () => client?.terminate(),
    };
  },
  fromLsl: async (clock) => {
    /** What each that hears has to hear yet. */
    const inlets: LslSamples[][] = [];
    let left = 0;
    const now = (): number => clock.now() / 1000;
    lsl = {
      now,
      async find() {
        const waiting = [...(inlets[0] ?? early)];
        inlets.push(waiting);
        left++;
        return [
          {
            description: {
              ...{ name: 'eeg', type: 'EEG', channels: 1, rate: 0, texts: false, source: 'a' },
            },
            pull: () => waiting.shift(),
            correction: async () => ({ remote: now(), offset: 0, uncertainty: 0 }),
            restarted: () => false,
            async close() {
              left--;
            },
          },
        ];
      },
      outlet: () => {
        throw new Error('not here');
      },
    };
    const early: LslSamples[] = [];
    return {
      source: fromLsl('eeg', { clock, lateness: 60_000 }),
      speak(i) {
        const one = { times: Float64Array.of(now()), values: Float64Array.of(i), texts: [] };
        for (const waiting of inlets.length === 0 ? [early] : inlets) waiting.push(one);
      },
      // Of a source that speaks to all, a second subscriber hears the rest.
      again: () => true,
      key: ({ values }) => [...values],
      left: () => left + clock.waiting,
    };
  },
  fromCamera: async (clock) => {
    const camera = davis346();
    const plugged = plugIn(camera);
    const early: Uint8Array[] = [];
    const flush = (): void => {
      if (camera.running) for (const bytes of early.splice(0)) camera.send(bytes);
      else if (early.length > 0) clock.schedule(flush, 10);
    };
    return {
      source: fromCamera('davis346', { access: fakeUsb(plugged), clock }),
      speak(i) {
        early.push(wordBytes(davisWords([[100 * i + 100, i, 0, 1]])));
        flush();
      },
      again: busy,
      left: () => plugged.waiting + Number(plugged.opened),
    };
  },
  replay: async () => {
    const session = await readSession(folder);
    return {
      source: replay(session, simulator()),
      outside: true,
      close: () => session.close(),
    };
  },
  inSession: async () => ({
    source: inSession(emptyFolder(), {}, (session) => from(items).pipe(session.record('events'))),
    again: locked,
  }),
};

function tryAll(kind: 'operator' | 'source', name: string, make: AnyOperator | AnySource): void {
  describe(`${name}: a subscriber that`, () => {
    for (const [what, way] of Object.entries(ways)) {
      it(what, async () => {
        const expected = await plainOutput(kind, make);
        expect(expected.length).toBeGreaterThan(0);
        await inRig(kind, make, way(expected));
      });
    }
  });
}

for (const [name, make] of Object.entries(operatorRigs)) tryAll('operator', name, make);
for (const [name, make] of Object.entries(sourceRigs)) tryAll('source', name, make);

it('toLsl sends what comes of an answer after what had come before its library was there', async () => {
  const sent: number[] = [];
  lsl = {
    now: () => 0,
    find: async () => [],
    outlet: () => ({ heard: true, send: (_, values) => void sent.push(...values), close() {} }),
  };
  const source = new Subject<StreamItem>();
  let answers = 0;
  const seen = watch(
    source.pipe(
      toLsl('spikes', { linger: 0 }),
      tap(() => {
        if (answers++ === 0) source.next(series([3], [3]));
        if (answers === 3) source.complete();
      }),
    ),
  );
  for (const value of [1, 2]) source.next(series([value], [value]));
  await until(() => seen.ended !== 'no');
  expect([seen.ended, sent]).toEqual(['completed', [1, 2, 3]]);
});

withNats('over NATS', () => {
  let server: NatsServer;
  let next = 0;
  const address = (): string => `${server.url}/again.${next++}`;

  beforeAll(async () => {
    server = await natsServer();
  });
  afterAll(() => server.close());

  for (const recording of [false, true]) {
    tryAll('operator', `toNats, ${recording ? 'a recording' : 'live'}`, async () => ({
      operator: toNats(address(), { recording }),
      items,
      outside: true,
      key: ({ items: count, dropped }) => [count, dropped],
      again: recording ? taken : () => true,
      eitherAgain: recording,
    }));
  }
  tryAll('source', 'fromNats of a recording', async () => {
    const at = address();
    await lastValueFrom(from(items as StreamItem[]).pipe(toNats(at, { recording: true })));
    return { source: fromNats(at, { recording: true, until: 'end' }), outside: true };
  });
  tryAll('operator', 'remote', async () => {
    const at = address();
    const served = await serveTarget(at, { open: () => simulator() });
    const target = remote(at);
    return {
      operator: runOn(target, net),
      items: chunks,
      outside: true,
      again: busy,
      close: async () => {
        await served.close();
      },
    };
  });
});
