import { addProduct } from '../product.ts';
import type { StageRun } from '../stage-run.ts';
import { type IntegratingStage, integrate, integrationOf, integrationRest } from './integration.ts';

/** Runs integrating neurons on slices of at most `most` steps. */
export function integrationRun(stage: IntegratingStage, most: number): StageRun {
  const of = integrationOf(stage);
  const { neurons, recurrent } = of;
  const state = integrationRest(of);
  const drive = new Float64Array(neurons);
  const output = new Float64Array(most * neurons);
  return {
    output,
    run(input, steps) {
      for (let at = 0; at < steps * neurons; at += neurons) {
        for (let n = 0; n < neurons; n++) drive[n] = input[at + n]!;
        if (recurrent !== undefined) addProduct(recurrent, state.output, drive);
        integrate(of, state, drive);
        output.set(state.output, at);
      }
    },
    reset: () => {
      for (const values of Object.values(state)) values.fill(0);
    },
  };
}
