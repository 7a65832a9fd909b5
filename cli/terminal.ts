import { StorageError } from 'spikeline/problems';
import type { ByteStream } from 'spikeline/sinks';
import type { ByteInput } from 'spikeline/sources';

/** Exit codes of what ends a command from outside: 128 and the number of the signal, as shells have it. */
export const stopCodes = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

/**
 * What ends a command from outside: a signal, or, as SIGPIPE, a reader of its output that is gone.
 */
export type StopSignal = keyof typeof stopCodes;

/** Where a command writes to, and who stops it. */
export interface Terminal {
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Where bytes come from that `-` stands for; standard input if left out. */
  readonly input?: ByteInput;
  /** Where bytes go that `-` stands for; standard output if left out. */
  readonly output?: ByteStream;
  /** Where a progress bar may be drawn; undefined if nobody watches, so that lines are better. */
  readonly bars?: NodeJS.WriteStream | undefined;
  /** Calls back at each wish to stop; returns what takes that back. */
  onStop(listener: (signal: StopSignal) => void): () => void;
  /** Waits until all is written; throws if it cannot be. */
  flush?(): Promise<void>;
}

const listeners = new Set<(signal: StopSignal) => void>();
let broken: Error | undefined;
let watched = false;

function stop(signal: StopSignal): void {
  for (const listener of [...listeners]) listener(signal);
}

/** A stream that cannot be written: its reader is gone, its terminal is gone, or its disk is full. */
function fails(stream: NodeJS.WriteStream): void {
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE') stop('SIGPIPE');
    else if (cause.code === 'EIO') stop('SIGHUP');
    // What went wrong on standard error can be told to nobody.
    else if (stream === process.stdout) broken ??= cause;
  });
}

function watch(): void {
  if (watched) return;
  watched = true;
  fails(process.stdout);
  fails(process.stderr);
}

/** Resolves when all that was written so far has gone, or failed. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => setImmediate(resolve));
  });
}

/** The terminal of this process. */
export const processTerminal: Terminal = {
  out(text) {
    watch();
    process.stdout.write(text);
  },
  err(text) {
    watch();
    process.stderr.write(text);
  },
  bars: process.stderr.isTTY ? process.stderr : undefined,
  onStop(listener) {
    watch();
    listeners.add(listener);
    const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, listener);
    return () => {
      listeners.delete(listener);
      for (const signal of signals) process.removeListener(signal, listener);
    };
  },
  async flush() {
    await written(process.stdout);
    if (broken === undefined) return;
    throw new StorageError('standard output', `cannot be written (${broken.message})`, {
      cause: broken,
    });
  },
};
