/** The clock of a DYNAP-SE1 board is set to zero when it is opened: so the host knows what time it is there. */
import type { Clock } from '../../../clock.ts';
import { DeviceError } from '../../../errors.ts';

/** Time within which a board must begin to send, milliseconds: it says at once that its clock was reset. */
const firstWord = 2000;

/** Times that a board's clock is set to zero at most, until it is known well enough when that was. */
const mostResets = 5;
/** A request that took so long tells well enough when it was, milliseconds. */
const goodReset = 1;

/** What a board is reset with. */
export interface FirstResetConfig {
  readonly clock: Clock;
  /** What the board is, for people. */
  readonly what: string;
  reset(): Promise<void>;
}

/** Sets a clock to zero, and waits until the board says so. */
export interface FirstReset {
  /** Learns that the board has said that its clock was set; whether somebody waits for that. */
  heard(): boolean;
  /** Gives up. */
  fail(cause: DeviceError): void;
  /**
   * Resets, and tells between which two moments of the host's clock that was, milliseconds; again while a host that was busy
   * cannot tell when it was.
   *
   * @throws DeviceError `timed-out` if the board does not say so
   */
  run(known: (before: number, after: number) => void): Promise<void>;
}

/** Prepares to reset the clock of a board. */
export function firstReset({ clock, what, reset }: FirstResetConfig): FirstReset {
  let waiting: ((cause?: DeviceError) => void) | undefined;
  const once = async (known: (before: number, after: number) => void): Promise<number> => {
    const heard = new Promise<void>((resolve, reject) => {
      const timer = clock.schedule(() => {
        const why = `the ${what} sends nothing; unplug it, and plug it in again`;
        waiting?.(new DeviceError('timed-out', why));
      }, firstWord);
      waiting = (cause) => {
        waiting = undefined;
        timer.unsubscribe();
        if (cause === undefined) resolve();
        else reject(cause);
      };
    });
    // A request that fails tells more.
    heard.catch(() => {});
    const before = clock.now();
    await reset().catch((cause: unknown) => {
      waiting?.();
      throw cause;
    });
    const after = clock.now();
    await heard;
    known(before, after);
    return after - before;
  };
  return {
    heard() {
      const awaited = waiting !== undefined;
      waiting?.();
      return awaited;
    },
    fail: (cause) => waiting?.(cause),
    async run(known) {
      for (let tries = 0; tries < mostResets && (await once(known)) > goodReset; tries++);
    },
  };
}
