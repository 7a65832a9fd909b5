/** Addresses of streams and services on NATS: `nats://127.0.0.1:4222/lab.camera`. */
import { InvalidArgumentError } from '../errors.ts';
import { fault, type Problem, problem } from '../problems.ts';

/** Where something is on NATS. */
export interface NatsAddress {
  /** The server, as it is dialled and named in messages: `nats://127.0.0.1:4222`. */
  readonly server: string;
  /** The subject: words of letters, digits, `-` and `_` with dots between. */
  readonly subject: string;
}

/** Port that NATS servers have unless told otherwise. */
const usualPort = 4222;

const form = 'nats://host:port/subject is needed, as nats://127.0.0.1:4222/lab.camera';

/** Lists why something is no address; credentials in it are named, never shown. */
export function addressProblems(given: unknown, path: string): Problem[] {
  if (typeof given !== 'string') return [problem(path, 'wrong-type', given, form)];
  if (given.includes('@')) {
    const needed =
      'credentials have no place in an address; give them by a file, or by the environment as NATS_CREDS, NATS_TOKEN or NATS_USER and NATS_PASSWORD';
    return [fault(path, 'conflict', needed)];
  }
  return parts(given) === undefined ? [problem(path, 'wrong-type', given, form)] : [];
}

function parts(given: string): NatsAddress | undefined {
  const pattern =
    /^(nats|tls):\/\/(\[[0-9a-fA-F:.%a-z]+\]|[^:/[\]\s@?#]+)?(?::(\d{1,5}))?\/([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/;
  const found = pattern.exec(given);
  const port = Number(found?.[3] ?? usualPort);
  if (found === null || port > 65_535) return undefined;
  return { server: `${found[1]}://${found[2] ?? '127.0.0.1'}:${port}`, subject: found[4]! };
}

/**
 * Reads an address. Without a host it is this machine, without a port the usual one, 4222.
 *
 * @throws InvalidArgumentError if it is none
 * @example
 * ```ts
 * readNatsAddress('nats:///lab.camera').server; // 'nats://127.0.0.1:4222'
 * ```
 */
export function readNatsAddress(given: string): NatsAddress {
  const problems = addressProblems(given, 'address');
  if (problems.length > 0) {
    throw new InvalidArgumentError('this is no address on NATS', problems);
  }
  return parts(given)!;
}
