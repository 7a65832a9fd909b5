/** Who waits for a time of a DYNAP-SE1 board, and when it has come with everything before it. */
import type { Clock } from '../../../clock.ts';
import type { DeviceError } from '../../../errors.ts';
import type { BoardTime } from './board-time.ts';

/** What decides that a time has come. */
export interface AnswersConfig {
  readonly time: BoardTime;
  readonly clock: Clock;
  /** How long spikes may wait in the board, microseconds. */
  readonly delay: number;
  /** Up to which time the stream has been read, microseconds. */
  heard(): number;
  /** Whether the last transfer was full, so that more of the same waits. */
  full(): boolean;
  /** Asks the board for anything, and resolves after whatever it had sent before. */
  roundTrip(): Promise<unknown>;
  failed(cause: unknown): void;
}

/** Those who wait. */
export interface Answers {
  /** Resolves once everything before a time has been given. */
  wait(time: number): Promise<void>;
  /** Looks who can be answered, since something has been heard. */
  look(): void;
  /** Gives up on all. */
  reject(cause: DeviceError): void;
}

/** Time for a packet on its way, on top of the time for which the board holds it back, microseconds. */
const onItsWay = 300;

/**
 * A time has come when one that is not before it was heard. A board without spikes says its time only every 33 ms: then it is taken to
 * have come when a packet from before must have been sent, and an answer of the board has passed all of them.
 */
export function answers(config: AnswersConfig): Answers {
  const { time, clock, delay } = config;
  let waiting: { readonly at: number; resolve(): void; reject(cause: DeviceError): void }[] = [];
  let timer: { unsubscribe(): void } | undefined;
  let asking = false;

  const answer = (until: number): void => {
    if (!waiting.some(({ at }) => at <= until)) return;
    const due = waiting.filter(({ at }) => at <= until);
    waiting = waiting.filter(({ at }) => at > until);
    for (const { resolve } of due) resolve();
  };
  const ask = async (): Promise<void> => {
    asking = true;
    const now = time.now() - delay - onItsWay;
    await config.roundTrip();
    asking = false;
    if (!config.full()) answer(now);
    arm();
  };
  const arm = (): void => {
    timer?.unsubscribe();
    timer = undefined;
    if (waiting.length === 0 || asking) return;
    const next = waiting.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
    const left = time.until(next + delay + onItsWay);
    // Where much waits, the stream itself will tell.
    const pause = config.full() ? 1 : 0;
    timer = clock.schedule(
      () => {
        timer = undefined;
        if (waiting.length > 0 && !asking) ask().catch(config.failed);
      },
      Math.max(pause, left),
    );
  };
  return {
    wait: (at) =>
      new Promise((resolve, reject) => {
        waiting.push({ at, resolve, reject });
        answer(config.heard());
        arm();
      }),
    look() {
      if (waiting.length === 0) return;
      answer(config.heard());
      if (waiting.length === 0) arm();
    },
    reject(cause) {
      timer?.unsubscribe();
      timer = undefined;
      for (const { reject } of waiting.splice(0)) reject(cause);
    },
  };
}
