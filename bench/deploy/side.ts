// One side of the comparison of deployments, in a process of its own: measures once and prints JSON.
// Argument: the folder of the old tree for the side of the past.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { median } from '../measure.ts';

/** A matrix as both trees have it. */
interface Weights {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** What is used of a tree, old or new. */
interface Tree {
  readonly randomStream: (
    seed: number,
    label: string,
  ) => { integer(below: number): number; normal(): number };
  readonly pipeline: (...stages: unknown[]) => unknown;
  readonly linear: (config: { readonly weight: Weights }) => unknown;
  readonly dynapSim: (config: {
    readonly neurons: number;
    readonly recurrent?: Weights;
  }) => unknown;
  readonly deploy: (net: unknown, options?: object) => unknown;
  readonly chip: (link: unknown) => { unsupported(net: unknown): readonly unknown[] };
  readonly virtualBoard: () => { open(): Promise<{ close(): Promise<void> }> };
}

/** What one side measures. */
export interface DeployFigures {
  /** A full core of 256 neurons with 64 inputs each, seconds. */
  readonly core: number;
  /** Whether it could be deployed, milliseconds. */
  readonly unsupported: number;
  /** 4096 neurons with 64 inputs each, half of them from neurons of the same core, seconds. */
  readonly board: number;
  /** Peak of the memory during that above the process at rest with the network in it, megabytes. */
  readonly megabytes: number;
}

const [folder] = process.argv.slice(2);
const load = async (path: string, name: string): Promise<object> =>
  folder === undefined
    ? ((await import(name)) as object)
    : ((await import(pathToFileURL(`${folder}/${path}`).href)) as object);
const tree = {
  ...(await load('index.ts', 'spikeline')),
  ...(await load('src/random.ts', 'spikeline/neurons')),
} as Tree;
const random = tree.randomStream(0, 'bench, deploy');
// The past simulated what it deployed unless it was told not to; that is not what is compared here.
const options = folder === undefined ? {} : { input: false };

/** Weights in which every neuron listens to `fanIn` of its sources. */
function sparse(rows: number, columns: number, fanIn: number): Weights {
  const values = new Float64Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    for (let placed = 0; placed < fanIn; ) {
      const at = random.integer(rows) * columns + column;
      if (values[at] !== 0) continue;
      values[at] = 0.5 + random.normal();
      placed++;
    }
  }
  return { rows, columns, values };
}

function fullCore(): unknown {
  return tree.pipeline(
    tree.linear({ weight: sparse(128, 256, 64) }),
    tree.dynapSim({ neurons: 256 }),
  );
}

function fullBoard(): unknown {
  const [neurons, core] = [4096, 256];
  const values = new Float64Array(neurons * neurons);
  for (let first = 0; first < neurons; first += core) {
    const block = sparse(core, core, 32);
    for (let row = 0; row < core; row++) {
      const own = block.values.subarray(row * core, (row + 1) * core);
      values.set(own, (first + row) * neurons + first);
    }
  }
  const recurrent = { rows: neurons, columns: neurons, values };
  return tree.pipeline(
    tree.linear({ weight: sparse(512, neurons, 32) }),
    tree.dynapSim({ neurons, recurrent }),
  );
}

const secondsOf = (work: () => unknown): number => {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
};
const several = (times: number, work: () => unknown): number =>
  median(Array.from({ length: times }, () => secondsOf(work)));

/** Forgets the peak of this process's memory, where the system can. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak is that of the process from its start.
  }
}

/** Peak of this process's memory, megabytes. */
function peak(): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    if (line !== null) return (Number(line[1]) * 1024) / 1e6;
  } catch {
    // Not on this system.
  }
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}

const small = fullCore();
tree.deploy(small, options);
const core = several(5, () => tree.deploy(small, options));
const link = await tree.virtualBoard().open();
// A target of its own each time: it may remember its answer.
const unsupported = 1000 * several(5, () => tree.chip(link).unsupported(small));
await link.close();
const big = fullBoard();
globalThis.gc?.();
forgetPeak();
const rest = process.memoryUsage().rss / 1e6;
const board = secondsOf(() => tree.deploy(big, options));
const figures: DeployFigures = { core, unsupported, board, megabytes: peak() - rest };
process.stdout.write(`${JSON.stringify(figures)}\n`);
