/** Runs linear stages. */
import { addProduct } from '../product.ts';
import { type RunContext, type StageRun, statelessRun } from '../stage-run.ts';
import type { LinearStage } from './definition.ts';

/** Runs a linear stage; channels that are silent cost nothing. */
export function linearRun(
  { weight, bias }: LinearStage,
  [input]: readonly Float64Array[],
  context: RunContext,
): StageRun {
  const { rows, columns } = weight;
  return statelessRun(columns, context, (output, t) => {
    const to = t * columns;
    if (bias === undefined) output.fill(0, to, to + columns);
    else output.set(bias, to);
    addProduct(weight, input!, output, t * rows, to);
  });
}
