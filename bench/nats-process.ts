/** A NATS server of one's own, if there is one on this machine: Debian's package `nats-server`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the server's program is; undefined if it is not there. */
function findProgram(): string | undefined {
  for (const program of ['nats-server', '/usr/sbin/nats-server', '/usr/local/bin/nats-server']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
      return program;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** The server's program; undefined if it is not there. */
export const natsProgram: string | undefined = findProgram();

/** A server that runs. */
export interface NatsServer {
  /** `nats://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends it as a loss of power would, and starts it again on the same port with what it has kept. */
  restart(): Promise<void>;
  /** Ends it as a loss of power would. */
  kill(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** Ends it and removes what it has kept. */
  close(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (there: boolean): void => {
      socket.destroy();
      resolve(there);
    };
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** Starts a server; `options` are those of its command line. */
export async function natsServer(...options: readonly string[]): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-nats-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const server: NatsServer = {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      const own = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder, ...options];
      child = spawn(natsProgram!, own, { stdio: 'ignore' });
      for (let tries = 0; !(await answers(port)); tries++) {
        if (tries > 1000) throw new Error('nats-server does not start');
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
      }
    },
    async kill() {
      if (child === undefined || child.exitCode !== null) return;
      const ended = new Promise((resolve) => child!.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      child = undefined;
    },
    async restart() {
      await server.kill();
      await server.start();
    },
    async close() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
