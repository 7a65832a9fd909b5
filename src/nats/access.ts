/** How a NATS server is reached: who one is, and what becomes of a connection that is lost. */
import { number, type OptionTable, oneOf, options, text } from '../options.ts';
import type { Problem } from '../problems.ts';

/** How a connection that was lost is sought again. */
export interface Reconnect {
  /** How often in a row; 60 if left out. */
  readonly attempts?: number;
  /** Time between two attempts, seconds; 0.5 if left out. */
  readonly wait?: number;
}

/** How a server is reached. */
export interface NatsAccess {
  /** File of credentials, or with the seed of an nkey; if left out, what the environment says: NATS_CREDS, NATS_NKEY, NATS_TOKEN, NATS_USER and NATS_PASSWORD. */
  readonly credentials?: string;
  /** What becomes of a connection that is lost: it is sought again, 60 times each half second, if left out; `'never'` ends the stream. */
  readonly reconnect?: Reconnect | 'never';
}

const reconnectTable: OptionTable<Reconnect> = {
  attempts: number({ min: 1, whole: true, infinite: true }),
  wait: number({ min: 0.001, unit: 'seconds' }),
};

/** What the options of access may be. */
export const accessTable: OptionTable<NatsAccess> = {
  credentials: text,
  reconnect: (value): readonly Problem[] =>
    typeof value === 'string' ? oneOf(['never'])(value) : options(reconnectTable)(value),
};

/** A policy as numbers. */
export function reconnectOf({ reconnect = {} }: NatsAccess): Required<Reconnect> {
  if (reconnect === 'never') return { attempts: 0, wait: 0.5 };
  const { attempts = 60, wait = 0.5 } = reconnect;
  return { attempts, wait };
}
