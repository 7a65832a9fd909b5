import type { Given, OptionSpecs } from './arguments.ts';
import type { Stop } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** A command of the command line. */
export interface Command {
  /** Name on the command line. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it takes. */
  readonly options: OptionSpecs;
  /** The whole help. */
  readonly help: string;
  /** Runs the command; returns the exit code. */
  run(given: Given, terminal: Terminal, stop: Stop): Promise<number>;
}

/** Exit codes and what they mean; those of what stops a command from outside are `stopCodes`. */
export const exitCodes = {
  /** Everything went as it should. */
  ok: 0,
  /** The command ran, but what it checked does not hold, or what it was to make could not be made. */
  failed: 1,
  /** The command could not run: bad input, a device or file that failed. */
  unusable: 2,
} as const;
