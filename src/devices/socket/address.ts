/** Addresses of boards on the network: `tcp://127.0.0.1:7800`. */
import { InvalidArgumentError } from '../../errors.ts';
import { problem } from '../../problems.ts';

/** A host and a port. */
export interface SocketAddress {
  /** Name or number of the host. */
  readonly host: string;
  /** Port, 0 to 65535; 0 lets the system choose when listening. */
  readonly port: number;
}

/** What listens is reached from this machine only, unless told otherwise. */
const loopback = '127.0.0.1';

/**
 * Reads `host:port`, `[v6]:port`, `:port`, `port`, each with or without `tcp://`. Without a host, it is the loopback.
 *
 * @throws InvalidArgumentError if it is no such address
 */
export function readAddress(given: unknown, path: string): SocketAddress {
  const pattern = /^(?:tcp:\/\/)?(?:(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:/[\]\s]*)):)?(\d{1,5})\/?$/;
  const found = typeof given === 'string' ? pattern.exec(given) : null;
  const port = Number(found?.[3]);
  if (found === null || !(port <= 65_535)) {
    throw new InvalidArgumentError('this is no address of a board', [
      problem(path, 'wrong-type', given, 'tcp://host:port is needed, with a port up to 65535'),
    ]);
  }
  return { host: found[1] ?? (found[2] || loopback), port };
}

/** Writes an address down. */
export function addressText({ host, port }: SocketAddress): string {
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
