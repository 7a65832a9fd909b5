/** What a session is opened with, and what is wrong with that. */
import { createRequire } from 'node:module';
import { type Clock, systemClock } from '../src/clock.ts';
import {
  flag,
  having,
  isObject,
  number,
  type OptionTable,
  optionProblems,
  readable,
  seedCheck,
} from '../src/options.ts';
import { type Problem, problem } from '../src/problems.ts';
import type { SessionVersions } from '../src/sessions/manifest.ts';
import type { SessionPlan } from '../src/sessions/session-writer.ts';

/** What is known of an experiment, and how its session is written. */
export interface SessionConfig {
  /** Seed of the experiment. */
  readonly seed?: number;
  /** Configuration of the experiment: plain values, such as JSON holds. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether a session that is in the folder may be replaced; it is refused if left out. */
  readonly overwrite?: boolean;
  /** Longest time between receiving and writing an item, seconds: the most that is lost if the process is killed; 50 ms if left out. */
  readonly flushEvery?: number;
  /** Clock of `flushEvery` and of the length of the session; the machine's if left out. */
  readonly clock?: Clock;
}

/** Checks that JSON can hold a value. */
export function plain(value: unknown): Problem[] {
  return readable(() => {
    const needed = 'plain values are needed, such as JSON holds';
    return JSON.stringify(value) === undefined ? [problem('', 'wrong-type', value, needed)] : [];
  });
}

/** Options of a session. */
export const sessionTable: OptionTable<SessionConfig> = {
  seed: seedCheck,
  config: (value) =>
    isObject(value)
      ? plain(value)
      : [problem('', 'wrong-type', value, 'an object of plain values is needed')],
  overwrite: flag,
  flushEvery: number({ above: 0, max: 3600, unit: 'seconds' }),
  clock: having('a clock', 'now', 'schedule'),
};

/** What this is recorded with. */
function versions(): SessionVersions {
  const load = createRequire(import.meta.url);
  const { version } = load('spikeline/package.json') as { readonly version: string };
  return {
    spikeline: version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Lists why no session can be opened like this. */
export function sessionProblems(folder: unknown, config: SessionConfig): Problem[] {
  const named = typeof folder === 'string' && folder !== '';
  const path = problem('folder', 'wrong-type', folder, 'the path of a folder is needed');
  return [...(named ? [] : [path]), ...optionProblems(config, sessionTable)];
}

/** What a session is opened with. */
export function planOf({
  seed = null,
  config = {},
  overwrite = false,
  flushEvery = 0.05,
  clock = systemClock,
}: Omit<SessionConfig, 'seed'> & { readonly seed?: number | null }): SessionPlan {
  return { seed, config, versions: versions(), overwrite, flushEvery, clock };
}
