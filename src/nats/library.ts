/** Loads the libraries of NATS when they are first needed; they are installed by those who use it. */
import { MissingLibraryError } from '../errors.ts';

/** The library that speaks with a server. */
export type NatsLibrary = typeof import('@nats-io/transport-node');

/** The library of what servers keep. */
export type JetStreamLibrary = typeof import('@nats-io/jetstream');

/** @throws MissingLibraryError if it is not installed */
export async function natsLibrary(): Promise<NatsLibrary> {
  try {
    return await import('@nats-io/transport-node');
  } catch (cause) {
    const purpose = 'streams go to other machines over NATS with it';
    throw new MissingLibraryError('@nats-io/transport-node', purpose, { cause });
  }
}

/** @throws MissingLibraryError if it is not installed */
export async function jetStreamLibrary(): Promise<JetStreamLibrary> {
  try {
    return await import('@nats-io/jetstream');
  } catch (cause) {
    const purpose = 'streams are kept by a NATS server with it';
    throw new MissingLibraryError('@nats-io/jetstream', purpose, { cause });
  }
}
