/** What stands in `session.json`: what a session is, and why it ended. */
import { DataError, DeviceError, NetworkError } from '../errors.ts';
import { readable } from '../options.ts';
import { type Problem, problem, problemText, shown, within } from '../problems.ts';

/** Marks a session, and the version of its form. */
export const sessionFormat = 'spikeline/session';
export const sessionVersion = 1;

/** The files of a session. */
export const sessionFiles = { manifest: 'session.json', streams: 'streams.spk' } as const;

/** How a session can end. */
export type SessionEnding =
  /** All that was to come has come. */
  | 'completed'
  /** Whoever listened has left. */
  | 'unsubscribed'
  /** Something failed. */
  | 'error'
  /** A board or another machine is gone. */
  | 'disconnected'
  /** The process was told to stop, or has exited. */
  | 'signal';

/** Why a session ended. */
export interface SessionEnd {
  /** In which way. */
  readonly how: SessionEnding;
  /** What was said of it: the message of an error, the name of a signal. */
  readonly message?: string;
}

/** Versions of what a session was recorded with. */
export interface SessionVersions {
  readonly spikeline: string;
  readonly node: string;
  /** System and processor: `linux x64`. */
  readonly platform: string;
}

/** A run of a pipeline whose streams are in a session. */
export interface SessionRun {
  /** File of the saved pipeline. */
  readonly pipeline: string;
  /** What it ran on. */
  readonly target: string;
  /** Stream of what went in. */
  readonly input: string;
  /** Streams of what came out, by signal: populations by name, and states. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Stream of marks: when it was brought to rest. */
  readonly resets: string;
  /** Stream of marks: how the chip was changed in mid-run, as JSON; absent in sessions that were recorded before there was one. */
  readonly updates?: string;
  /** Whether signals were asked for by name; else the spikes of the output population came. */
  readonly named: boolean;
  /** Time at which the stream of packets began, µs, if it was said. */
  readonly startTime?: number;
}

/** What `session.json` holds. */
export interface SessionManifest {
  readonly format: typeof sessionFormat;
  readonly version: typeof sessionVersion;
  /** When it began, by the wall clock, as ISO 8601 has it. */
  readonly started: string;
  readonly versions: SessionVersions;
  /** Seed of the experiment; null if none was said. */
  readonly seed: number | null;
  /** What the experiment was configured with. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Pipelines that ran. */
  readonly runs: readonly SessionRun[];
  /** What was noted besides, by name. */
  readonly notes: Readonly<Record<string, unknown>>;
  /** Why it ended; null as long as it goes on, and if it was cut off. */
  readonly ended: (SessionEnd & { readonly seconds: number }) | null;
}

/** The way in which a stream ended that failed. */
export function endOf(cause: unknown): SessionEnd {
  const gone =
    (cause instanceof DeviceError || cause instanceof NetworkError) &&
    cause.code === 'disconnected';
  const message = cause instanceof Error ? cause.message : shown(cause);
  return { how: gone ? 'disconnected' : 'error', message };
}

/** Blanks that keep room for why a session ended, should the disk be full by then. */
const room = ' '.repeat(1024);

/** Writes what `session.json` holds. */
export function manifestText(manifest: SessionManifest): string {
  const text = JSON.stringify(manifest, undefined, 1);
  return `${text}${manifest.ended === null ? room : ''}\n`;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const endings: readonly unknown[] = [
  'completed',
  'unsubscribed',
  'error',
  'disconnected',
  'signal',
] satisfies SessionEnding[];

const isText = (value: unknown): boolean => typeof value === 'string';
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
const areTexts = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText);

/** A name of a file in the folder, which leads nowhere else. */
const isName = (value: unknown): boolean => isText(value) && /^[\w-][\w.-]*$/.test(value as string);

function isRun(run: unknown): boolean {
  return (
    isObject(run) &&
    isName(run['pipeline']) &&
    [run['target'], run['input'], run['resets']].every(isText) &&
    areTexts(run['outputs']) &&
    isOptionalText(run['updates']) &&
    typeof run['named'] === 'boolean' &&
    (run['startTime'] === undefined || Number.isSafeInteger(run['startTime']))
  );
}

function isEnd(ended: unknown): boolean {
  if (ended === null) return true;
  return (
    isObject(ended) &&
    endings.includes(ended['how']) &&
    isOptionalText(ended['message']) &&
    typeof ended['seconds'] === 'number'
  );
}

/** What each field must be. */
const fields: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>> = {
  started: [isText, 'a time is needed'],
  versions: [
    (value) => areTexts(value) && isObject(value) && isText(value['spikeline']),
    'versions by name are needed',
  ],
  seed: [(value) => value === null || typeof value === 'number', 'a number or null is needed'],
  config: [isObject, 'an object is needed'],
  runs: [(value) => Array.isArray(value) && value.every(isRun), 'a list of runs is needed'],
  notes: [isObject, 'an object is needed'],
  ended: [isEnd, 'null, or how it ended, is needed'],
};

function manifestProblems(value: unknown): Problem[] {
  if (!isObject(value)) return [problem('', 'wrong-type', value, 'an object is needed')];
  if (value['format'] !== sessionFormat) {
    return [problem('format', 'unknown', value['format'], `${sessionFormat} is needed`)];
  }
  if (value['version'] !== sessionVersion) {
    return [problem('version', 'unknown', value['version'], `${sessionVersion} is read here`)];
  }
  return Object.entries(fields).flatMap(([name, [holds, needed]]) =>
    holds(value[name]) ? [] : within(name, [problem('', 'wrong-type', value[name], needed)]),
  );
}

/**
 * Reads what `session.json` holds.
 *
 * @throws DataError if it is none
 */
export function readManifest(text: string): SessionManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError('this is no session: its session.json is not JSON', { cause });
  }
  const problems = readable(() => manifestProblems(value));
  if (problems.length > 0) {
    throw new DataError(`this is no session: ${problems.map(problemText).join('; ')}`);
  }
  return value as SessionManifest;
}
