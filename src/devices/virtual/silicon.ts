/** The neurons behind the memory words of a virtual board, deviating as its piece of silicon does. */
import type { CircuitModel, CircuitNeuron, Circuits } from '../../chips/family.ts';
import { computing, type Engine } from '../../neurons/engine.ts';
import type { NeuronLayer } from '../../neurons/layer.ts';
import { drawMismatch, type Mismatch } from '../../neurons/mismatch.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import type { ParameterSet } from '../../neurons/parameter-set.ts';

/** How the silicon behind the memories behaves. */
export interface SiliconConfig {
  /** Model that its neurons are computed as. */
  readonly model: CircuitModel;
  /** How far its transistors differ. */
  readonly mismatch: Mismatch;
  /** Which piece of silicon it is. */
  readonly seed: number;
  /** Step of the circuits, seconds. */
  readonly dt: number;
  /** What computes the neurons. */
  readonly engine: Engine;
}

/** A population as a board runs it. */
export type SiliconLayer = Pick<NeuronLayer<unknown>, 'step'> & {
  /** A copy of its state: for every name one value for each neuron, or several blocks of them. */
  readState(): object;
  /** Goes on from a state. */
  writeState(state: object): void;
};

/**
 * Parameters of the neurons in use: those of their cores, drawn for the whole core so that a neuron deviates the
 * same whatever else is configured, and zero if switched off.
 */
function siliconParameters(
  { neurons, cores }: Circuits,
  { mismatch, seed }: SiliconConfig,
): Readonly<Record<string, unknown>> {
  const drawn = new Map(
    cores.map(({ chip, core, parameters }) => [
      `${chip}/${core}`,
      drawMismatch(parameters as ParameterSet<'Io'>, mismatch, seed, 'silicon', chip, core),
    ]),
  );
  const currentOf = (name: string, { chip, core, neuron, off }: CircuitNeuron): number =>
    off.includes(name) ? 0 : drawn.get(`${chip}/${core}`)![name as 'Io'][neuron]!;
  const nominal = Object.entries<unknown>(cores[0]!.parameters);
  return Object.fromEntries(
    nominal.map(([name, value]) => [
      name,
      value instanceof Float64Array
        ? Float64Array.from(neurons, (neuron) => currentOf(name, neuron))
        : value,
    ]),
  );
}

/**
 * Makes the neurons of a board. Every transistor deviates as the seed has it: the same seed is the same board.
 * Undefined if no neuron can ever fire.
 */
export function siliconLayer(circuits: Circuits, config: SiliconConfig): SiliconLayer | undefined {
  const { model, dt, engine } = config;
  if (circuits.neurons.length === 0) return undefined;
  const parameters: unknown = siliconParameters(circuits, config);
  const layer = computing(engine, model).layer(parameters as AnalogParameters, { dt });
  return {
    step: (input) => layer.step(input),
    readState: () => layer.readState(),
    writeState: (state) => layer.writeState(state as never),
  };
}
