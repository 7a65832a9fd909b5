/** What all populations of neurons have in common: an engine computes them, whatever their model. */
import { DataError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { computing } from '../neurons/engine.ts';
import { isAnalog, type NeuronParameters } from '../neurons/model-table.ts';
import type { StageBase, StageKind } from './stage-kind.ts';

/** A stage of neurons. */
interface PopulationStage extends StageBase {
  readonly dt: number;
  /** Recurrent weights `[pre][channel]`. */
  readonly recurrent?: Matrix;
}

/** The part of a row of the table that all populations share. */
type PopulationForm<Stage> = Pick<
  StageKind<never, Stage>,
  'run' | 'gradient' | 'neurons' | 'chained'
>;

/** The same failure with the name of the stage in which it came. */
function named(stage: string, cause: unknown): unknown {
  return cause instanceof DataError
    ? new DataError(`in ${stage} ${cause.message}`, { cause })
    : cause;
}

/** How a population runs and learns, whose parameters `parametersOf` gives. */
export function populationForm<Stage extends PopulationStage>(
  parametersOf: (stage: Stage) => NeuronParameters,
): PopulationForm<Stage> {
  return {
    neurons: parametersOf,
    chained: (stage) => ({
      parameters: parametersOf(stage),
      ...(stage.recurrent === undefined ? {} : { recurrent: stage.recurrent.values }),
    }),
    run(stage, inputs, { engine, steps }) {
      const input = inputs[0]!;
      const { channelsIn, channelsOut, dt } = stage;
      const parameters = parametersOf(stage);
      const layer = computing(engine, parameters.model).layer(parameters, {
        dt,
        recurrent: stage.recurrent?.values,
      });
      const output = new Float64Array(steps * channelsOut);
      const row = new Float64Array(channelsIn);
      return {
        output,
        signals: layer.signals,
        readSignal: (name, into, at) => layer.readSignal(name, into, at),
        run(from, to) {
          try {
            if (to - from > 1) {
              layer.run(
                input.subarray(from * channelsIn, to * channelsIn),
                output.subarray(from * channelsOut, to * channelsOut),
              );
              return;
            }
            // A single step, as in a loop, makes no arrays.
            for (let c = 0, at = from * channelsIn; c < channelsIn; c++, at++) row[c] = input[at]!;
            output.set(layer.step(row), from * channelsOut);
          } catch (cause) {
            throw named(stage.name, cause);
          }
        },
        through(given, left) {
          try {
            layer.run(given, left);
          } catch (cause) {
            throw named(stage.name, cause);
          }
        },
        reset: () => layer.reset(),
      };
    },
    gradient(stage, inputs, context) {
      const input = inputs[0]!;
      const { engine, steps, trials, weights, weightGradient, stepped } = context;
      const { dt, channelsOut: neurons } = stage;
      const parameters = parametersOf(stage);
      const layer = computing(engine, parameters.model, { ranges: stepped }).differentiable(
        parameters,
        {
          ...{ dt, steps, batch: trials, neurons },
          // It reads and writes where its neighbour does, so that nothing is copied.
          ...{ input: input.values, inputGradient: input.gradient },
        },
      );
      const matrix = weights.length === 0 ? undefined : weights;
      return {
        output: { values: layer.output, gradient: layer.outputGradient },
        forward(from, to) {
          try {
            layer.forward(matrix, from, to);
          } catch (cause) {
            throw named(stage.name, cause);
          }
        },
        backward: (from, to) => layer.backward(matrix, weightGradient, from, to),
        ...(!isAnalog(parameters)
          ? {}
          : { setParameters: (next: NeuronParameters) => layer.setParameters(next) }),
      };
    },
  };
}
