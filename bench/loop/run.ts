/** The loop that is measured: a relay on the wall clock, wherever it runs; or the same clock without a network. */
import { finalize, tap } from 'rxjs';
import { chip, type Link, simulator, type Target, virtualBoard } from 'spikeline';
import { awakeClock, boardAt } from 'spikeline/devices';
import { closeLoop, type LatencyMeter, metronome, type RealTime } from 'spikeline/loop';
import { relay } from '../relay.ts';

/** Where the network runs; nowhere, for the loop that is bare. */
export type Place = 'bare' | 'simulator' | 'board' | 'socket';

/** The loop that is asked for. */
export interface AskedLoop {
  readonly place: Place;
  /** Length of a step, seconds. */
  readonly dt: number;
  readonly neurons: number;
  /** Whether garbage is collected between the steps, as loops do; not where it is to be seen how much there is. */
  readonly collects: boolean;
}

/** How a loop is run. */
export interface LoopRun extends AskedLoop {
  readonly steps: number;
  /** Address of the board, of place `socket`. */
  readonly address: string | undefined;
  readonly latencies: LatencyMeter;
  /** How late ticks came; of a bare loop. */
  readonly late: LatencyMeter;
  /** Is called with the number of each step that is made. */
  stepped?(made: number): void;
}

/** What came of it. */
export interface LoopFound {
  /** Steps in whose answer the spike was not that was to come. */
  readonly wrong: number;
  /** Steps in whose answer nothing came, since it may have come with that of the step before. */
  readonly together: number;
  readonly missed: number;
}

async function targetOf({
  place,
  address = '',
}: LoopRun): Promise<{ readonly target: Target; readonly link?: Link }> {
  if (place === 'simulator') return { target: simulator() };
  const board =
    place === 'board'
      ? virtualBoard({ realTime: true, mismatch: { fraction: 0 } })
      : boardAt(address);
  const link = await board.open();
  return { target: chip(link, { mode: 'immediate' }), link };
}

/** Runs a loop to its end. */
function ended(work: (done: () => void, failed: (cause: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => work(resolve, reject));
}

/** How time is kept: never asleep; on a clock that is given, the same one, nothing is collected. */
function realTimeOf({ dt, collects }: AskedLoop): RealTime {
  return { spin: 1, ...(collects ? {} : { clock: awakeClock(Math.min(1, dt * 1000)) }) };
}

/** A loop with a network: each step one spike goes in, on one channel after the other, and is to come back. */
async function closed(run: LoopRun): Promise<LoopFound> {
  const { dt, neurons, latencies, steps } = run;
  const { target, link } = await targetOf(run);
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
  let [wrong, made] = [0, 0];
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
    realTime: realTimeOf(run),
    steps,
  });
  await ended((done, failed) =>
    loop.pipe(finalize(() => link?.close())).subscribe({
      next({ action, latency }) {
        if (action === 0) wrong++;
        latencies.record(latency);
        run.stepped?.(++made);
      },
      error: failed,
      complete: done,
    }),
  );
  const { missed = 0, together = 0 } = loop.losses.byReason;
  return { wrong, together, missed };
}

/** The same clock and the same work by hand, without a network. */
async function bare(run: LoopRun): Promise<LoopFound> {
  const { dt, neurons, steps, latencies, late } = run;
  const row = new Uint32Array(neurons);
  const ticks = metronome(dt, { ticks: steps, ...realTimeOf(run) });
  let made = 0;
  await ended((done, failed) =>
    ticks
      .pipe(
        tap((tick) => late.record(tick.late)),
        latencies.start(),
      )
      .subscribe({
        next({ tick }) {
          row.fill(0);
          row[tick % neurons] = 1;
          latencies.end();
          run.stepped?.(++made);
        },
        error: failed,
        complete: done,
      }),
  );
  return { wrong: 0, together: 0, missed: ticks.losses.byReason['missed'] ?? 0 };
}

/** Runs the loop that is asked for. */
export function runLoop(run: LoopRun): Promise<LoopFound> {
  return run.place === 'bare' ? bare(run) : closed(run);
}
