/** The command that serves a target over NATS. */
import { InvalidArgumentError, type Target } from 'spikeline';
import type { Losses } from 'spikeline/events';
import { type NetworkError, problem } from 'spikeline/problems';
import { type ServedRunReport, type ServeTargetConfig, serveTarget } from 'spikeline/targets';
import { type Given, numberReader, type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { boardAddressHelp } from '../streams/board.ts';
import { optionReader } from '../streams/options.ts';
import {
  endingOf,
  failureOf,
  type Recorder,
  readRecord,
  recorder,
  recordOption,
} from '../streams/recorder.ts';
import {
  type AskedBoard,
  boardOptions,
  openTarget,
  readBoard,
  targetName,
} from '../streams/target.ts';
import { type StopSignal, stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  target: {
    value: 'NAME',
    help: 'what runs the pipelines: simulator or chip',
    fallback: 'simulator, with --board chip',
  },
  nats: {
    value: 'URL',
    help: 'server and subject under which it is reached',
    fallback: 'nats://127.0.0.1:4222/TARGET',
  },
  credentials: { value: 'FILE', help: 'credentials for the server; else those of the environment' },
  neurons: { value: 'N', help: 'neurons that a pipeline may have', fallback: '100000' },
  synapses: { value: 'N', help: 'weights that a pipeline may have', fallback: '10000000' },
  bytes: { value: 'N', help: 'bytes that a saved pipeline may have', fallback: '67108864' },
  runs: { value: 'N', help: 'runs at once; on a chip there is one', fallback: '4' },
  ...boardOptions,
  ...recordOption,
  overwrite: { help: 'write over what --record names' },
  json: { help: 'print what is served, and each run that has ended, as a line of JSON' },
  help: { help: 'print this' },
};

const help = `spikeline serve --target simulator|chip [--nats URL] [options]

Runs pipelines for programs on other machines until Ctrl-C: there, runOn(remote('nats://HOST:PORT/SUBJECT'), net)
of spikeline/targets runs on this target as on any other. Start the NATS server before it, on this machine:

  nats-server --addr 127.0.0.1

It reaches the NATS server of this machine unless --nats names another. Whoever is let in by that server can use the
target; what a pipeline may take is checked before anything is built of it. Credentials are read from a file
(--credentials) or from the environment (NATS_CREDS, NATS_NKEY, NATS_TOKEN, NATS_USER and NATS_PASSWORD), never from
the URL. A line tells of each run that has ended.

${boardAddressHelp}

${optionHelp(options)}

Exit codes: 130 stopped by Ctrl-C, 143 and 129 by SIGTERM and SIGHUP, 1 the NATS server was gone for too long, 2 it
could not be served.`;

/** What is to be served. */
interface Asked {
  readonly target: 'simulator' | 'chip';
  readonly address: string;
  readonly json: boolean;
  readonly board: AskedBoard;
  readonly budget: NonNullable<ServeTargetConfig['budget']>;
  readonly credentials: string | undefined;
  readonly record: string | undefined;
  readonly overwrite: boolean;
}

function configure(given: Given): Asked {
  const { values, positionals } = given;
  const numbers = numberReader(given);
  const target = targetName(given);
  const budget = {
    neurons: numbers.whole('neurons', 100_000, { min: 1 }),
    synapses: numbers.whole('synapses', 10_000_000, { min: 1 }),
    bytes: numbers.whole('bytes', 2 ** 26, { min: 1 }),
    runs: numbers.whole('runs', 4, { min: 1 }),
  };
  const board = readBoard(given, target === 'chip');
  const problems = [...numbers.problems, ...board.problems];
  if (target !== 'simulator' && target !== 'chip') {
    problems.push(problem('--target', 'unknown', target, 'simulator or chip is needed'));
  }
  if (positionals.length > 0) {
    problems.push(problem('words', 'unknown', positionals, 'there is nothing to name'));
  }
  const reader = optionReader(given);
  const record = readRecord(reader);
  problems.push(...reader.problems);
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be served', problems);
  return {
    target: target as Asked['target'],
    address: (values['nats'] as string | undefined) ?? `nats://127.0.0.1:4222/${target}`,
    json: values['json'] === true,
    board,
    budget: target === 'chip' ? { ...budget, runs: 1 } : budget,
    credentials: values['credentials'] as string | undefined,
    record,
    overwrite: values['overwrite'] === true,
  };
}

/** A line of JSON. */
function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** A run that has ended, as a line. */
function runText({ ended, neurons, synapses, outputs, error }: ServedRunReport): string {
  const why = error === undefined ? '' : `: ${error}`;
  return `a run of ${neurons} neurons and ${synapses} synapses, ${outputs} outputs, ${ended}${why}\n`;
}

/** The command that serves a target. */
export const serve: Command = {
  name: 'serve',
  summary: 'run pipelines for programs on other machines, over NATS',
  options,
  help,
  async run(given, terminal, stop) {
    const asked = configure(given);
    const opened = await openTarget(asked.target, asked.board);
    let ended: (how: StopSignal | NetworkError) => void = () => {};
    const end = new Promise<StopSignal | NetworkError>((resolve) => {
      ended = resolve;
    });
    const { json, address, budget, credentials, target, record } = asked;
    let keep: Recorder | undefined;
    const open = (): Target & { readonly losses: Losses } => {
      const made = opened.open();
      return keep === undefined ? made : keep.target(made);
    };
    try {
      const about = { command: 'serve', target, address };
      if (record !== undefined) keep = recorder(record, about, asked.overwrite);
      const server = await serveTarget(address, {
        open,
        budget,
        ...(credentials !== undefined && { credentials }),
        onRun: (report) => terminal.out(json ? jsonLine({ run: report }) : runText(report)),
        onFailure: (cause) => ended(cause),
      });
      const silence = stop.on((signal) => {
        silence();
        ended(signal);
      });
      terminal.out(json ? jsonLine({ serving: { address, target, budget } }) : `${address}\n`);
      const how = await end;
      await server.close();
      keep?.close({}, typeof how === 'string' ? endingOf(how) : failureOf(how));
      if (typeof how === 'string') return stopCodes[how];
      terminal.err(`spikeline: ${how.message}\n`);
      return exitCodes.failed;
    } catch (cause) {
      keep?.close({}, failureOf(cause));
      throw cause;
    } finally {
      await opened.close();
    }
  },
};
