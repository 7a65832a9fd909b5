import {
  kernel,
  lif,
  linear,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  spikeRaster,
  type TrainingSample,
} from 'spikeline';
import { startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { startLearner } from '#src/train/learner';

/** A number from 0 to 1 that Python works out to the same. */
function scattered(k: number): number {
  const value = Math.sin(12.9898 * k) * 43758.5453;
  return value - Math.floor(value);
}

const [inputs, hidden, outputs, trials, steps] = [4, 6, 3, 3, 25];
const matrix = (rows: number, columns: number, value: (k: number) => number): number[][] =>
  Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (__, c) => value(r * columns + c)),
  );
// snntorch.Leaky(beta=0.9, threshold=1, reset_mechanism="zero"): what enters adds to the potential as it is.
const neurons = { tauMem: 0.01, resistance: 10 };
const net = pipeline(
  linear({ weight: matrix(inputs, hidden, (k) => 1.2 * scattered(k + 1) - 0.3), name: 'in' }),
  lif({ ...neurons, neurons: hidden, name: 'hidden' }),
  linear({
    weight: matrix(hidden, outputs, (k) => 1.4 * scattered(100 + k) - 0.4),
    name: 'between',
  }),
  lif({ ...neurons, neurons: outputs, name: 'out' }),
);
const samples = Array.from({ length: trials }, (_, b): TrainingSample => {
  const fires = (k: number): number => +(scattered(1000 + b * steps * inputs + k) < 0.3);
  const counts = Uint32Array.from({ length: steps * inputs }, (__, k) => fires(k));
  return { input: spikeRaster({ channels: inputs, dt: 1e-3, counts }), label: b % outputs };
});
const loss = rateCrossEntropy(0.2);
const optimiser = { learningRate: 0.02 };

// What snntorch 1.0.0 on PyTorch 2.15.0 has with surrogate.fast_sigmoid(slope=10), the cross-entropy of the mean over steps
// by 0.2, and torch.optim.Adam(lr=0.02, eps=1e-16).
const losses = [
  1.120337937, 1.063782652, 1.066591121, 1.080567969, 1.004770877, 1.060516694, 1.015005923,
  0.9688280931,
];
const gradient = [
  [
    0.00252054384, 0.0167780299, 0.00360083999, -0.032403457, 0.00548982226, -0.00104393172,
    -0.00368821623, 0.00901758494, -0.000628929242, 0.00490524687, 0.0134854631, 0.000872116872,
    -0.00286545916, 0.00658096385, -0.00476696971, -0.0171687949, 0.0194067535, 0.00383205079,
    0.00585051821, 0.0116639103, 0.00204753539, -0.01357698, 0.0139893996, -0.00110923304,
  ],
  [
    -0.05268125, -0.0228091044, 0.0193875563, 0.00111060085, -0.0344962144, 0.0163448828,
    -0.0248458953, -0.0139501283, 0.0185623707, -0.029326569, -0.0241000942, 0.0411647428,
    0.0145670263, -0.0223133361, 0.0285997646, -0.0055688089, 0.00295965443, -0.0081681713,
  ],
].flat();

describe.each([
  ['the reference', referenceEngine],
  ['the kernel', kernel()],
])('a LIF network trained by %s', (_, engine) => {
  it('has the gradient of snntorch', () => {
    const learner = startLearner({
      pipeline: net,
      samples,
      loss,
      optimiser,
      parameters: [],
      engine,
    });
    learner.evaluate();
    const found = learner.read('gradient');
    expect(found).toHaveLength(gradient.length);
    for (const [i, value] of gradient.entries()) {
      expect(Math.abs(found[i]! - value), `weight ${i}`).toBeLessThan(1e-7);
    }
  });

  it('learns as snntorch does, epoch by epoch', () => {
    const training = startTraining(net, samples, { epochs: 8, loss, optimiser, engine });
    for (const value of losses) {
      void training.advance(1);
      expect(Math.abs(training.loss / value - 1)).toBeLessThan(1e-6);
    }
  });
});
