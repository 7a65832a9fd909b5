// Streams and runs between machines, over a NATS server of the bench's own.
import { lastValueFrom, Subject } from 'rxjs';
import {
  type AerPacket,
  channels,
  dynapSim,
  linear,
  pipeline,
  runOn,
  type SpikeRaster,
  simulator,
  spikeRaster,
} from 'spikeline';
import type { StreamItem } from 'spikeline/events';
import { natsPublisher } from 'spikeline/sinks';
import { fromNats, fromPull, natsItems } from 'spikeline/sources';
import { remote, serveTarget } from 'spikeline/targets';
import { type NatsServer, natsProgram, natsServer } from './nats-process.ts';
import { type BenchRow, row } from './rows.ts';

const access = { reconnect: { attempts: 1000, wait: 0.05 } } as const;
const space = channels(1 << 20);

/** Events in a packet. */
const size = 4096;

/** Packets of events that are numbered by their times and by their addresses. */
function* packets(events: number): Generator<AerPacket> {
  for (let from = 0; from < events; from += size) {
    const count = Math.min(size, events - from);
    const timestamps = Float64Array.from({ length: count }, (_, i) => from + i);
    const addresses = Uint32Array.from(timestamps, (time) => time % space.channels);
    yield { timestamps, addresses, space, until: from + count - 1 };
  }
}

/** Counts what is missing, comes twice, or is not what was sent. */
function checker() {
  const found = { events: 0, lost: 0, twice: 0, wrong: 0 };
  let next = 0;
  return {
    found,
    take(item: StreamItem): void {
      const { timestamps, addresses } = item as AerPacket;
      for (let i = 0; i < timestamps.length; i++) {
        const time = timestamps[i]!;
        if (time > next) found.lost += time - next;
        else if (time < next) found.twice++;
        if (addresses[i] !== time % space.channels) found.wrong++;
        next = Math.max(next, time + 1);
        found.events++;
      }
    },
  };
}

/** A recording that is written and read meanwhile, while the server is killed and started again. */
async function recording(
  server: NatsServer,
  events: number,
  restarts: number,
  note: (text: string) => void,
): Promise<BenchRow[]> {
  const address = `${server.url}/bench.recording`;
  const publisher = natsPublisher(address, { ...access, recording: true, buffer: 2 ** 22 });
  const begin = performance.now();
  let left = restarts;
  const every = Math.ceil(events / size / (restarts + 1));
  const send = async (): Promise<void> => {
    for (const packet of packets(events)) {
      await publisher.publish(packet);
      const { items } = publisher.counts;
      if (items % every !== 0 || left === 0) continue;
      left--;
      note(
        `  ${items * size} events sent, ${publisher.counts.acknowledged} messages kept: kill -9 and start again`,
      );
      await server.restart();
    }
    await publisher.end();
  };
  const { take, found } = checker();
  const sent = send();
  while (publisher.counts.acknowledged === 0) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  for await (const item of natsItems(address, { ...access, recording: true, until: 'end' })) {
    take(item);
  }
  await sent;
  const seconds = (performance.now() - begin) / 1000;
  const fields = { restarts, seconds };
  return [
    row('nats.recording.events', found.events, 'events', `>= ${events}`, fields),
    row('nats.recording.lost', found.lost + found.wrong, 'events', '<= 0'),
    row('nats.recording.twice', found.twice, 'events', '<= 0'),
    row('nats.recording.rate', found.events / seconds / 1e6, 'million events/s'),
  ];
}

/** A live stream, as fast as the server passes it on. */
async function live(server: NatsServer, events: number): Promise<BenchRow[]> {
  const address = `${server.url}/bench.live`;
  const { take, found } = checker();
  const heard = lastValueFrom(fromNats(address, access), { defaultValue: undefined });
  let done = false;
  const ended = heard.finally(() => {
    done = true;
  });
  const subscription = fromNats(address, { ...access, until: 'never' }).subscribe(take);
  // Those who listen must have begun.
  await new Promise((resolve) => {
    setTimeout(resolve, 300);
  });
  const publisher = natsPublisher(address, { ...access, buffer: 2 ** 24 });
  const begin = performance.now();
  await lastValueFrom(
    fromPull(packets(events), { consume: (packet) => publisher.publish(packet) }),
    { defaultValue: undefined },
  );
  await publisher.end();
  while (!done || found.events + found.lost < events) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
  const seconds = (performance.now() - begin) / 1000;
  await ended;
  subscription.unsubscribe();
  return [
    row('nats.live.rate', found.events / seconds / 1e6, 'million events/s', null, {
      events: found.events,
      lost: found.lost,
    }),
  ];
}

/** How long a chunk of 1 ms takes there and back. */
async function roundTrip(server: NatsServer, chunks: number): Promise<BenchRow[]> {
  const address = `${server.url}/bench.simulator`;
  const served = await serveTarget(address, { open: () => simulator() });
  const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
  const source = new Subject<SpikeRaster>();
  let answered = (): void => {};
  const subscription = source.pipe(runOn(remote(address), net)).subscribe(() => answered());
  const times: number[] = [];
  for (let i = 0; i < chunks; i++) {
    const begin = performance.now();
    const came = new Promise<void>((resolve) => {
      answered = resolve;
    });
    source.next(spikeRaster({ channels: 1, dt: 1e-3, startTime: 1000 * i, counts: [1] }));
    await came;
    times.push(performance.now() - begin);
  }
  subscription.unsubscribe();
  await served.close();
  const sorted = times.slice(1).sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
  return [
    row('nats.remote.latency', at(0.5), 'ms', null, { p99: at(0.99), first: times[0], chunks }),
  ];
}

/** Measures streams and runs over NATS. */
export async function nats({
  note,
  quick,
}: {
  readonly note: (text: string) => void;
  readonly quick: boolean;
}): Promise<BenchRow[]> {
  if (natsProgram === undefined) {
    note('nats-server is not installed');
    return [row('nats.recording.events', null, 'events')];
  }
  const server = await natsServer();
  try {
    const events = quick ? 1_000_000 : 10_000_000;
    return [
      ...(await recording(server, events, quick ? 1 : 3, note)),
      ...(await live(server, events)),
      ...(await roundTrip(server, quick ? 200 : 2000)),
    ];
  } finally {
    await server.close();
  }
}
