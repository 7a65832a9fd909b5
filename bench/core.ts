import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Runs `taskset` on the main thread of this process, and gives the cores it may use then; nothing if that fails. */
function affinity(...cores: string[]): string | undefined {
  const { status, stdout } = spawnSync('taskset', ['-cp', ...cores, `${process.pid}`], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim().split(': ').at(-1) : undefined;
}

/**
 * Lets `work` have the main thread on one core, whose number it is given: the one that JAX then has in turn, so that
 * whoever else uses the machine meets both. Where there is no `taskset`, `note` is told, and each runs where it may.
 */
export async function onOneCore<T>(
  note: (text: string) => void,
  work: (core: string | undefined) => Promise<T>,
): Promise<T> {
  const all = affinity();
  const core = process.env['SPIKELINE_BENCH_CPU'] ?? all?.match(/\d+$/)?.[0];
  if (all === undefined || core === undefined || affinity(core) === undefined) {
    note('There is no taskset here: ours and JAX may run on different cores');
    return work(undefined);
  }
  try {
    return await work(core);
  } finally {
    affinity(all);
  }
}

/** Whether this process may use two cores at once; if not, `note` is told what is not measured. */
export function hasTwoCores(note: (text: string) => void): boolean {
  const has = availableParallelism() >= 2;
  if (!has) note('Two threads are not measured beside one: this process may use one core only');
  return has;
}
