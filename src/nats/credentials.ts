/** How a program says to a NATS server who it is: by a file, or by the environment. Nothing of it is ever shown. */
import type { Authenticator, TlsOptions } from '@nats-io/transport-node';
import { StorageError } from '../errors.ts';
import type { NatsLibrary } from './library.ts';

/** What is given to a server when connecting. */
export interface NatsIdentity {
  readonly authenticator?: Authenticator;
  readonly tls?: TlsOptions;
}

/** The variables of the environment, as the tools of NATS have them. */
function environment(): Readonly<Record<string, string | undefined>> {
  return typeof process === 'undefined' ? {} : process.env;
}

/** @throws StorageError if it cannot be read */
async function secret(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StorageError(path, 'the credentials cannot be read', { cause });
  }
}

/**
 * Reads credentials: from the file that is given, as `nsc generate creds` writes it; else from the environment:
 * NATS_CREDS (such a file), NATS_NKEY (a file with a seed), NATS_TOKEN, or NATS_USER and NATS_PASSWORD. NATS_CA,
 * NATS_CERT and NATS_KEY name the files of an encrypted connection.
 *
 * @throws StorageError if a file cannot be read
 */
export async function readCredentials(
  library: NatsLibrary,
  file: string | undefined,
): Promise<NatsIdentity> {
  const { NATS_CREDS, NATS_NKEY, NATS_TOKEN, NATS_USER, NATS_PASSWORD, ...rest } = environment();
  const { NATS_CA: caFile, NATS_CERT: certFile, NATS_KEY: keyFile } = rest;
  const tls = {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
  const authenticator = await authenticatorOf(library, file ?? NATS_CREDS, {
    seed: NATS_NKEY,
    token: NATS_TOKEN,
    user: NATS_USER,
    password: NATS_PASSWORD,
  });
  return {
    ...(authenticator !== undefined && { authenticator }),
    ...(Object.keys(tls).length > 0 && { tls }),
  };
}

async function authenticatorOf(
  library: NatsLibrary,
  file: string | undefined,
  other: Readonly<Record<'seed' | 'token' | 'user' | 'password', string | undefined>>,
): Promise<Authenticator | undefined> {
  if (file !== undefined) return library.credsAuthenticator(await secret(file));
  if (other.seed !== undefined) {
    const text = new TextDecoder().decode(await secret(other.seed)).trim();
    return library.nkeyAuthenticator(new TextEncoder().encode(text));
  }
  if (other.token !== undefined) return library.tokenAuthenticator(other.token);
  if (other.user === undefined) return undefined;
  return library.usernamePasswordAuthenticator(other.user, other.password);
}
