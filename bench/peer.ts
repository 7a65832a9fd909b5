import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a peer answers: figures by name. */
export type PeerAnswer = Readonly<Record<string, number | boolean | string>>;

/** A Python process in which another library computes the same as we do. */
export interface Peer {
  /** Version of the other library. */
  readonly version: string;
  /** Sends a request and waits for its answer. */
  ask(request: Readonly<Record<string, unknown>>): Promise<PeerAnswer>;
  close(): void;
}

/** Pythons to look for peers in: `SPIKELINE_PYTHON` lists them, separated by commas. */
export function pythons(): string[] {
  const list = (process.env['SPIKELINE_PYTHON'] ?? 'python3').split(',').map((path) => path.trim());
  return list.filter((path) => path !== '');
}

/** A library that is a peer: the script that speaks for it, what that is told, and how to get it. */
export interface PeerLibrary {
  readonly script: string;
  readonly args?: readonly string[];
  readonly install: string;
}

/** Starts one Python with a script of `bench/peers`; rejects if the library is not installed there. */
async function startPeer(
  python: string,
  { script, args = [] }: PeerLibrary,
  core: string | undefined,
): Promise<Peer> {
  const path = fileURLToPath(new URL(`peers/${script}`, import.meta.url));
  const child = spawn(python, [path, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...(core === undefined ? {} : { SPIKELINE_BENCH_CPU: core }) },
  });
  const waiting: ((answer: PeerAnswer | Error) => void)[] = [];
  let ended: string | undefined;
  const fail = (reason: string): void => {
    ended ??= reason;
    for (const settle of waiting.splice(0)) settle(new Error(reason));
  };
  child.on('error', (cause) => fail(`${python} does not start: ${cause.message}`));
  child.on('exit', (code) => fail(`${python} ended with exit code ${code}`));
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as PeerAnswer;
    const { error } = answer;
    waiting.shift()?.(error === undefined ? answer : new Error(`${python}: ${error}`));
  });
  const ask: Peer['ask'] = (request) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(new Error(ended));
        return;
      }
      waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  try {
    const { version } = await ask({ version: true });
    return { version: `${version}`, ask, close: () => child.stdin.end() };
  } catch (cause) {
    child.kill();
    throw cause;
  }
}

/**
 * Starts a peer in every Python that has it, once for each version; the first Python with a version wins.
 * If there is none, `note` is told why and how to get it.
 */
export async function startPeers(
  library: PeerLibrary,
  core: string | undefined,
  note: (text: string) => void,
): Promise<Peer[]> {
  const peers: Peer[] = [];
  const reasons: string[] = [];
  for (const python of pythons()) {
    try {
      const peer = await startPeer(python, library, core);
      if (peers.some(({ version }) => version === peer.version)) peer.close();
      else peers.push(peer);
    } catch (cause) {
      reasons.push((cause as Error).message);
    }
  }
  if (peers.length === 0) {
    note(
      `the peer is skipped: ${reasons.join('; ')}. It takes '${library.install}' and SPIKELINE_PYTHON=path/to/python (several: separated by commas)`,
    );
  }
  return peers;
}

/** A peer that is ready for a task, with what it answered when it was. */
export interface PreparedPeer extends Peer {
  readonly ready: PeerAnswer;
}

/** Prepares a task in every version of a peer, runs it, and gives the fastest version; undefined without a peer. */
export async function fastest(
  peers: readonly Peer[],
  task: Readonly<Record<string, unknown>>,
): Promise<PreparedPeer | undefined> {
  let best: { readonly peer: PreparedPeer; readonly seconds: number } | undefined;
  for (const peer of peers) {
    const prepared = { ...peer, ready: await peer.ask(task) };
    if (peers.length === 1) return prepared;
    // The first run may still compile.
    await peer.ask({ run: true });
    let least = Number.POSITIVE_INFINITY;
    // Who is far behind at first needs no more runs.
    for (
      let run = 0;
      run < 3 && !(best !== undefined && least > 2 * best.seconds && run > 0);
      run++
    ) {
      least = Math.min(least, Number((await peer.ask({ run: true }))['seconds']));
    }
    if (best === undefined || least < best.seconds) best = { peer: prepared, seconds: least };
  }
  return best?.peer;
}

/** The paper's equations in JAX, as anyone writes them down and with every help that a user of JAX has. */
export const jaxLibrary = { script: 'dynapsim_jax.py', install: 'pip install jax' } as const;

/** Rockpool itself, with the JAX that stands beside it. */
export const rockpoolLibrary = {
  script: 'dynapsim_rockpool.py',
  install: 'pip install rockpool jax',
} as const;

/** Libraries of spiking networks on PyTorch. */
export const snnLibraries = ['snntorch', 'norse', 'spikingjelly'] as const;

/** One of them, with the PyTorch that stands beside it. */
export function snnLibrary(name: (typeof snnLibraries)[number]): PeerLibrary {
  return { script: 'lif_torch.py', args: [name], install: `pip install ${name}` };
}
