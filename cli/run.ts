import { createRequire } from 'node:module';
import { InvalidArgumentError, SpikelineError } from 'spikeline';
import { unknownName } from 'spikeline/problems';
import { readArguments } from './arguments.ts';
import { type Command, exitCodes } from './command.ts';
import { board } from './commands/board.ts';
import { conformance } from './commands/conformance.ts';
import { deploy } from './commands/deploy.ts';
import { frozenNoise } from './commands/frozen-noise.ts';
import { importNir } from './commands/import.ts';
import { inspect } from './commands/inspect.ts';
import { processTerminal, type Terminal } from './terminal.ts';

export type { Terminal } from './terminal.ts';

const commands: readonly Command[] = [frozenNoise, conformance, importNir, deploy, inspect, board];

const usage = `spikeline <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

spikeline <command> --help tells more, spikeline --version which one this is.`;

/** Version of this package. */
function version(): string {
  const require = createRequire(import.meta.url);
  return (require('spikeline-cli/package.json') as { readonly version: string }).version;
}

async function command(args: readonly string[], terminal: Terminal): Promise<number> {
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
  return known.run(given, terminal);
}

/** What a person is told: our own failures in their words, anything else with its trace. */
function reason(cause: unknown): string {
  if (cause instanceof SpikelineError) return cause.message;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/**
 * Runs a command as the command line does and gives its exit code; never throws.
 *
 * @param args the words after `spikeline`
 * @param terminal where it writes to; that of this process if left out
 */
export async function run(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  try {
    return await command(args, terminal);
  } catch (cause) {
    terminal.err(`spikeline: ${reason(cause)}\n`);
    return exitCodes.unusable;
  }
}
