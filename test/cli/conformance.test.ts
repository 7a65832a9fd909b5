import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dynapSim,
  linear,
  meanSquaredError,
  pipeline,
  referenceEngine,
  spikeRaster,
} from 'spikeline';
import { dynapSimParameters, referenceLayer } from 'spikeline/neurons';
import { lossFunction, pipelineGradient, pipelineWeights, startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runCli, spawnCli } from './run-cli.ts';

const parameters = { Idc: 3e-9, Iscale: 1e-8 };
const dt = 1e-3;
const recurrent = [
  [0, 3],
  [-2, 0],
];

/** What a forward case is made of, each array `[steps][neurons]`, to be spoilt by a test. */
type Trace = Record<'spikes' | 'imem' | 'isyn' | 'iahp' | 'vmem', Float64Array>;

const steps = 40;
const neurons = 2;

/** A folder with one forward case as the float64 reference computes it, handed over after 20 steps. */
function forwardFolder(spoil: (trace: Trace) => void = () => {}, margins?: object): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'forward'));
  const drive = Float64Array.from({ length: steps * neurons }, (_, i) => 10 * (1 + Math.sin(i)));
  const population = dynapSimParameters(parameters, neurons);
  const layer = referenceLayer(population, { dt, recurrent: Float64Array.from(recurrent.flat()) });
  const room = (): Float64Array => new Float64Array(steps * neurons);
  const trace = { spikes: room(), imem: room(), isyn: room(), iahp: room(), vmem: room() };
  for (let t = 0; t < steps; t++) {
    layer.step(drive.subarray(t * neurons, (t + 1) * neurons));
    for (const [key, values] of Object.entries(trace)) {
      values.set(layer.state[key as keyof Trace], t * neurons);
    }
  }
  const { timerRef, ...rest } = layer.state;
  const finalState = Object.fromEntries(
    Object.entries({ ...rest, timer_ref: timerRef }).map(([key, row]) => [key, [[...row]]]),
  );
  spoil(trace);
  const arrays = { w_rec: Float64Array.from(recurrent.flat()), ws_input: drive, ...trace };
  let at = 0;
  const places = Object.entries(arrays).map(([key, { length }]) => {
    const place = {
      shape: key === 'w_rec' ? [neurons, neurons] : [1, steps, neurons],
      offset_float64: at,
    };
    at += length;
    return [key, place];
  });
  const values = Float64Array.from(Object.values(arrays).flatMap((array) => [...array]));
  writeFileSync(join(folder, 'forward', 'small.f64'), Buffer.from(values.buffer));
  const { Iscale, ...params } = parameters;
  const given = {
    ...{ N: neurons, T: steps, dt, Iscale, has_rec: true, restart_at: steps / 2, params },
    arrays: Object.fromEntries(places),
    final_state: finalState,
  };
  writeFileSync(join(folder, 'forward', 'small.json'), JSON.stringify(given));
  if (margins !== undefined) {
    writeFileSync(join(folder, 'forward', 'margins.json'), JSON.stringify(margins));
  }
  return folder;
}

/** A folder with one gradient case as the float64 reference computes it, off by `factor`. */
function gradientFolder(factor: number): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'gradients'));
  const weight = [
    [40, 30],
    [25, 45],
  ];
  const [T, N] = [20, 2];
  const input = spikeRaster({
    channels: 2,
    dt,
    counts: Uint32Array.from({ length: T * 2 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
  });
  const target = Float64Array.from({ length: T * N }, (_, i) => (i % N === 0 ? 1 : 0));
  const samples = [{ input, target }];
  const net = pipeline(
    linear({ name: 'input', weight }),
    dynapSim({ ...parameters, name: 'output', neurons: N, dt, recurrent }),
  );
  const loss = lossFunction(meanSquaredError(), samples, T, N);
  const problem = pipelineGradient(net, samples, loss, referenceEngine);
  const value = problem.evaluate();
  const rows = (values: readonly number[]): number[][] => [values.slice(0, 2), values.slice(2)];
  const gradient = [...problem.gradient].map((entry) => entry * factor);
  const events = [...input.counts].flatMap((count, i) =>
    count === 0 ? [] : [0, Math.floor(i / 2), i % 2],
  );
  const given = {
    ...{ N, Nin: 2, T, B: 1, dt, input_events_btc: events, target_events_btn: null },
    ...{ Iscale: parameters.Iscale, has_rec: true, params: { Idc: parameters.Idc }, layout: {} },
    ...{ w_in: weight, w_rec: recurrent, loss: value },
    dL_dw_in: rows(gradient.slice(0, 4)),
    dL_dw_rec: rows(gradient.slice(4)),
  };
  writeFileSync(join(folder, 'gradients', 'small.json'), JSON.stringify(given));
  return folder;
}

/** A folder with one training of 12 epochs as the float64 reference goes, the loss of epoch `spoilt` wrong. */
function trainingFolder(spoilt: number): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'training'));
  const weight = [[40, 30]];
  const [T, N] = [10, 2];
  const input = spikeRaster({ channels: 1, dt, counts: new Array<number>(T).fill(1) });
  const target = Float64Array.from({ length: T * N }, (_, i) => (i % N === 0 ? 1 : 0));
  const net = pipeline(
    linear({ name: 'input', weight }),
    dynapSim({ name: 'output', neurons: N, dt, recurrent }),
  );
  const optimiser = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const options = { epochs: 12, engine: referenceEngine, optimiser };
  const training = startTraining(net, [{ input, target }], options);
  const losses = Array.from({ length: 12 }, (_, i) => {
    training.advance(1);
    return i + 1 === spoilt ? 2 * training.loss : training.loss;
  });
  const weights = [...pipelineWeights(training.pipeline())];
  const given = {
    ...{ N, Nin: 1, T, B: 1, dt, lr: 0.01, b1: 0.9, b2: 0.999, eps: 1e-8, losses },
    ...{ w_in0: weight, w_rec0: recurrent },
    input_events_btc: Array.from({ length: T }, (_, t) => [0, t, 0]).flat(),
    checkpoints: [
      { epoch: 12, w_in: [weights.slice(0, 2)], w_rec: [weights.slice(2, 4), weights.slice(4)] },
    ],
  };
  writeFileSync(join(folder, 'training', 'adam_trajectories.json'), JSON.stringify([given]));
  return folder;
}

/** Runs on a folder; tells of each engine how many cases passed, its failures and the exit code. */
async function outcome(folder: string) {
  const { code, stdout } = await runCli(['conformance', folder, '--json']);
  const rows = JSON.parse(stdout) as {
    engine: string;
    passed: number;
    failures: { error: unknown }[];
  }[];
  const passed = Object.fromEntries(rows.map(({ engine, passed: count }) => [engine, count]));
  const errors = rows.flatMap(({ failures }) => failures.map(({ error }) => error));
  return { code, passed, errors };
}

/** A folder with one quantisation case whose best known error is `best`. */
function folderWith(best: number): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'quantisation'));
  const weights = {
    w_in: [
      [1, 2.1],
      [3, -4.3],
    ],
    w_rec: [
      [0, 5.7],
      [6.6, 0],
    ],
  };
  const cases = { small: { ...weights, best: { mse_nonzero: best } } };
  writeFileSync(join(folder, 'quantisation', 'cases.json'), JSON.stringify(cases));
  return folder;
}

describe('conformance', () => {
  it('passes what holds and names what is not there', async () => {
    const { code, stdout } = await runCli(['conformance', folderWith(1)]);
    expect(code).toBe(0);
    expect(stdout).toContain('quantisation');
    expect(stdout).toContain('skipped: forward');
  });

  it('exits 1 and says which case failed and by how much', async () => {
    const folder = folderWith(0);
    writeFileSync(
      join(folder, 'quantisation', 'cases.json'),
      JSON.stringify({
        hard: {
          w_in: [Array.from({ length: 64 }, (_, i) => Math.sqrt(i + 2))],
          w_rec: [[0]],
          best: { mse_nonzero: 1e-6 },
        },
      }),
    );
    const { code, stdout } = await runCli(['conformance', folder, '--json']);
    expect(code).toBe(1);
    const [report] = JSON.parse(stdout);
    expect(report).toMatchObject({ kind: 'quantisation', cases: 1, passed: 0, tolerance: 1.05 });
    expect(report.failures[0].case).toBe('hard');
    expect(report.failures[0].error).toBeGreaterThan(1.05);
  });

  it('compares reference and kernel side by side, across a restart', async () => {
    const { code, stdout } = await runCli(['conformance', forwardFolder()]);
    expect(stdout).toMatch(/^forward +reference +1 +1 /m);
    expect(stdout).toMatch(/^forward +kernel +1 +1 /m);
    expect(code).toBe(0);
  });

  it('gives each row its engine, and none where there is none', async () => {
    const { stdout } = await runCli(['conformance', folderWith(1), '--json']);
    expect(JSON.parse(stdout)[0].engine).toBeNull();
    expect((await outcome(gradientFolder(1))).passed).toEqual({ reference: 1, kernel: 1 });
  });

  it('holds the reference to float64 and the kernel to float32', async () => {
    const off = (factor: number) =>
      outcome(
        forwardFolder(({ isyn }) => {
          isyn[5] = isyn[5]! * factor;
        }),
      );
    expect(await off(1 + 1e-7)).toMatchObject({ code: 1, passed: { reference: 0, kernel: 1 } });
    expect(await off(1 + 1e-4)).toMatchObject({ code: 1, passed: { reference: 0, kernel: 0 } });
    const gradient = (factor: number) => outcome(gradientFolder(factor));
    expect(await gradient(1 + 1e-6)).toMatchObject({ passed: { reference: 0, kernel: 1 } });
    expect(await gradient(1 + 1e-4)).toMatchObject({ passed: { reference: 0, kernel: 0 } });
  });

  it('compares the kernel up to the step from which float32 is known to diverge', async () => {
    const spoil = ({ spikes }: Trace) => void spikes.fill(9, 2 * 30);
    const diverging = (step: number | null) =>
      outcome(forwardFolder(spoil, { small: { float32_first_divergent_step: step } }));
    expect(await diverging(30)).toMatchObject({ passed: { reference: 0, kernel: 1 } });
    expect(await diverging(31)).toMatchObject({
      passed: { reference: 0, kernel: 0 },
      errors: ['20 spike counts differ', '2 spike counts differ'],
    });
    expect(await diverging(null)).toMatchObject({ passed: { reference: 0, kernel: 0 } });
  });

  it('stops at a spike that was in doubt where nothing is known of float32', async () => {
    const { kappa_n, kappa_p, Ut, Io, Ispkthr } = dynapSimParameters(parameters, 1);
    const kappa = (kappa_n[0]! + kappa_p[0]!) / 2;
    const onTheEdge = (Ut[0]! / kappa) * Math.log(Ispkthr[0]! / Io[0]!);
    const flip = (vmem: number) =>
      outcome(
        forwardFolder((trace) => {
          trace.spikes.fill(9, 2 * 30);
          trace.vmem[2 * 30] = vmem;
        }),
      );
    expect(await flip(onTheEdge)).toMatchObject({ passed: { reference: 0, kernel: 1 } });
    expect(await flip(onTheEdge * 1.01)).toMatchObject({ passed: { reference: 0, kernel: 0 } });
  });

  it('follows the kernel through the first ten epochs of a training', async () => {
    const wrong = async (epoch: number) => (await outcome(trainingFolder(epoch))).passed;
    expect(await wrong(0)).toEqual({ reference: 1, kernel: 1 });
    expect(await wrong(10)).toEqual({ reference: 0, kernel: 0 });
    expect(await wrong(11)).toEqual({ reference: 0, kernel: 1 });
  });

  it('skips the kernel and says why where there is no WebAssembly SIMD', async () => {
    const args = ['conformance', forwardFolder()];
    const { code, stdout } = await spawnCli(args, undefined, ['--jitless']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^forward +reference +1 +1 /m);
    expect(stdout).toContain('skipped: forward (kernel), this machine has no WebAssembly SIMD');
  });

  it('refuses what is no folder with exit code 2, and fails where nothing was compared with 1', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const [path, why] of [
      ['/nowhere', 'is not there'],
      [join(folder, 'file'), 'is no folder'],
    ]) {
      const { code, stderr } = await runCli(['conformance', path!]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${path}: ${why}`)]);
    }
    mkdirSync(join(folder, 'colours'));
    const { code, stdout, stderr } = await runCli(['conformance', folder]);
    expect(code).toBe(1);
    expect(stdout).toContain('skipped: colours, no such kind is known here');
    expect(stderr).toContain('nothing was compared');
    expect(await runCli(['conformance', folder, '--json'])).toMatchObject({
      code: 1,
      stdout: '[]\n',
    });
  });
});
