import { kernel } from 'spikeline';
import { dynapSimParameters, randomStream } from 'spikeline/neurons';
import { onOneCore } from './core.ts';
import { inTurn, secondsOf, warmUp } from './measure.ts';
import { fastest, jaxLibrary, type Peer, startPeers } from './peer.ts';
import { type BenchRow, row } from './rows.ts';
import { steps } from './tasks.ts';

const sizes = [2, 256, 1024, 4096];
const dt = 1e-3;

/** Poisson counts of mean 0.1 as weighted input, recurrent weights normal over √n: as the JAX side has it. */
function forwardTask(n: number, steps: number) {
  const random = randomStream(0, 'forward', n);
  const recurrent = Float64Array.from({ length: n * n }, () => random.normal() / Math.sqrt(n));
  const count = (): number => {
    let spikes = 0;
    for (let rest = random.uniform(); rest > Math.exp(-0.1); rest *= random.uniform()) spikes++;
    return spikes;
  };
  const input = Float64Array.from({ length: n * steps }, count);
  return { layer: kernel().layer(dynapSimParameters({}, n), { dt, recurrent }), input };
}

/** One size, in million neuron-steps per second, one trial, dense recurrence. */
async function size(n: number, peers: readonly Peer[]): Promise<BenchRow> {
  // As many runs as take some tenths of a second.
  const runs = Math.max(1, Math.ceil(2e4 / (n + (n * n) / 64)));
  const { layer, input } = forwardTask(n, steps);
  const counts = new Uint32Array(input.length);
  const run = (): void => {
    for (let k = 0; k < runs; k++) layer.run(input, counts);
  };
  const million = (seconds: number): number => (runs * input.length) / seconds / 1e6;
  const jax = await fastest(peers, { task: 'forward', n, steps, runs, seed: 0 });
  await warmUp(run);
  const rates = await inTurn<'ours', 'jax'>({
    ours: async () => million(await secondsOf(run)),
    jax: jax && (async () => million(Number((await jax.ask({ run: true }))['seconds']))),
  });
  const { ours } = rates;
  const theirs = rates.jax?.median ?? null;
  return row(`forward.${n}`, ours.median, 'M neuron-steps/s', null, {
    n,
    low: ours.low,
    high: ours.high,
    ours: ours.median,
    jax: theirs,
    jaxVersion: jax?.version ?? null,
    ratio: theirs === null ? null : ours.median / theirs,
    // Share of neuron-steps that spike.
    spiking: counts.filter((spikes) => spikes > 0).length / counts.length,
    // How many times faster than real time.
    realTime: ((ours.median * 1e6) / n) * dt,
  });
}

/** Simulation, ours and JAX in turn, one core each. */
export function forward(note: (text: string) => void): Promise<BenchRow[]> {
  return onOneCore(note, async (core) => {
    const peers = await startPeers(jaxLibrary, core, note);
    const rows: BenchRow[] = [];
    for (const n of sizes) rows.push(await size(n, peers));
    for (const peer of peers) peer.close();
    return rows;
  });
}
