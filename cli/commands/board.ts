/** The command that serves a virtual board over TCP. */
import { InvalidArgumentError, virtualBoard } from 'spikeline';
import { serveBoard } from 'spikeline/devices';
import { problem } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import type { Command } from '../command.ts';
import { readVirtual, virtualOptions } from '../streams/virtual.ts';
import { type StopSignal, stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  listen: {
    value: 'HOST:PORT',
    help: 'where it is reached; without a host from this machine only, port 0 for any',
    fallback: '127.0.0.1:7800',
  },
  ...virtualOptions,
  help: { help: 'print this' },
};

const help = `spikeline board [options]

Serves a virtual board over TCP, to one user at a time, until Ctrl-C. In a program, boardAt('tcp://HOST:PORT')
of spikeline/devices opens it. Whoever reaches the port can use the board.

${optionHelp(options)}

Exit codes: 130 stopped by Ctrl-C, 143 and 129 by SIGTERM and SIGHUP, 2 it could not be served.`;

/** The command that serves a virtual board. */
export const board: Command = {
  name: 'board',
  summary: 'serve a virtual board over TCP',
  options,
  help,
  async run(given, terminal, stop) {
    const { values, positionals } = given;
    const { virtual, problems: found } = readVirtual(given);
    const words = problem('words', 'unknown', positionals, 'there is nothing to name');
    const problems = [...found, ...(positionals.length === 0 ? [] : [words])];
    if (problems.length > 0) throw new InvalidArgumentError('no board can be served', problems);
    const listen = (values['listen'] as string | undefined) ?? '127.0.0.1:7800';
    const server = await serveBoard(virtualBoard(virtual), { listen });
    terminal.out(`${server.address}\n`);
    const signal = await new Promise<StopSignal>((resolve) => {
      const silence = stop.on((heard) => {
        silence();
        resolve(heard);
      });
    });
    await server.close();
    return stopCodes[signal];
  },
};
