/** The command that serves a virtual board over TCP. */
import { InvalidArgumentError, virtualBoard } from 'spikeline';
import { serveBoard } from 'spikeline/devices';
import { problem } from 'spikeline/problems';
import { numberReader, type OptionSpecs, optionHelp } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type StopSignal, stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  listen: {
    value: 'HOST:PORT',
    help: 'where it is reached; without a host from this machine only, port 0 for any',
    fallback: '127.0.0.1:7800',
  },
  seed: { value: 'N', help: 'which piece of silicon it is', fallback: '0' },
  chips: { value: 'N', help: 'chips on it', fallback: '4' },
  mismatch: {
    value: 'FRACTION',
    help: 'mismatch of its transistors, three sigma, at three sigma',
    fallback: '0.3',
  },
  'real-time': { help: 'keep time with the clock, instead of running as fast as it can' },
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
    const numbers = numberReader(given);
    const config = {
      seed: numbers.whole('seed', 0, { min: 0 }),
      chips: numbers.whole('chips', 4, { min: 1 }),
      mismatch: { fraction: numbers.fraction('mismatch', 0.3) },
      realTime: values['real-time'] === true,
    };
    const words = problem('words', 'unknown', positionals, 'there is nothing to name');
    const problems = [...numbers.problems, ...(positionals.length === 0 ? [] : [words])];
    if (problems.length > 0) throw new InvalidArgumentError('no board can be served', problems);
    const listen = (values['listen'] as string | undefined) ?? '127.0.0.1:7800';
    const server = await serveBoard(virtualBoard(config), { listen });
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
