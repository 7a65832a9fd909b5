// Two million events a second over the loopback, from process to process, and to one that is held up.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { lastValueFrom } from 'rxjs';
import { channels } from 'spikeline';
import type { AerPacket } from 'spikeline/events';
import { toUdp } from 'spikeline/sinks';
import { fromPull } from 'spikeline/sources';
import { type BenchRow, row } from './rows.ts';
import type { Heard, Hearing } from './udp-receiver.ts';

const rate = 2e6;
const size = 20_000;

function* packets(events: number): Generator<AerPacket> {
  const addresses = Uint32Array.from({ length: size }, (_, i) => i);
  for (let from = 0; from < events; from += size) {
    const timestamps = Float64Array.from(addresses, (i) => Math.floor((1e6 * (from + i)) / rate));
    yield { timestamps, addresses, space: channels(size), until: timestamps.at(-1)! };
  }
}

/** Sends so many events, and tells what came of them. */
async function send(events: number, hearing: Hearing) {
  const script = fileURLToPath(new URL('udp-receiver.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(hearing)]);
  const [port] = await once(child, 'message');
  const heard = once(child, 'message');
  const source = fromPull(packets(events), { consume: (packet) => [packet] });
  const [begin, used] = [performance.now(), process.cpuUsage()];
  const { sent } = await lastValueFrom(
    source.pipe(toUdp({ port: port as number, rate, maxBytes: 8192 })),
  );
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(used);
  const [{ received, lost }] = (await heard) as [Heard];
  return {
    rate: sent / seconds / 1e6,
    load: (user + system) / 1e6 / seconds,
    missing: sent - received,
    uncounted: sent - received - lost,
  };
}

/** What is lost on the loopback. */
export async function udp(quick: boolean): Promise<BenchRow[]> {
  const events = quick ? 2_000_000 : 10_000_000;
  const quiet = await send(events, { buffer: 2 ** 22, stall: 0 });
  const held = await send(events, { buffer: 2 ** 22, stall: 100 });
  const small = await send(events, { buffer: 2 ** 18, stall: 100 });
  return [
    row('udp.rate', quiet.rate, 'M events/s', '>= 1.9', { events, load: quiet.load }),
    row('udp.lost', quiet.missing, 'events', '<= 0'),
    row('udp.stalled.uncounted', Math.abs(held.uncounted), 'events', '<= 0', {
      lost: held.missing,
    }),
    row('udp.stalled.small.uncounted', Math.abs(small.uncounted), 'events', '<= 0', {
      lost: small.missing,
    }),
  ];
}
