/** The relay of the bench of latencies: events in, answering spikes out. */
import { Subject, type Subscription } from 'rxjs';
import {
  type AerPacket,
  type ChannelSpace,
  type ChipConfig,
  channels,
  chip,
  runOn,
  virtualBoard,
} from 'spikeline';
import { awakeClock } from 'spikeline/devices';
import { randomStream } from 'spikeline/neurons';
import { relay } from '../relay.ts';

const neurons = 256;
const space = channels(neurons);

const net = relay(neurons);

/** A clock that never sleeps while an event comes each millisecond: how late a machine wakes up is not what is measured. */
const clock = awakeClock(1);

/** What a run has shown. */
export interface Found {
  /** Milliseconds from handing an event in to being handed the spike that answers it. */
  readonly latencies: readonly number[];
  readonly sent: number;
  readonly late: number;
  readonly slips: number;
}

/**
 * Runs events through a virtual board for so many seconds, one in each millisecond, at a random moment of it.
 *
 * @param handedIn is called with the number of each event before it is handed in
 */
export async function run(
  seconds: number,
  config: ChipConfig,
  seed: number,
  handedIn: (k: number) => void = () => {},
): Promise<Found> {
  const link = await virtualBoard({ realTime: true, clock, mismatch: { fraction: 0 } }).open();
  const target = chip(link, { clock, ...config });
  const input = new Subject<AerPacket<ChannelSpace>>();
  const handed = new Float64Array(neurons).fill(Number.NaN);
  const latencies: number[] = [];
  const random = randomStream(seed, 'latency');
  let subscription: Subscription | undefined;
  let sent = 0;
  await new Promise<void>((resolve, reject) => {
    subscription = input.pipe(runOn(target, net)).subscribe({
      next({ addresses }) {
        const now = performance.now();
        for (const channel of addresses) {
          const since = handed[channel]!;
          if (!Number.isNaN(since)) latencies.push(now - since);
          handed[channel] = Number.NaN;
        }
      },
      error: reject,
      complete: resolve,
    });
    const begin = performance.now();
    const total = Math.round(seconds * 1000);
    const next = (k: number): void => {
      if (k === total) {
        input.complete();
        return;
      }
      const due = begin + k + random.uniform();
      clock.schedule(() => {
        handedIn(k);
        const now = performance.now();
        const channel = k % neurons;
        handed[channel] = now;
        sent++;
        const time = Math.floor((now - begin) * 1000);
        const addresses = Uint32Array.of(channel);
        input.next({ timestamps: Float64Array.of(time), addresses, space, until: time });
        next(k + 1);
      }, due - performance.now());
    };
    next(0);
  });
  subscription?.unsubscribe();
  await link.close();
  const { late = 0 } = target.losses.byReason;
  return { latencies, sent, late, slips: target.slips.count };
}
