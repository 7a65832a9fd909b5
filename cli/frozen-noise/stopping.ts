/** Wishes to stop the experiment: the first Ctrl-C ends training alone, everything else ends it all and keeps what there is. */
import { type MonoTypeOperatorFunction, Observable, ReplaySubject } from 'rxjs';
import type { Stop } from '../stop.ts';
import type { StopSignal, Terminal } from '../terminal.ts';

/** Thrown where the experiment ends before its time. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly signal: StopSignal;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** Ends a stream with `Stopped` at a wish to stop. */
export function unlessStopped<T>(stop$: Observable<StopSignal>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      subscriber.add(stop$.subscribe((signal) => subscriber.error(new Stopped(signal))));
      if (!subscriber.closed) subscriber.add(source.subscribe(subscriber));
    });
}

/** Wishes to stop. */
export interface Wishes {
  /** Emits once when training is to end and all else to go on, whether or not anybody listened by then. */
  readonly early$: Observable<StopSignal>;
  /** Emits once when everything is to end. */
  readonly stop$: Observable<StopSignal>;
  /** From now on a Ctrl-C ends everything. */
  trained(): void;
  /** Throws `Stopped` if everything is to end. */
  check(): void;
  /** Ends listening. */
  close(): void;
}

/** Listens to wishes to stop, from the first word on. */
export function wishesOf(terminal: Terminal, stop: Stop): Wishes {
  const early$ = new ReplaySubject<StopSignal>(1);
  const stop$ = new ReplaySubject<StopSignal>(1);
  let training = true;
  let stopped: StopSignal | undefined;
  const close = stop.on((signal) => {
    if (stopped !== undefined) {
      stop.now(signal);
    } else if (signal === 'SIGINT' && training) {
      training = false;
      terminal.err('\nending training early; press Ctrl-C again to stop everything\n');
      early$.next(signal);
    } else {
      stopped = signal;
      if (signal !== 'SIGPIPE') terminal.err('\nstopping, with what was found so far\n');
      stop$.next(signal);
    }
  });
  return {
    early$,
    stop$,
    trained: () => {
      training = false;
    },
    check: () => {
      if (stopped !== undefined) throw new Stopped(stopped);
    },
    close,
  };
}
