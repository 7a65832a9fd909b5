/** Runs the neurons of a stage, of whatever model. */
import { computing, type Engine } from '../neurons/engine.ts';
import { type NeuronStage, neuronParameters } from './neuron-stage.ts';
import { stageWeights } from './stage.ts';
import type { StageRun } from './stage-run.ts';

/** Runs neurons on slices of at most `most` steps. */
export function populationRun(stage: NeuronStage, engine: Engine, most: number): StageRun {
  const { channelsIn, channelsOut, dt } = stage;
  const parameters = neuronParameters(stage);
  const recurrent = stageWeights(stage)?.values;
  const layer = computing(engine, parameters.model).layer(parameters, { dt, recurrent });
  const output = new Float64Array(most * channelsOut);
  return {
    output,
    run: (input, steps) => layer.run(input.subarray(0, steps * channelsIn), output),
    reset: () => layer.reset(),
  };
}
