/**
 * What a program says to a target on another machine, and what it hears. Under the subject `S` of the target:
 *
 * - `S.hello`: a request; the answer is {@link ServedTarget} as JSON.
 * - `S.in.RUN`: what goes to a run, in envelopes; what may be said is {@link Order}, between items of input.
 * - `S.out.RUN`: what comes of it; what may be said is {@link Answer}, between items of output, one for each signal.
 */
import { DataError, NetworkError } from '../errors.ts';
import { itemLength } from '../events/items.ts';
import type { StreamItem } from '../events/series.ts';
import { itemMessage } from '../events/wire.ts';
import type { TargetRequest } from '../pipeline/target.ts';
import {
  errorOf as errorOfPlain,
  type PlainError,
  plainError as plainErrorOf,
} from '../plain-error.ts';
import type { NatsLink } from './connection.ts';
import { sealer } from './envelope.ts';
import { remoteVersion, type ServedTarget } from './served.ts';

/** What is said to a run. */
export type Order =
  | { readonly open: { readonly pipeline: Uint8Array } & TargetRequest }
  | { readonly order: 'reset' | 'end' | 'stop' | 'ping' };

/** What a run says. */
export type Answer =
  | { readonly answer: 'opened' | 'stopped' | 'pong' | 'unknown' | 'full' | 'room' }
  | { readonly completed: true }
  | { readonly failed: PlainError }
  | { readonly losses: Readonly<Record<string, number>> };

const answers = ['opened', 'stopped', 'pong', 'unknown', 'full', 'room'];

/** The subjects of a run. */
export function runSubjects(
  subject: string,
  run: string,
): { readonly in: string; readonly out: string } {
  return { in: `${subject}.in.${run}`, out: `${subject}.out.${run}` };
}

const broken = (message: string): NetworkError => new NetworkError('protocol', message);

/** An error as it goes over the net. */
export function plainError(cause: unknown): PlainError {
  return plainErrorOf(cause, (message) => broken(`the target failed: ${message}`));
}

/** The error that went over the net. */
export function errorOf(plain: PlainError): Error {
  return errorOfPlain(plain, broken);
}

/** Speaks into one direction of a run. */
export interface Speaker {
  say(body: Order | Answer): void;
  give(item: StreamItem, stream?: number): void;
}

/** Makes what speaks under a subject; `reply` is where one learns that nobody listens. */
export function speaker(link: NatsLink, subject: string, reply?: string): Speaker {
  const envelopes = sealer();
  const options = reply === undefined ? {} : { reply };
  const send = (all: readonly Uint8Array[]): void => {
    for (const envelope of all) link.connection.publish(subject, envelope, options);
  };
  return {
    say(body) {
      const header = { stream: 0, sequence: envelopes.sequence };
      send(envelopes.seal({ kind: 'control', ...header, body }, 0, link.maxBytes));
    },
    give(item, stream = 0) {
      const message = itemMessage(item, { stream, sequence: envelopes.sequence });
      send(envelopes.seal(message, itemLength(item), link.maxBytes));
    },
  };
}

/**
 * Reads an order.
 *
 * @throws DataError if it is none
 */
export function readOrder(body: unknown): Order {
  const { open, order } = (body ?? {}) as { readonly open?: unknown; readonly order?: unknown };
  if (['reset', 'end', 'stop', 'ping'].includes(order as string)) return body as Order;
  const { pipeline } = (open ?? {}) as { readonly pipeline?: unknown };
  if (pipeline instanceof Uint8Array) return body as Order;
  throw new DataError('this is no order to a run');
}

/**
 * Reads an answer.
 *
 * @throws DataError if it is none
 */
export function readAnswer(body: unknown): Answer {
  const { answer, completed, failed, losses } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const known = answers.includes(answer as string);
  const objects = [failed, losses].some((one) => typeof one === 'object' && one !== null);
  if (known || completed === true || objects) return body as Answer;
  throw new DataError('this is no answer of a run');
}

/**
 * Reads what is said of a target that is served.
 *
 * @throws DataError if it is nothing that is known
 */
export function readServed(text: string): ServedTarget {
  let served: Partial<ServedTarget> | null;
  try {
    served = JSON.parse(text) as Partial<ServedTarget> | null;
  } catch (cause) {
    throw new DataError('what answers is no target of Spikeline', { cause });
  }
  const { version, target, states } = served ?? {};
  if (version !== remoteVersion || typeof target !== 'string' || typeof states !== 'boolean') {
    throw new DataError('what answers is no target of Spikeline, or of another version');
  }
  return served as ServedTarget;
}
