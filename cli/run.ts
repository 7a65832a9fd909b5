import { createRequire } from 'node:module';
import { InvalidArgumentError, SpikelineError } from 'spikeline';
import { printableLines, unknownName } from 'spikeline/problems';
import { readArguments } from './arguments.ts';
import { exitCodes } from './command.ts';
import { commands } from './commands/index.ts';
import { restoreTerminal } from './progress-bar.ts';
import { type Stop, stopOf } from './stop.ts';
import { processTerminal, type Terminal } from './terminal.ts';

export type { StopSignal, Terminal } from './terminal.ts';

const usage = `spikeline <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

spikeline <command> --help tells more, spikeline --version which one this is.`;

/** Version of this package. */
function version(): string {
  const require = createRequire(import.meta.url);
  return (require('spikeline-cli/package.json') as { readonly version: string }).version;
}

async function command(args: readonly string[], terminal: Terminal, stop: Stop): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version') {
    terminal.out(`spikeline ${version()}\n`);
    return exitCodes.ok;
  }
  if (name === undefined || name === '--help' || name === 'help') {
    terminal.out(`${usage}\n`);
    return name === undefined ? exitCodes.unusable : exitCodes.ok;
  }
  const known = commands.find((one) => one.name === name);
  if (known === undefined) {
    throw new InvalidArgumentError('the command line cannot be read', [
      unknownName(
        name,
        commands.map((one) => one.name),
      ),
    ]);
  }
  const given = readArguments(rest, known.options);
  if (given.values['help'] === true) {
    terminal.out(`${known.help}\n`);
    return exitCodes.ok;
  }
  return known.run(given, terminal, stop);
}

/** What a person is told: our own failures in their words, anything else with its trace. */
function reason(cause: unknown): string {
  if (cause instanceof SpikelineError) return cause.message;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** A terminal that obeys nothing of what comes from outside, such as names. */
function guarded(terminal: Terminal): Terminal {
  return {
    ...terminal,
    out: (text) => terminal.out(printableLines(text)),
    err: (text) => terminal.err(printableLines(text)),
  };
}

/**
 * Runs a command as the command line does and gives its exit code; never throws. Listens to signals while it
 * runs.
 *
 * @param args the words after `spikeline`
 * @param terminal where it writes to, and who stops it; that of this process if left out
 */
export async function run(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  const { stop, ended, close } = stopOf(terminal);
  const own = guarded(terminal);
  const failed = (cause: unknown): number => {
    own.err(`spikeline: ${reason(cause)}\n`);
    return exitCodes.unusable;
  };
  try {
    const code = await Promise.race([command(args, own, stop).catch(failed), ended]);
    await terminal.flush?.();
    // A reader that left while the last words were written is heard of now.
    return await Promise.race([ended, code]);
  } catch (cause) {
    return failed(cause);
  } finally {
    restoreTerminal();
    close();
  }
}
