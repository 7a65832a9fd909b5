import { pipelineWeights, startTraining } from 'spikeline';
import { readJson } from './files.ts';
import { caseNetwork, caseSamples, type NetworkCase } from './network-case.ts';
import { type CaseOutcome, type Kind, relativeEach, relativeToLargest } from './report.ts';

interface Trajectory extends NetworkCase {
  readonly lr: number;
  readonly b1: number;
  readonly b2: number;
  readonly eps: number;
  readonly w_in0: readonly (readonly number[])[];
  readonly w_rec0: readonly (readonly number[])[];
  readonly losses: readonly number[];
  readonly checkpoints: readonly {
    readonly epoch: number;
    readonly w_in: readonly (readonly number[])[];
    readonly w_rec: readonly (readonly number[])[];
  }[];
}

function compare(given: Trajectory, name: string): CaseOutcome {
  const net = caseNetwork(given.w_in0, given.w_rec0, {}, given.dt);
  const epochs = Math.max(given.losses.length, ...given.checkpoints.map(({ epoch }) => epoch));
  const training = startTraining(net, caseSamples(given), {
    epochs,
    optimiser: { learningRate: given.lr, beta1: given.b1, beta2: given.b2, epsilon: given.eps },
  });
  const losses: number[] = [];
  let error = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    training.advance(1);
    losses.push(training.loss);
    for (const at of given.checkpoints.filter((checkpoint) => checkpoint.epoch === epoch)) {
      const weights = pipelineWeights(training.pipeline());
      error = Math.max(error, relativeToLargest(weights, [...at.w_in.flat(), ...at.w_rec.flat()]));
    }
  }
  const ours = losses.slice(0, given.losses.length);
  return { name, error: Math.max(error, relativeEach(ours, given.losses)) };
}

/** Weights along whole trainings with Adam, and the loss of every epoch. */
export const adam: Kind = {
  kind: 'adam',
  tolerance: 1e-9,
  needs: ['training/adam_trajectories.json'],
  run: (folder) =>
    readJson<Trajectory[]>(folder, 'training', 'adam_trajectories.json').map((given, i) =>
      compare(given, `trajectory ${i}`),
    ),
};
