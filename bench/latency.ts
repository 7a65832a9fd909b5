import { Subject, type Subscription } from 'rxjs';
import {
  type AerPacket,
  type ChannelSpace,
  type ChipConfig,
  channels,
  chip,
  dynapSim,
  linear,
  pipeline,
  runOn,
  virtualBoard,
} from 'spikeline';
import { systemClock } from 'spikeline/devices';
import { randomStream } from 'spikeline/neurons';
import { median, quantile } from './measure.ts';
import { type BenchRow, row } from './rows.ts';

const neurons = 256;
const space = channels(neurons);

/** A network in which one input spike makes its neuron fire, once, in the same bin. */
const relay = pipeline(
  linear({
    weight: Array.from({ length: neurons }, (_, i) =>
      Array.from({ length: neurons }, (__, j) => (i === j ? 30 : 0)),
    ),
  }),
  dynapSim({ neurons, Ispkthr: 1e-10, Itau_syn: 1e-9 }),
);

/** What a run has shown. */
interface Found {
  /** Milliseconds from handing an event in to being handed the spike that answers it. */
  readonly latencies: readonly number[];
  readonly sent: number;
  readonly late: number;
  readonly slips: number;
}

/** Runs events through a virtual board for so many seconds, one in each millisecond, at a random moment of it. */
async function run(seconds: number, config: ChipConfig, seed: number): Promise<Found> {
  const link = await virtualBoard({ realTime: true, mismatch: { fraction: 0 } }).open();
  const target = chip(link, config);
  const input = new Subject<AerPacket<ChannelSpace>>();
  const handed = new Float64Array(neurons).fill(Number.NaN);
  const latencies: number[] = [];
  const random = randomStream(seed, 'latency');
  let subscription: Subscription | undefined;
  let sent = 0;
  await new Promise<void>((resolve, reject) => {
    subscription = input.pipe(runOn(target, relay)).subscribe({
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
      systemClock.schedule(() => {
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

/** How long what can be known of a run beside its latencies is told with each row. */
function fields({ latencies, sent, late, slips }: Found): Readonly<Record<string, unknown>> {
  return { sent, unanswered: sent - latencies.length, late, slips };
}

/** Latencies of a board in this process, in real time: with look-ahead and without. */
export async function latency(seconds: number, note: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  await run(2, { lookAhead: 5e-3 }, 0);
  for (const ahead of [1, 5]) {
    note(`look-ahead of ${ahead} ms for ${seconds} s`);
    const found = await run(seconds, { lookAhead: ahead / 1000 }, ahead);
    const middle = median(found.latencies);
    const high = quantile(found.latencies, 0.99);
    const name = `latency.${ahead}ms`;
    rows.push(row(`${name}.median`, middle, 'ms', `<= ${ahead + 1.3}`, fields(found)));
    rows.push(row(`${name}.p99`, high, 'ms', `<= ${middle + 1}`, fields(found)));
  }
  const starts: number[] = [];
  for (let start = 0; start < 10; start++) {
    note(`start ${start + 1} of 10`);
    starts.push(median((await run(seconds / 6, { lookAhead: 5e-3 }, 100 + start)).latencies));
  }
  const spread = Math.max(...starts) - Math.min(...starts);
  rows.push(row('latency.5ms.spread', spread, 'ms', '<= 0.2', { medians: starts }));
  note(`immediate for ${seconds} s`);
  const found = await run(seconds, { mode: 'immediate' }, 200);
  const [middle, high] = [median(found.latencies), quantile(found.latencies, 0.99)];
  rows.push(row('latency.immediate.p50', middle, 'ms', '<= 1.2', fields(found)));
  rows.push(row('latency.immediate.p99', high, 'ms', '<= 2', fields(found)));
  return rows;
}
