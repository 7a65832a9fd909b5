/** Wishes to stop, as a command hears them. */
import { type StopSignal, stopCodes, type Terminal } from './terminal.ts';

/** What tells a command that it is to stop, and lets it say how. */
export interface Stop {
  /**
   * Calls back at each wish to stop, until it is taken back by what is returned. Whoever listens keeps what it
   * has and ends by itself; if nobody does, the command ends where it is.
   */
  on(listener: (signal: StopSignal) => void): () => void;
  /** Ends the command where it is. */
  now(signal: StopSignal): void;
}

/** A command's `Stop`, the exit code that it ends with at once, and what ends listening. */
export function stopOf(terminal: Terminal): {
  readonly stop: Stop;
  readonly ended: Promise<number>;
  close(): void;
} {
  const listeners = new Set<(signal: StopSignal) => void>();
  let end: (code: number) => void;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const now = (signal: StopSignal): void => end(stopCodes[signal]);
  const close = terminal.onStop((signal) => {
    if (listeners.size === 0) now(signal);
    for (const listener of [...listeners]) listener(signal);
  });
  const on: Stop['on'] = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { stop: { on, now }, ended, close };
}
