/** Workers that run the kernel beside the thread that asks. */
import { KernelThreadError } from '../errors.ts';
import { causeText } from '../problems.ts';

/** What a worker works on from then on: the memory of a kernel, and its code. */
export type WorkerTask = { readonly memory: object } & (
  | { readonly module: object }
  | { readonly addon: string; readonly lanes: number }
);

/** What a worker is asked: a function of the kernel, and what it is given. */
export interface WorkerOrder {
  readonly call: 'learnEpochs' | 'runChain';
  readonly given: readonly number[];
}

/**
 * The program of a worker, as text: so it needs no file of its own, whatever the bundler and wherever the
 * package lies. `receive` and `send` are what differs between Node and browsers.
 */
export const workerProgram: string = `
const run = (receive, send) => {
  let kernel;
  receive((message) => {
    const { memory, module, addon, lanes } = message;
    if (memory !== undefined) {
      kernel = addon === undefined
        ? new WebAssembly.Instance(module, { env: { memory } }).exports
        : require(addon).bind(lanes, new Uint8Array(memory.buffer));
      return;
    }
    kernel[message.call](...message.given);
    send('finished');
  });
};
if (typeof require === 'function') {
  const { parentPort } = require('node:worker_threads');
  run((take) => parentPort.on('message', take), (answer) => parentPort.postMessage(answer));
} else {
  run((take) => { self.onmessage = ({ data }) => take(data); }, (answer) => self.postMessage(answer));
}
`;

/** A running worker. */
export interface KernelThread {
  /** Sends a task or an order. */
  send(message: WorkerTask | WorkerOrder): void;
  /** Ends it, whatever it does; resolves when it is gone. */
  end(): Promise<void>;
}

/** Who hears from a worker. */
export interface KernelThreadListener {
  /** It has done what it was asked. */
  finished(): void;
  /** It died by itself. */
  died(cause: Error): void;
}

/** Starts a worker. */
export type StartThread = (listener: KernelThreadListener) => Promise<KernelThread>;

/** What is used of a browser's worker, of which Node's types know nothing. */
interface BrowserWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: (() => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
declare const Worker: (new (url: string) => BrowserWorker) | undefined;

function startBrowserThread(
  listener: KernelThreadListener,
  Start: new (url: string) => BrowserWorker,
): KernelThread {
  const url = URL.createObjectURL(new Blob([workerProgram], { type: 'text/javascript' }));
  const worker = new Start(url);
  URL.revokeObjectURL(url);
  worker.onmessage = () => listener.finished();
  worker.onerror = ({ message }) => listener.died(new Error(message ?? 'no reason given'));
  return {
    send: (message) => worker.postMessage(message),
    end: async () => worker.terminate(),
  };
}

// A name in a variable is resolved only where it is asked for: a bundler for browsers does not miss it.
const ofNode: string = 'node:worker_threads';

/** The error of whoever had work on a thread that has died. */
export function threadDied(cause: unknown): KernelThreadError {
  return new KernelThreadError(`a thread of the kernel died: ${causeText(cause)}`, { cause });
}

/** Starts a worker of Node or of a browser. */
export const startThread: StartThread = async (listener) => {
  if (typeof Worker !== 'undefined') return startBrowserThread(listener, Worker);
  const threads: typeof import('node:worker_threads') = await import(/* @vite-ignore */ ofNode);
  const worker = new threads.Worker(workerProgram, { eval: true });
  // Only work that somebody waits for holds the process; a worker that is idle does not.
  worker.unref();
  let ended = false;
  worker.on('message', () => {
    worker.unref();
    listener.finished();
  });
  worker.on('error', (cause) => listener.died(cause));
  worker.on('exit', (code) => {
    if (!ended) listener.died(new Error(`it ended with exit code ${code}`));
  });
  return {
    send(message) {
      if ('call' in message) worker.ref();
      worker.postMessage(message);
    },
    async end() {
      ended = true;
      worker.ref();
      await worker.terminate();
    },
  };
};
