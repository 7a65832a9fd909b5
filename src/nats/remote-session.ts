/** The messages of one run on another machine. */
import { DataError, NetworkError } from '../errors.ts';
import { itemOf } from '../events/wire.ts';
import type { TargetOutput } from '../pipeline/target.ts';
import { type NatsLink, networkError } from './connection.ts';
import { opener } from './envelope.ts';
import { type Answer, readAnswer, runSubjects, type Speaker, speaker } from './remote-protocol.ts';
import { gapError } from './stream.ts';

/** A run as it is spoken with. */
export interface Session {
  readonly speaker: Speaker;
  /** When it was heard last, milliseconds of the machine. */
  readonly heardAt: number;
  /** Listens no more. */
  leave(): void;
}

/** Who hears a run. */
export interface SessionListener {
  message(item: TargetOutput): void;
  answer(answer: Answer): void;
  /** Learns that nobody hears what is said. */
  nobody(): void;
  failed(cause: unknown): void;
}

/** Begins to speak with a run of a name that nobody else has. */
export function openSession(link: NatsLink, subject: string, listener: SessionListener): Session {
  const { server } = link;
  const subjects = runSubjects(subject, crypto.randomUUID());
  let heardAt = performance.now();
  const envelopes = opener({
    whole: true,
    gap(gap) {
      throw gapError(gap, server);
    },
  });
  const take = (bytes: Uint8Array): void => {
    heardAt = performance.now();
    const found = envelopes.open(bytes);
    if (found === undefined) return;
    if (found.message.kind === 'control') listener.answer(readAnswer(found.message.body));
    else listener.message(itemOf(found.message) as TargetOutput);
  };
  const subscription = link.connection.subscribe(subjects.out, {
    callback(cause, message) {
      try {
        if (cause !== null) throw networkError(cause, server);
        if (message.headers?.code === 503) listener.nobody();
        else take(message.data);
      } catch (problem) {
        const junk = problem instanceof DataError;
        const what = `what ${server} gives is nothing of a target's`;
        listener.failed(junk ? new NetworkError('protocol', what, { cause: problem }) : problem);
      }
    },
  });
  return {
    speaker: speaker(link, subjects.in, subjects.out),
    get heardAt() {
      return heardAt;
    },
    leave: () => subscription.unsubscribe(),
  };
}
