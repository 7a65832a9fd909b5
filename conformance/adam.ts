import { pipelineWeights } from '../src/train/gradient.ts';
import { startTraining } from '../src/train/training.ts';
import { type Contender, onEachEngine } from './engines.ts';
import { readJson } from './files.ts';
import {
  type CaseOutcome,
  type EngineName,
  type Kind,
  relativeEach,
  relativeToLargest,
} from './kind.ts';
import { caseNetwork, caseSamples, type NetworkCase } from './network-case.ts';

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

/**
 * Epochs that are compared at most. The gradient jumps where the input of a step passes the clip at Io. In about
 * every third training of 300 epochs, float32 passes it an epoch earlier or later, and all that follows is another
 * path.
 */
const longest: Readonly<Record<EngineName, number>> = {
  reference: Number.POSITIVE_INFINITY,
  kernel: 10,
};

async function compare(
  given: Trajectory,
  name: string,
  { name: engineName, engine }: Contender,
): Promise<CaseOutcome> {
  const net = caseNetwork(given.w_in0, given.w_rec0, {}, given.dt);
  const whole = Math.max(given.losses.length, ...given.checkpoints.map(({ epoch }) => epoch));
  const epochs = Math.min(whole, longest[engineName]);
  const training = startTraining(net, caseSamples(given), {
    epochs,
    engine,
    optimiser: { learningRate: given.lr, beta1: given.b1, beta2: given.b2, epsilon: given.eps },
  });
  const losses: number[] = [];
  let error = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await training.advance(1);
    losses.push(training.loss);
    for (const at of given.checkpoints.filter((checkpoint) => checkpoint.epoch === epoch)) {
      const weights = pipelineWeights(training.pipeline());
      error = Math.max(error, relativeToLargest(weights, [...at.w_in.flat(), ...at.w_rec.flat()]));
    }
  }
  await training.close();
  const theirs = given.losses.slice(0, epochs);
  return { name, error: Math.max(error, relativeEach(losses.slice(0, theirs.length), theirs)) };
}

/** Weights along whole trainings with Adam, and the loss of every epoch. */
export const adam: readonly Kind[] = onEachEngine({
  kind: 'adam',
  tolerances: { reference: 1e-9, kernel: 1e-5 },
  needs: ['training/adam_trajectories.json'],
  run: (folder, contender) =>
    Promise.all(
      readJson<Trajectory[]>(folder, 'training', 'adam_trajectories.json').map((given, i) =>
        compare(given, `trajectory ${i}`, contender),
      ),
    ),
});
