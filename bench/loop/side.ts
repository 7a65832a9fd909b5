// Runs one closed loop in real time and tells how it went: `index.ts` starts it, in a process of its own.
import { PerformanceObserver } from 'node:perf_hooks';
import { finalize, tap } from 'rxjs';
import { chip, type Link, simulator, type Target, virtualBoard } from 'spikeline';
import { boardAt } from 'spikeline/devices';
import { closeLoop, type LatencyMeter, latencyMeter, metronome } from 'spikeline/loop';
import { freeMemory } from '../measure.ts';
import { relay } from '../relay.ts';
import { answers } from '../side.ts';

/** Where the network runs; nowhere, for the loop that is bare. */
export type Place = 'bare' | 'simulator' | 'board' | 'socket';

/** What is asked for. */
export interface Asked {
  readonly place: Place;
  /** Length of a step, seconds. */
  readonly dt: number;
  readonly neurons: number;
  readonly seconds: number;
  /** Address of the board, of place `socket`. */
  readonly address?: string;
}

/** How it went. Latencies in milliseconds. */
export interface Told {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly steps: number;
  readonly missed: number;
  /** Steps in whose answer the spike was not that was to come. */
  readonly wrong: number;
  /** How late ticks came, milliseconds. */
  readonly late50: number;
  readonly late99: number;
  /** Longest pause of the garbage collector, milliseconds, and how many there were. */
  readonly pause: number;
  readonly pauses: number;
  /** The histogram: bounds in milliseconds, and counts. */
  readonly bins: readonly (readonly [from: number, to: number, count: number])[];
}

async function targetOf(
  place: Exclude<Place, 'bare'>,
  address = '',
): Promise<{ readonly target: Target; readonly link?: Link }> {
  if (place === 'simulator') return { target: simulator() };
  const board =
    place === 'board'
      ? virtualBoard({ realTime: true, mismatch: { fraction: 0 } })
      : boardAt(address);
  const link = await board.open();
  return { target: chip(link, { mode: 'immediate' }), link };
}

/** Runs a loop to its end. */
function run(work: (done: () => void, failed: (cause: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => work(resolve, reject));
}

/** A loop with a network: each step one spike goes in, on one channel after the other, and is to come back. */
async function closed(asked: Asked, steps: number, meter: LatencyMeter): Promise<[number, number]> {
  const { place, dt, neurons, address } = asked;
  const { target, link } = await targetOf(place as Exclude<Place, 'bare'>, address);
  let at = 0;
  const seen = { observation: 0 };
  const environment = {
    reset: () => (at = 0),
    step(_: number, passed: number) {
      at = (at + Math.round(passed / dt)) % neurons;
      seen.observation = at;
      return seen;
    },
  };
  const row = new Uint32Array(neurons);
  let before = 0;
  let wrong = 0;
  const loop = closeLoop<number, number>({
    target,
    net: relay(neurons, dt),
    environment,
    encode(channel) {
      row[before] = 0;
      row[channel] = 1;
      before = channel;
      return row;
    },
    decode: ({ counts }, { observation }) => counts[observation]!,
    realTime: { spin: 1 },
    steps,
  });
  await run((done, failed) =>
    loop.pipe(finalize(() => link?.close())).subscribe({
      next({ action, latency }) {
        if (action === 0) wrong++;
        meter.record(latency);
      },
      error: failed,
      complete: done,
    }),
  );
  return [wrong, loop.losses.byReason['missed'] ?? 0];
}

/** The same clock and the same work by hand, without a network. */
async function bare(
  { dt, neurons }: Asked,
  steps: number,
  meter: LatencyMeter,
  late: LatencyMeter,
): Promise<[number, number]> {
  const row = new Uint32Array(neurons);
  const ticks = metronome(dt, { ticks: steps, spin: 1 });
  await run((done, failed) =>
    ticks
      .pipe(
        tap((tick) => late.record(tick.late)),
        meter.start(),
      )
      .subscribe({
        next({ tick }) {
          row.fill(0);
          row[tick % neurons] = 1;
          meter.end();
        },
        error: failed,
        complete: done,
      }),
  );
  return [0, ticks.losses.byReason['missed'] ?? 0];
}

async function measure(asked: Asked): Promise<Told> {
  const steps = Math.round(asked.seconds / asked.dt);
  const [meter, late] = [latencyMeter(), latencyMeter()];
  const loop = (own: Asked, count: number) =>
    own.place === 'bare' ? bare(own, count, meter, late) : closed(own, count, meter);
  // What starting has left behind is no garbage of the loop.
  await loop(asked, Math.min(steps, Math.round(2 / asked.dt)));
  meter.reset();
  late.reset();
  freeMemory();
  await new Promise((resolve) => setTimeout(resolve, 100));
  let [pauses, pause] = [0, 0];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      pauses++;
      pause = Math.max(pause, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const [wrong, missed] = await loop(asked, steps);
  await new Promise((resolve) => setImmediate(resolve));
  observer.disconnect();
  const { p50, p99, p999, max } = meter.summary;
  return {
    p50: p50 / 1000,
    p99: p99 / 1000,
    p999: p999 / 1000,
    max: max / 1000,
    steps,
    missed,
    wrong,
    late50: late.summary.p50 / 1000,
    late99: late.summary.p99 / 1000,
    pause,
    pauses,
    bins: meter.bins().map(({ from, to, count }) => [from / 1000, to / 1000, count]),
  };
}

answers(measure);
