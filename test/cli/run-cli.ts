import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { run, type StopSignal, type Terminal } from 'spikeline-cli';

/** What a run of the command line left behind. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command line in this process; `onStderr` sees what it says while it runs and can stop it, by Ctrl-C
 * if it names no other way.
 */
export async function runCli(
  args: readonly string[],
  onStderr: (text: string, stop: (signal?: StopSignal) => void) => void = () => {},
): Promise<CliRun> {
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
    onStop(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { code: await run(args, terminal), stdout, stderr };
}

/** Runs the command line in a process of its own, which Node is given `node` for. */
export function spawnCli(
  args: readonly string[],
  onStderr: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
  node: readonly string[] = [],
): Promise<CliRun> {
  const main = fileURLToPath(new URL('main.ts', import.meta.resolve('spikeline-cli')));
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [...node, '--import', 'tsx', '--conditions=@spikeline/source', main, ...args],
      { env: { ...process.env, NODE_OPTIONS: '' } },
    );
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
