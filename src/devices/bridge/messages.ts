/** What a bridge and its client say to each other: JSON, and events of 9 bytes. `docs/samna-bridge.md` has all of it. */
import {
  DataError,
  DeviceError,
  type DeviceErrorCode,
  InvalidArgumentError,
} from '../../errors.ts';
import { prefixBytes } from '../../events/frame-bodies.ts';
import { number, type OptionTable, oneOf, optionProblems, text } from '../../options.ts';
import { deviceCodes } from '../../plain-error.ts';
import { fault, type Problem, problemText } from '../../problems.ts';

/** Name and version of what is spoken: the first word of the client. */
export const protocol = { name: 'spikeline-samna', version: 1 } as const;

/** What a message is. */
export const kinds = { control: 1, events: 2 } as const;

/** What the client says. */
export type Request =
  | { readonly hello: typeof protocol }
  | {
      readonly id: number;
      readonly call: 'configure' | 'update' | 'time';
      readonly argument?: unknown;
    };

/** What a bridge tells of its board. */
export interface Welcome {
  /** What the board calls itself. */
  readonly name: string;
  /** Serial number; boards may have none. */
  readonly serial: string;
  readonly chips: number;
  /** Version of samna. */
  readonly samna: string;
}

/** A failure as it goes over the wire: of the board, or of what was asked. */
export type ToldFailure =
  | { readonly code: string; readonly message: string }
  | { readonly problems: readonly (readonly [path: string, what: string])[] };

/** What the bridge says. */
export type Report =
  | { readonly welcome: Welcome }
  | { readonly refused: ToldFailure }
  | { readonly closed: ToldFailure }
  | { readonly answer: number; readonly value?: number; readonly error?: ToldFailure }
  | { readonly errors: readonly string[]; readonly count: number }
  | { readonly alive: true; readonly lost: number };

/** A message as a frame: its length, its kind, its body. */
function frame(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefixBytes + 1 + body.length);
  new DataView(bytes.buffer).setUint32(0, 1 + body.length, true);
  bytes[prefixBytes] = kind;
  bytes.set(body, prefixBytes + 1);
  return bytes;
}

const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true }) };

/** A control message as a frame. */
export function controlFrame(message: object): Uint8Array {
  return frame(kinds.control, utf8.encoder.encode(JSON.stringify(message)));
}

/** Events as a frame. */
export function eventFrame(events: Uint8Array): Uint8Array {
  return frame(kinds.events, events);
}

/**
 * Reads the body of a control message: an object.
 *
 * @throws DataError if it is none
 */
export function readControl(body: Uint8Array): Readonly<Record<string, unknown>> {
  let message: unknown;
  try {
    message = JSON.parse(utf8.decoder.decode(body));
  } catch (cause) {
    throw new DataError('a control message is no JSON', { cause });
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) {
    return message as Readonly<Record<string, unknown>>;
  }
  throw new DataError('a control message must be an object');
}

const count = number({ min: 0, whole: true });
const anyWelcome: OptionTable<Welcome> = {
  name: text,
  serial: (value) => (value === '' ? [] : text(value)),
  chips: number({ min: 1, whole: true }),
  samna: text,
};

/** Refuses what fails a check. */
function sound(what: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new DataError(`${what}: ${problems.map(problemText).join('; ')}`);
}

/**
 * Reads what a bridge says.
 *
 * @throws DataError if it is none of {@link Report}
 */
export function readReport(body: Uint8Array): Report {
  const report = readControl(body);
  if ('welcome' in report) {
    const all = ['name', 'serial', 'chips', 'samna'] as const;
    sound('the welcome', optionProblems(report['welcome'], anyWelcome, ...all));
  } else if ('answer' in report) sound('an answer', count(report['answer']));
  else if ('errors' in report) {
    const errors = report['errors'];
    const are = Array.isArray(errors) && errors.every((one) => typeof one === 'string');
    sound('errors of the board', are ? count(report['count']) : text(undefined));
  } else if ('alive' in report) sound('a sign of life', count(report['lost']));
  else if (!('refused' in report || 'closed' in report)) {
    throw new DataError('a report says nothing that is known');
  }
  return report as unknown as Report;
}

/** The failure that went over the wire; junk is a failure of the protocol. */
export function failureOf(told: unknown): DeviceError | InvalidArgumentError {
  const { code, message, problems } = (told ?? {}) as Readonly<Record<string, unknown>>;
  if (Array.isArray(problems)) {
    const named = problems.map((one) => {
      const [path, what] = Array.isArray(one) ? one : [];
      return fault(String(path), 'unsupported', String(what));
    });
    return new InvalidArgumentError('this does not fit what samna has', named);
  }
  const known = oneOf(deviceCodes)(code).length === 0 && typeof message === 'string';
  return known
    ? new DeviceError(code as DeviceErrorCode, message)
    : new DeviceError('protocol', 'the bridge failed, and does not say why');
}
