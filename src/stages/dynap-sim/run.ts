import type { Engine } from '../../neurons/engine.ts';
import type { DynapSe2Stage } from '../dynap-se2/definition.ts';
import type { StageRun } from '../stage-run.ts';
import type { DynapSimStage } from './definition.ts';

/** Runs DynapSim or DYNAP-SE2 neurons on slices of at most `most` steps. */
export function dynapSimRun(
  stage: DynapSimStage | DynapSe2Stage,
  engine: Engine,
  most: number,
): StageRun {
  const { channelsIn, channelsOut, dt } = stage;
  const recurrent = stage.recurrent?.values;
  const layer =
    stage.kind === 'dynapSim'
      ? engine.layer(stage.parameters, recurrent, dt)
      : engine.dendriticLayer(stage.parameters, recurrent, dt);
  const output = new Float64Array(most * channelsOut);
  const counts = new Uint32Array(most * channelsOut);
  return {
    output,
    run(input, steps) {
      layer.run(input.subarray(0, steps * channelsIn), counts);
      output.set(counts.subarray(0, steps * channelsOut));
    },
    reset: () => layer.reset(),
  };
}
