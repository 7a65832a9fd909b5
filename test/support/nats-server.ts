/** Tests that need a NATS server: Debian's package `nats-server`. */
import { describe } from 'vitest';
import { natsProgram } from '#bench/nats-process';

export { type NatsServer, natsServer } from '#bench/nats-process';

if (natsProgram === undefined && process.env['SPIKELINE_NATS'] === 'required') {
  throw new Error('nats-server is not there, and SPIKELINE_NATS says that it must be');
}

/** Groups tests that need a server; without one they are skipped, and say so. */
export const withNats: typeof describe.skip =
  natsProgram === undefined
    ? (((name: string, tests: () => void) =>
        describe.skip(`${name} (skipped: nats-server is not installed)`, tests)) as never)
    : (describe as never);
