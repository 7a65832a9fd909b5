import { Subject } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  channels,
  deploy,
  dynapSim,
  type FpgaReport,
  linear,
  pipeline,
  toFpga,
  virtualBoard,
} from 'spikeline';
import type { Clock } from 'spikeline/devices';
import { freeMemory } from './measure.ts';
import { type BenchRow, row } from './rows.ts';

/** Time that passes as fast as it can. */
interface VirtualTime extends Clock {
  /** Lets `milliseconds` pass and does what falls due, in the order of time. */
  pass(milliseconds: number): void;
}

function virtualTime(): VirtualTime {
  let now = 0;
  const waiting: { readonly due: number; readonly work: () => void }[] = [];
  return {
    now: () => now,
    schedule(work, delay = 0) {
      const item = { due: now + delay, work };
      let at = waiting.length;
      while (at > 0 && waiting[at - 1]!.due <= item.due) at--;
      waiting.splice(at, 0, item);
      return {
        unsubscribe() {
          const found = waiting.indexOf(item);
          if (found >= 0) waiting.splice(found, 1);
        },
      };
    },
    pass(milliseconds) {
      const end = now + milliseconds;
      for (
        let next = waiting.at(-1);
        next !== undefined && next.due <= end;
        next = waiting.at(-1)
      ) {
        waiting.pop();
        now = Math.max(now, next.due);
        next.work();
      }
      now = end;
    },
  };
}

const perSecond = 100_000;
const dt = 0.01;
/** Events of a packet, which lasts a step. */
const perPacket = perSecond * dt;

/** Megabytes that are in use once all that can be freed has been. */
function megabytes(): number {
  freeMemory();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 2 ** 20;
}

/**
 * Sends 100 000 events a second of virtual time for so many hours to a board that starts shortly before its clock wraps, and
 * counts what becomes of them.
 */
export async function soak(hours: number, note: (text: string) => void): Promise<BenchRow[]> {
  const clock = virtualTime();
  const net = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, dt }));
  const { configuration, inputWords } = deploy(net);
  const startTime = 2 ** 32 - 60_000_000;
  const link = await virtualBoard({ clock, realTime: true, dt, startTime }).open();
  await link.configure(configuration);
  const input = new Subject<AerPacket<ChannelSpace>>();
  let report: FpgaReport = { sent: 0, dropped: 0 };
  let ended = false;
  let failure: unknown;
  input.pipe(toFpga(link, { clock, inputWords })).subscribe({
    next(found) {
      report = found;
    },
    error(cause) {
      failure = cause;
      ended = true;
    },
    complete() {
      ended = true;
    },
  });
  const space = channels(1);
  const addresses = new Uint32Array(perPacket);
  const packets = Math.round((hours * 3600) / dt);
  const used: number[] = [];
  const begin = performance.now();
  for (let k = 0; k < packets && failure === undefined; k++) {
    const first = Math.round(k * dt * 1e6);
    const times = Float64Array.from({ length: perPacket }, (_, i) => first + i * 10);
    input.next(aerPacket(times, addresses, space));
    clock.pass(dt * 1000);
    // Answers of the board are promises.
    for (let turn = 0; turn < 4; turn++) await undefined;
    if (k % Math.ceil(packets / 20) === 0) {
      used.push(megabytes());
      note(`${((k * dt) / 3600).toFixed(2)} h: ${used.at(-1)!.toFixed(1)} MB`);
    }
  }
  input.complete();
  for (let i = 0; i < 1000 && !ended; i++) {
    clock.pass(10);
    for (let turn = 0; turn < 20; turn++) await undefined;
  }
  await link.close();
  if (failure !== undefined) throw failure;
  const seconds = (performance.now() - begin) / 1000;
  const { sent, delivered = 0, late = 0, dropped } = report;
  const lost = packets * perPacket - delivered;
  // What the first hour needs once is no growth.
  const settled = used.slice(Math.floor(used.length / 4));
  const growth = settled.at(-1)! - settled[0]!;
  const wraps = Math.floor((startTime + hours * 3600e6) / 2 ** 32);
  const fields = { hours, sent, delivered, late, dropped, wraps, seconds };
  return [
    row('soak.lost', lost, 'events', '<= 0', fields),
    row('soak.growth', growth, 'MB', '<= 2', { least: Math.min(...used), most: Math.max(...used) }),
  ];
}
