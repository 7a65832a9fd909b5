/** The process of a bridge: started with a Python, and ended with whoever started it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DeviceError } from '../../errors.ts';
import { failureOf } from './messages.ts';

/** How a bridge is started. */
export interface BridgeProcessConfig {
  readonly python: string;
  /** What follows on its command line. */
  readonly args: readonly string[];
  /** Milliseconds until it has to listen. */
  readonly patience: number;
}

/** A bridge that runs. */
export interface BridgeProcess {
  /** Where it listens: `tcp://127.0.0.1:40123`. */
  readonly address: string;
  /** Ends it, if it has not ended, and says how it ended: `exit code 0`. */
  stop(): Promise<string>;
}

/** Milliseconds that a bridge may take to give its board back, before it is killed. */
const goodWill = 4000;

/** Characters that are kept of what it says on standard error. */
const keptText = 2000;

/** Where the program is: in the package, whatever has been bundled into what. */
function program(): string {
  const root = dirname(createRequire(import.meta.url).resolve('spikeline/package.json'));
  return join(root, 'src/devices/bridge/python/bridge.py');
}

/** Says why a Python cannot be started. */
function startFailure(python: string, cause: NodeJS.ErrnoException): DeviceError {
  if (cause.code === 'EACCES') {
    return new DeviceError('refused', `the system does not let us run ${python}`, { cause });
  }
  const what = `there is no Python called ${python}; install Python 3.9 or newer, or name the one that has samna`;
  return new DeviceError('not-found', what, { cause });
}

/** What a line of the bridge's own says; samna may print others. */
function ownLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{"spikeline":')) return undefined;
  try {
    return (JSON.parse(line) as { readonly spikeline: Readonly<Record<string, unknown>> })
      .spikeline;
  } catch {
    return undefined;
  }
}

/**
 * Starts a bridge, and waits until it has its board and listens.
 *
 * @throws DeviceError if it cannot be started, or fails; it has ended then
 */
export async function startBridge(config: BridgeProcessConfig): Promise<BridgeProcess> {
  const { python, args, patience } = config;
  const child = spawned(python, ['-B', '-u', program(), '--once', ...args]);
  let errors = '';
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`),
    );
    child.once('error', (cause) => resolve(cause.message));
  });
  child.stdin.on('error', () => {});
  child.stderr.on('data', (bytes: Buffer) => {
    errors = (errors + bytes.toString()).slice(-keptText);
  });
  const stop = async (): Promise<string> => {
    child.stdin.end();
    const force = setTimeout(() => child.kill('SIGKILL'), goodWill);
    const how = await ended;
    clearTimeout(force);
    return how;
  };
  try {
    const address = await listening(child, patience, startFailure.bind(undefined, python), () =>
      ended.then((how) => {
        const last = errors.trim();
        const said = last === '' ? '' : `, and said: ${last}`;
        return new DeviceError('protocol', `the bridge to samna ended (${how})${said}`);
      }),
    );
    return { address, stop };
  } catch (cause) {
    child.kill('SIGKILL');
    await ended;
    throw cause;
  }
}

/** Starts a process; some failures, such as of a name that is too long, come at once. */
function spawned(python: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  try {
    return spawn(python, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  } catch (cause) {
    throw startFailure(python, cause as NodeJS.ErrnoException);
  }
}

/** Waits for the line that says where a bridge listens, or why it does not. */
function listening(
  child: ChildProcessWithoutNullStreams,
  patience: number,
  failed: (cause: NodeJS.ErrnoException) => DeviceError,
  end: () => Promise<DeviceError>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const impatience = setTimeout(() => {
      const what = `the bridge to samna has not opened its board for ${patience} ms; samna may take long to start: see startPatience`;
      reject(new DeviceError('timed-out', what));
    }, patience);
    const over = (): void => clearTimeout(impatience);
    let rest = '';
    child.stdout.on('data', (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split('\n');
      rest = lines.pop()!.slice(-keptText);
      for (const told of lines.map(ownLine)) {
        if (told === undefined) continue;
        over();
        if (typeof told['listening'] === 'string') resolve(told['listening']);
        else reject(failureOf(told['failed']));
      }
    });
    child.once('error', (cause) => {
      over();
      reject(failed(cause));
    });
    child.once('close', () => {
      over();
      void end().then(reject);
    });
  });
}
