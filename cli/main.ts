#!/usr/bin/env node
import { SpikelineError } from 'spikeline';
import { readArguments } from './arguments.ts';
import { type Command, exitCodes } from './command.ts';
import { conformance } from './commands/conformance.ts';
import { deploy } from './commands/deploy.ts';
import { frozenNoise } from './commands/frozen-noise.ts';
import { importNir } from './commands/import.ts';
import { inspect } from './commands/inspect.ts';

const commands: readonly Command[] = [frozenNoise, conformance, importNir, deploy, inspect];

const usage = `spikeline <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

spikeline <command> --help tells more.`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(`${usage}\n`);
    return name === undefined ? exitCodes.unusable : exitCodes.ok;
  }
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    const names = commands.map((known) => known.name).join(', ');
    process.stderr.write(`there is no command ${name}; there are ${names}\n`);
    return exitCodes.unusable;
  }
  const given = readArguments(rest, command.options);
  if (given.values['help'] === true) {
    process.stdout.write(`${command.help}\n`);
    return exitCodes.ok;
  }
  return command.run(given);
}

/** What a person is told: our own failures in their words, anything else with its trace. */
function tell(cause: unknown): void {
  const text =
    cause instanceof SpikelineError
      ? cause.message
      : cause instanceof Error
        ? (cause.stack ?? cause.message)
        : String(cause);
  process.stderr.write(`spikeline: ${text}\n`);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (cause: unknown) => {
    tell(cause);
    process.exitCode = exitCodes.unusable;
  },
);
