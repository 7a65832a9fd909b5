/** Backends of tensorflow.js. */
import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../errors.ts';
import { listOf, oneOf } from '../options.ts';
import { causeText, fault, within } from '../problems.ts';

/** A backend of tensorflow.js by the name it gives itself; `tensorflow` is that of `@tensorflow/tfjs-node`. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

/** Which backend is in use, and why none before it. */
export interface BackendChoice {
  /** The backend that computes from now on. */
  readonly name: BackendName;
  /** Why each that was tried before it cannot be used. */
  readonly reasons: readonly string[];
}

const backendNames: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'];

// A name in a variable is resolved only when it is asked for: neither the compiler nor a bundler misses it.
const native: string = '@tensorflow/tfjs-node';

const packages: Readonly<Record<BackendName, () => Promise<unknown>>> = {
  tensorflow: () => import(native),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
};

const namesCheck = listOf(oneOf(backendNames));

/** What Node tells of a program that fails. */
const failures = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Does `start` and takes away what it hangs on the failures of the program: in Node, the code of the wasm backend
 * would throw every one again, with a page of its own source above the message.
 */
async function withoutListeners<T>(start: () => Promise<T>): Promise<T> {
  const events: NodeJS.EventEmitter | undefined = globalThis.process;
  const before = failures.map((name) => events?.listeners(name) ?? []);
  const result = await start();
  for (const [i, name] of failures.entries()) {
    for (const listener of events?.listeners(name) ?? []) {
      if (!before[i]!.includes(listener)) events?.off(name, listener as () => void);
    }
  }
  return result;
}

/**
 * Makes the first backend that there is ready for use. One whose package is absent or broken is passed over
 * in silence; `reasons` says why.
 *
 * @param names backends to try, first to last
 * @throws InvalidArgumentError with all reasons, if none can be used
 * @example
 * ```ts
 * import { useBackend } from 'spikeline/tfjs';
 *
 * const { name, reasons } = await useBackend(['wasm', 'cpu']);
 * name; // 'wasm'
 * ```
 */
export async function useBackend(
  names: readonly BackendName[] = backendNames,
): Promise<BackendChoice> {
  const problems = within('names', namesCheck(names));
  if (problems.length > 0) throw new InvalidArgumentError('no backend can be chosen', problems);
  const reasons: string[] = [];
  for (const name of names) {
    try {
      await packages[name]();
      if (await withoutListeners(() => tf.setBackend(name))) return { name, reasons };
      reasons.push(`${name}: it does not start on this machine`);
    } catch (cause) {
      reasons.push(`${name}: ${causeText(cause)}`);
    }
  }
  throw new InvalidArgumentError('tensorflow.js has no backend to compute with', [
    ...reasons.map((reason) => fault('', 'unsupported', reason)),
    fault('', 'missing', 'install @tensorflow/tfjs-backend-wasm, which has wasm and cpu'),
  ]);
}
