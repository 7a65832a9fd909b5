import { spawn } from 'node:child_process';
import { run, type StopSignal, type Terminal } from 'spikeline-cli';
import { program } from '#test/support/programs';

/** What a run of the command line left behind. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes that went to what \`-\` stands for. */
  readonly bytes?: Uint8Array;
}

/**
 * Runs the command line in this process; `onStderr` sees what it says while it runs and can stop it, by Ctrl-C
 * if it names no other way. `input` is what `-` stands for;
 * `onStart` is given what stops it.
 */
export async function runCli(
  args: readonly string[],
  onStderr: (text: string, stop: (signal?: StopSignal) => void) => void = () => {},
  input: Iterable<Uint8Array> | AsyncIterable<Uint8Array> = [],
  onStart: (stop: () => void) => void = () => {},
): Promise<CliRun> {
  const parts: Uint8Array[] = [];
  let stdout = '';
  let stderr = '';
  const listeners = new Set<(signal: StopSignal) => void>();
  const stop = (signal: StopSignal = 'SIGINT'): void => {
    for (const listener of [...listeners]) listener(signal);
  };
  const terminal: Terminal = {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
      onStderr(text, stop);
    },
    input: {
      async *[Symbol.asyncIterator]() {
        yield* input;
      },
      destroy() {},
    },
    output: {
      write(bytes, done) {
        parts.push(Uint8Array.from(bytes));
        done?.();
      },
      on() {},
      off() {},
    },
    onStop(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  onStart(stop);
  const code = await run(args, terminal);
  return { code, stdout, stderr, bytes: Buffer.concat(parts) };
}

/** Runs the command line in a process of its own, which Node is given `node` for. */
export function spawnCli(
  args: readonly string[],
  onStderr: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
  node: readonly string[] = [],
): Promise<CliRun> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...node, ...program('cli/main.ts', ...args)], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
      onStderr(data.toString(), (signal) => child.kill(signal));
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
