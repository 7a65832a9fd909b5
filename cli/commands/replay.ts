/** The command that runs a session again and compares. */
import { last, takeUntil, tap } from 'rxjs';
import { simulator, type Target } from 'spikeline';
import { type ReplayReport, readSession, replay as replayRun } from 'spikeline/loop';
import { problem } from 'spikeline/problems';
import { remote } from 'spikeline/targets';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { replayText } from '../session/text.ts';
import { boardAddressHelp } from '../streams/board.ts';
import { flow } from '../streams/flow.ts';
import { optionReader } from '../streams/options.ts';
import { boardOptions, openTarget, readBoard, targetName } from '../streams/target.ts';
import { stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  target: {
    value: 'NAME',
    help: 'simulator, chip, or nats://… of a spikeline serve',
    fallback: 'simulator, with --board chip',
  },
  run: { value: 'N', help: 'which run of the session, from 0', fallback: '0' },
  within: { value: 'MS', help: 'how far two spikes may be apart that count as one', fallback: '0' },
  limit: {
    value: 'D',
    help: 'distance that is allowed, from 0 to 1; 0 on the simulator and 0.1 elsewhere if left out',
  },
  ...boardOptions,
  json: { help: 'print what came of it as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline replay FOLDER [--target NAME] [options]

Runs a run of a session again, from what went into it, with the pipeline that was recorded, and compares what comes out
with what came out then. On the simulator the two must be the same to the last bit. Elsewhere the distance is told: the
share of all spikes, of both, that have no partner on their channel within --within; 0 is all have one, 1 is none has.

  spikeline replay runs/first
  spikeline replay runs/first --target chip --mismatch 0.2 --within 5

${boardAddressHelp}

${optionHelp(options)}

Exit codes: 0 the same on the simulator, or no further than --limit, 1 further, 130, 143 and 129 stopped by Ctrl-C,
SIGTERM and SIGHUP, 2 bad input, no session, or a target that cannot run it or fails.`;

/** The largest distance that is allowed where none is said. */
const usualLimit = { simulator: 0, other: 0.1 } as const;

/** Whether a replay is near enough. */
function near({ identical, distance }: ReplayReport, limit: number): boolean {
  return limit === 0 ? identical : distance <= limit;
}

/** The command that replays a session. */
export const replay: Command = {
  name: 'replay',
  summary: 'run a session again on any target, and say how far it is from what was recorded',
  options,
  help,
  async run(given, terminal, stop) {
    const reader = optionReader(given);
    const needed = 'one folder is needed: spikeline replay FOLDER';
    const [folder = ''] = reader.words(1, needed, 'FOLDER');
    const name = targetName(given);
    if (!/^(simulator|chip|(nats|tls):\/\/.*)$/.test(name)) {
      const known = 'simulator, chip or nats://… is needed';
      reader.problems.push(problem('--target', 'unknown', name, known));
    } else if (name.includes('://')) reader.attempt('--target', () => remote(name));
    const board = readBoard(given, name === 'chip');
    reader.problems.push(...board.problems);
    const whole = (value: number): boolean => Number.isInteger(value) && value >= 0;
    const run = reader.number('run', 'a whole number from 0 on is needed', whole) ?? 0;
    const from0 = (value: number): boolean => value >= 0;
    const within = (reader.number('within', 'milliseconds are needed', from0) ?? 0) / 1000;
    const share = (value: number): boolean => value >= 0 && value <= 1;
    const usual = name === 'simulator' ? usualLimit.simulator : usualLimit.other;
    const limit = reader.number('limit', 'a number from 0 to 1 is needed', share) ?? usual;
    reader.check('nothing can be replayed');
    const session = await readSession(folder);
    try {
      const opened = await open(name, board);
      try {
        const { report, signal } = await flow(stop, (stopped$) =>
          replayRun(session, opened.target, { run, within }).pipe(
            takeUntil(stopped$),
            progress(terminal.bars),
            last(null, undefined),
          ),
        );
        if (report === undefined) return signal === undefined ? exitCodes.ok : stopCodes[signal];
        const told = { ...report, limit, near: near(report, limit) };
        terminal.out(reader.flag('json') ? jsonText(told) : `${replayText(told)}\n`);
        if (signal !== undefined) return stopCodes[signal];
        return told.near ? exitCodes.ok : exitCodes.failed;
      } finally {
        await opened.close();
      }
    } finally {
      await session.close();
    }
  },
};

/** Says how far it has come, where somebody watches. */
function progress(bars: NodeJS.WriteStream | undefined) {
  return tap<ReplayReport>({
    next: ({ inputs }) => bars?.write(`\rreplayed ${inputs} inputs\u001b[K`),
    finalize: () => bars?.write('\r\u001b[K'),
  });
}

/** Opens the target. */
async function open(
  name: string,
  board: ReturnType<typeof readBoard>,
): Promise<{ readonly target: Target; close(): Promise<void> }> {
  if (name === 'simulator') return { target: simulator(), close: async () => {} };
  if (name === 'chip') {
    const opened = await openTarget('chip', board);
    return { target: opened.open(), close: opened.close };
  }
  const target = remote(name);
  await target.describe();
  return { target, close: async () => {} };
}
