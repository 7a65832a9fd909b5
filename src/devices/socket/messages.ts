/** What a board and its user say to each other over a socket, in control messages of `src/events/wire.ts`; `frames.ts` has what they say more often. */
import { DataError, DeviceError, InvalidArgumentError } from '../../errors.ts';
import { number, type OptionTable, oneOf, optionProblems, text } from '../../options.ts';
import {
  errorOf as errorOfPlain,
  type PlainError,
  plainError as plainErrorOf,
} from '../../plain-error.ts';
import { causeText, type Problem, problemText } from '../../problems.ts';
import { type LinkInfo, type LinkStatistics, type SenderCounts, timeCheck } from '../link.ts';

/** Name and version of what is spoken: the first word of the user. */
export const protocol = { name: 'spikeline-board', version: 2 } as const;

/** The streams on the wire: events, and everything else; of senders that are told apart, from `firstSender` on. */
export const streams = { events: 1, control: 0, firstSender: 2 } as const;

/** Senders that are told apart. */
export const mostSenders = 1024;

/** What became of the events of senders, by their streams. */
export type CountsBySender = readonly (readonly [stream: number, counts: SenderCounts])[];

/** What the user asks of the board. */
export type Request =
  | { readonly hello: Readonly<Record<keyof typeof protocol, unknown>> }
  | { readonly listen: boolean }
  | { readonly align: number }
  | {
      readonly id: number;
      readonly call: 'configure' | 'update' | 'time';
      readonly argument?: unknown;
    };

/** What the board tells its user. */
export type Report =
  /** `aligns`: whether the link has `align`; `tells`: whether it has `whenReached`, so that frames may ask for times. */
  | { readonly welcome: LinkInfo; readonly aligns: boolean; readonly tells: boolean }
  | { readonly refused: PlainError }
  | { readonly closed: PlainError | null; readonly statistics: LinkStatistics }
  | {
      readonly answer: number;
      readonly value?: unknown;
      readonly error?: PlainError;
      readonly statistics: LinkStatistics;
      /** Those whose counts have changed. */
      readonly senders?: CountsBySender;
    };

/** An error as it goes over the wire: one of the board's user, or a failure of the board. */
export function plainError(cause: unknown): PlainError {
  const ours = cause instanceof InvalidArgumentError || cause instanceof DeviceError;
  const message = causeText(cause);
  const failed = new DeviceError('protocol', `the board failed: ${message}`);
  return plainErrorOf(ours ? cause : failed, () => failed);
}

/** The error that went over the wire; junk is a failure of the protocol. */
export function errorOf(plain: PlainError): InvalidArgumentError | DeviceError {
  const junk = (message: string): DeviceError => new DeviceError('protocol', message);
  const found = errorOfPlain(plain, junk);
  const ours = found instanceof InvalidArgumentError || found instanceof DeviceError;
  return ours ? found : junk(found.message);
}

const anyHello: OptionTable<typeof protocol> = {
  name: oneOf([protocol.name]),
  version: number({ min: 1, whole: true }),
};
const anyInfo: OptionTable<LinkInfo> = {
  name: text,
  serial: text,
  family: text,
  chips: number({ min: 1, whole: true }),
  clock: oneOf(['board', 'host']),
  model: text,
};

const anyCall = oneOf(['configure', 'update', 'time']);
const count = number({ min: 0, whole: true });

/** Refuses what fails a check. */
function sound(what: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new DataError(`${what}: ${problems.map(problemText).join('; ')}`);
}

/** Members of a body that must be an object. */
function members(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new DataError('a control message must be an object');
  }
  return body as Readonly<Record<string, unknown>>;
}

/**
 * Reads a control message of the user.
 *
 * @throws DataError if it is none
 */
export function readRequest(body: unknown): Request {
  const request = members(body);
  if ('hello' in request) {
    sound('the greeting', optionProblems(request['hello'], anyHello, 'name', 'version'));
    return { hello: request['hello'] as typeof protocol };
  }
  if (typeof request['listen'] === 'boolean') return { listen: request['listen'] };
  if ('align' in request) {
    sound('a time to align to', timeCheck(request['align']));
    return { align: request['align'] as number };
  }
  const { id, call, argument } = request;
  sound('a call', [...count(id), ...anyCall(call)]);
  return { id: id as number, call: call as 'time', argument };
}

/**
 * Reads a control message of the board.
 *
 * @throws DataError if it is none
 */
export function readReport(body: unknown): Report {
  const report = members(body);
  const needed = ['name', 'serial', 'family', 'chips', 'clock'] as const;
  if ('welcome' in report) {
    sound('the welcome', optionProblems(report['welcome'], anyInfo, ...needed));
  } else if ('answer' in report || 'closed' in report) {
    sound('statistics', statisticsProblems(report['statistics']));
    sound('counts of senders', senderProblems(report['senders'] ?? []));
  } else if (!('refused' in report)) throw new DataError('a report says nothing');
  return report as unknown as Report;
}

const anyStatistics: OptionTable<LinkStatistics> = {
  sent: count,
  delivered: count,
  late: count,
  dropped: count,
  received: count,
  overflowed: count,
};

function statisticsProblems(given: unknown): Problem[] {
  return optionProblems(given, anyStatistics);
}

const anyCounts: OptionTable<SenderCounts> = { delivered: count, late: count, dropped: count };

function senderProblems(given: unknown): Problem[] {
  const all = Array.isArray(given) ? given : [given];
  return all.flatMap((one) => [
    ...count((one as readonly unknown[] | null)?.[0]),
    ...optionProblems((one as readonly unknown[] | null)?.[1], anyCounts),
  ]);
}
