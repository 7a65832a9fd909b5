import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What JAX answers: figures by name. */
export type JaxAnswer = Readonly<Record<string, number | boolean>>;

/** A Python process that computes the same with JAX. */
export interface Jax {
  /** Sends a request and waits for its answer. */
  ask(request: Readonly<Record<string, unknown>>): Promise<JaxAnswer>;
  close(): void;
}

const script = fileURLToPath(new URL('peers/dynapsim_jax.py', import.meta.url));

/**
 * Starts JAX on a core, or on one of its own choice; a text where that cannot be done, which says why.
 * `SPIKELINE_PYTHON` names the Python.
 */
export async function startJax(core: string | undefined): Promise<Jax | string> {
  const python = process.env['SPIKELINE_PYTHON'] ?? 'python3';
  const child = spawn(python, [script], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...(core === undefined ? {} : { SPIKELINE_BENCH_CPU: core }) },
  });
  const waiting: ((answer: JaxAnswer | Error) => void)[] = [];
  const fail = (reason: string): void => {
    for (const settle of waiting.splice(0)) settle(new Error(reason));
  };
  child.on('error', (cause) => fail(`${python} does not start: ${cause.message}`));
  child.on('exit', (code) => fail(`${python} ended with exit code ${code}`));
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as JaxAnswer & { readonly error?: string };
    waiting.shift()?.(answer.error === undefined ? answer : new Error(answer.error));
  });
  const ask: Jax['ask'] = (request) =>
    new Promise((resolve, reject) => {
      waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  try {
    await ask({ task: 'training', n: 1, inputs: 1, batch: 1, steps: 2, epochs: 1, seed: 0 });
  } catch (cause) {
    child.kill();
    const { message } = cause as Error;
    return `JAX is skipped: ${message}. It takes 'pip install jax' and SPIKELINE_PYTHON=path/to/python`;
  }
  return { ask, close: () => child.stdin.end() };
}
