import {
  type DynapSimParametersInput,
  lossFunction,
  meanSquaredError,
  pipelineGradient,
  referenceEngine,
} from 'spikeline';
import { jsonNames, readJson } from './files.ts';
import { caseNetwork, caseSamples, type NetworkCase } from './network-case.ts';
import { type CaseOutcome, type Kind, relativeToLargest } from './report.ts';

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

function compare(folder: string, name: string): CaseOutcome {
  const given = readJson<GradientCase>(folder, 'gradients', `${name}.json`);
  const { w_in, w_rec, has_rec, params, layout, Iscale, dt } = given;
  const parameters = { ...params, ...layout, Iscale };
  const net = caseNetwork(w_in, has_rec ? (w_rec ?? undefined) : undefined, parameters, dt);
  const samples = caseSamples(given);
  const loss = lossFunction(meanSquaredError(), samples, given.T, given.N);
  const problem = pipelineGradient(net, samples, loss, referenceEngine);
  const value = problem.evaluate();
  const inputs = w_in.length * given.N;
  const errors = [
    Math.abs(value - given.loss) / given.loss,
    relativeToLargest(problem.gradient.subarray(0, inputs), given.dL_dw_in.flat()),
  ];
  if (has_rec && given.dL_dw_rec !== null) {
    errors.push(relativeToLargest(problem.gradient.subarray(inputs), given.dL_dw_rec.flat()));
  }
  return { name, error: Math.max(...errors) };
}

/** Gradients through time, relative to the largest entry of each matrix. */
export const gradients: Kind = {
  kind: 'gradients',
  tolerance: 1e-8,
  needs: ['gradients'],
  run: (folder) => jsonNames(`${folder}/gradients`).map((name) => compare(folder, name)),
};
