import type { DynapSimParametersInput } from '../src/neurons/dynap-sim/parameters.ts';
import { pipelineParameters } from '../src/train/gradient.ts';
import { startLearner } from '../src/train/learner.ts';
import { meanSquaredError } from '../src/train/loss.ts';
import { type Contender, onEachEngine } from './engines.ts';
import { jsonNames, readJson } from './files.ts';
import { type CaseOutcome, inForm, type Kind, relativeToLargest } from './kind.ts';
import { caseNetwork, caseSamples, type NetworkCase } from './network-case.ts';

/** The loss counts spikes: float32 must not show in it as in a gradient. */
const lossTolerance = 1e-6;

interface GradientCase extends NetworkCase {
  readonly Iscale: number;
  readonly has_rec: boolean;
  readonly params: DynapSimParametersInput;
  readonly layout: DynapSimParametersInput;
  readonly w_in: readonly (readonly number[])[];
  readonly w_rec: readonly (readonly number[])[] | null;
  readonly loss: number;
  readonly dL_dw_in: readonly (readonly number[])[];
  readonly dL_dw_rec: readonly (readonly number[])[] | null;
}

async function compare(folder: string, name: string, { engine }: Contender): Promise<CaseOutcome> {
  const given = readJson<GradientCase>(folder, 'gradients', `${name}.json`);
  const { w_in, w_rec, has_rec, params, layout, Iscale, dt } = given;
  const parameters = { ...params, ...layout, Iscale };
  const pipeline = caseNetwork(w_in, has_rec ? (w_rec ?? undefined) : undefined, parameters, dt);
  const learner = startLearner({
    pipeline,
    samples: caseSamples(given),
    loss: meanSquaredError(),
    optimiser: { learningRate: 0 },
    parameters: pipelineParameters(pipeline),
    engine,
  });
  learner.evaluate();
  const gradient = learner.read('gradient');
  const loss = Math.abs(learner.loss - given.loss) / given.loss;
  await learner.close();
  const inputs = w_in.length * given.N;
  const errors = [loss, relativeToLargest(gradient.subarray(0, inputs), given.dL_dw_in.flat())];
  if (has_rec && given.dL_dw_rec !== null) {
    errors.push(relativeToLargest(gradient.subarray(inputs), given.dL_dw_rec.flat()));
  }
  const error = Math.max(...errors);
  return loss <= lossTolerance
    ? { name, error }
    : { name, error, note: `the loss differs by ${loss} of itself` };
}

/** Gradients through time, relative to the largest entry of each matrix. */
export const gradients: readonly Kind[] = onEachEngine({
  kind: 'gradients',
  tolerances: { reference: 1e-8, kernel: 1e-5 },
  needs: ['gradients'],
  run: (folder, contender) =>
    Promise.all(
      jsonNames(`${folder}/gradients`).map((name) =>
        inForm(`gradients/${name}.json`, async () => [await compare(folder, name, contender)]),
      ),
    ).then((outcomes) => outcomes.flat()),
});
