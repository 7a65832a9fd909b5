/** Where a command writes to, and who interrupts it. */
export interface Terminal {
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Where a progress bar may be drawn; undefined if nobody watches, so that lines are better. */
  readonly bars?: NodeJS.WriteStream | undefined;
  /** Calls back once, at the next Ctrl-C; returns what takes that back. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the whole process at once. */
  exit(code: number): void;
}

/** The terminal of this process. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  bars: process.stderr.isTTY ? process.stderr : undefined,
  onInterrupt(listener) {
    process.once('SIGINT', listener);
    return () => void process.removeListener('SIGINT', listener);
  },
  exit: (code) => process.exit(code),
};
