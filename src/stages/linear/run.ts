import { addProduct } from '../product.ts';
import type { StageRun } from '../stage-run.ts';
import type { LinearStage } from './definition.ts';

/** Works out one row of what leaves a linear stage from one row of what enters. */
export function multiply(
  { weight, bias }: Pick<LinearStage, 'weight' | 'bias'>,
  input: Float64Array | Uint32Array,
  output: Float64Array,
  from = 0,
  to = 0,
): void {
  if (bias === undefined) output.fill(0, to, to + weight.columns);
  else output.set(bias, to);
  addProduct(weight, input, output, from, to);
}

/** Runs a linear stage on slices of at most `most` steps. */
export function linearRun(stage: LinearStage, most: number): StageRun {
  const { rows, columns } = stage.weight;
  const output = new Float64Array(most * columns);
  return {
    output,
    run(input, steps) {
      for (let t = 0; t < steps; t++) multiply(stage, input, output, t * rows, t * columns);
    },
    reset: () => {},
  };
}
