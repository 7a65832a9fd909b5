import { kernel } from 'spikeline';
import { dynapSimParameters, randomStream } from 'spikeline/neurons';
import { onOneCore } from './core.ts';
import { startJax } from './jax.ts';
import { median, repetitions, secondsOf, steps, warmUp } from './measure.ts';

/** One size, in million neuron-steps per second, one trial, dense recurrence. */
interface ForwardRow {
  readonly n: number;
  readonly ours: number;
  readonly jax: number | null;
  readonly ratio: number | null;
  /** Share of neuron-steps that spike. */
  readonly spiking: number;
  /** How many times faster than real time, at steps of 1 ms. */
  readonly realTime: number;
}

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

async function measure(
  note: (text: string) => void,
  core: string | undefined,
): Promise<ForwardRow[]> {
  const jax = await startJax(core);
  if (typeof jax === 'string') note(jax);
  const rows: ForwardRow[] = [];
  for (const n of sizes) {
    // As many runs as take some tenths of a second.
    const runs = Math.max(1, Math.ceil(2e4 / (n + (n * n) / 64)));
    const { layer, input } = forwardTask(n, steps);
    const counts = new Uint32Array(input.length);
    const run = (): void => {
      for (let k = 0; k < runs; k++) layer.run(input, counts);
    };
    if (typeof jax !== 'string') await jax.ask({ task: 'forward', n, steps, runs, seed: 0 });
    await warmUp(run);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < repetitions; round++) {
      ours.push((runs * input.length) / (await secondsOf(run)) / 1e6);
      if (typeof jax === 'string') continue;
      const { seconds } = await jax.ask({ run: true });
      theirs.push((runs * input.length) / (seconds as number) / 1e6);
    }
    const rate = median(ours);
    const jaxRate = theirs.length > 0 ? median(theirs) : null;
    rows.push({
      n,
      ours: rate,
      jax: jaxRate,
      ratio: jaxRate === null ? null : rate / jaxRate,
      spiking: counts.filter((spikes) => spikes > 0).length / counts.length,
      realTime: ((rate * 1e6) / n) * dt,
    });
  }
  if (typeof jax !== 'string') jax.close();
  return rows;
}

/** Simulation, ours and JAX in turn, one core each. */
export function forward(note: (text: string) => void): Promise<ForwardRow[]> {
  return onOneCore(note, (core) => measure(note, core));
}
