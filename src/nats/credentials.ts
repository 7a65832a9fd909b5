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
async function secret(path: string, what: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new StorageError(path, `${what} cannot be read`, { cause });
  }
}

/**
 * Reads credentials: from the file that is given, as `nsc generate creds` writes it, or with the seed of an nkey; else from the
 * environment: NATS_CREDS and NATS_NKEY (such files), NATS_TOKEN, or NATS_USER and NATS_PASSWORD. NATS_CA, NATS_CERT
 * and NATS_KEY name the files of an encrypted connection.
 *
 * @param encrypted whether the connection must be encrypted
 * @throws StorageError if a file cannot be read, or holds no credentials
 */
export async function readCredentials(
  library: NatsLibrary,
  file: string | undefined,
  encrypted: boolean,
): Promise<NatsIdentity> {
  const { NATS_CREDS, NATS_NKEY, NATS_TOKEN, NATS_USER, NATS_PASSWORD, ...rest } = environment();
  const tls: { ca?: string; cert?: string; key?: string } = {};
  for (const [name, path] of [
    ['ca', rest['NATS_CA']],
    ['cert', rest['NATS_CERT']],
    ['key', rest['NATS_KEY']],
  ] as const) {
    if (path !== undefined) tls[name] = await secret(path, 'the file of an encrypted connection');
  }
  const path = file ?? NATS_CREDS ?? NATS_NKEY;
  const authenticator =
    path === undefined
      ? authenticatorOf(library, { token: NATS_TOKEN, user: NATS_USER, password: NATS_PASSWORD })
      : await authenticatorIn(library, path);
  return {
    ...(authenticator !== undefined && { authenticator }),
    ...((encrypted || Object.keys(tls).length > 0) && { tls }),
  };
}

/** Reads a file of credentials, or with the seed of an nkey. */
async function authenticatorIn(library: NatsLibrary, path: string): Promise<Authenticator> {
  const text = (await secret(path, 'the credentials')).trim();
  const bytes = new TextEncoder().encode(text);
  const isSeed = /^S[A-Z2-7]{50,}$/.test(text);
  const authenticator = isSeed
    ? library.nkeyAuthenticator(bytes)
    : library.credsAuthenticator(bytes);
  try {
    authenticator('');
  } catch {
    // Why it cannot be read might show what is in it.
    const needed = 'holds no credentials: a file of nsc or the seed of an nkey is needed';
    throw new StorageError(path, needed);
  }
  return authenticator;
}

function authenticatorOf(
  library: NatsLibrary,
  { token, user, password }: Readonly<Record<'token' | 'user' | 'password', string | undefined>>,
): Authenticator | undefined {
  if (token !== undefined) return library.tokenAuthenticator(token);
  if (user === undefined) return undefined;
  return library.usernamePasswordAuthenticator(user, password);
}
