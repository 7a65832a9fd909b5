import { currentOf, lumpedCurrent, type UsedNeuron } from '../../chips/dynapse2/circuits.ts';
import { chipLimits } from '../../chips/dynapse2/limits.ts';
import type { ChipMemory } from '../../chips/dynapse2/memory.ts';
import {
  type DynapSe2Parameters,
  dynapSe2CurrentNames,
  dynapSe2ParameterNames,
  dynapSe2Parameters,
} from '../../neurons/dynap-se2/parameters.ts';
import {
  currentNames,
  type DynapSimParameters,
  dynapSimParameters,
  parameterNames,
} from '../../neurons/dynap-sim/parameters.ts';
import type { Engine } from '../../neurons/engine.ts';
import type { NeuronLayer } from '../../neurons/layer.ts';
import { drawMismatch, type Mismatch } from '../../neurons/mismatch.ts';
import type { ParameterSet } from '../../neurons/parameter-set.ts';

/** How the silicon behind the memories behaves. */
export interface SiliconConfig {
  /**
   * What a neuron of the board is: with one lumped synapse, from the AMPA biases, as networks of DynapSim
   * neurons are trained; or with its four dendrites, each from its own biases.
   */
  readonly circuit: 'lumped' | 'dendrites';
  /** How far its transistors differ. */
  readonly mismatch: Mismatch;
  /** Which piece of silicon it is. */
  readonly seed: number;
  /** Step of the circuits, seconds. */
  readonly dt: number;
  /** What computes the neurons. */
  readonly engine: Engine;
}

/** A model of neurons, as far as silicon must know it. */
interface Model<P extends ParameterSet<'Io'>> {
  /** Names of the currents that come from biases. */
  readonly currents: readonly string[];
  /** Names of all parameters. */
  readonly names: readonly string[];
  complete(input: Readonly<Record<string, number | number[]>>, neurons: number): P;
}

const lumped: Model<DynapSimParameters> = {
  currents: currentNames,
  names: parameterNames,
  complete: (input, neurons) => dynapSimParameters({ ...input, Iscale: 1 }, neurons),
};

const dendritic: Model<DynapSe2Parameters> = {
  currents: dynapSe2CurrentNames,
  names: dynapSe2ParameterNames,
  complete: (input, neurons) => dynapSe2Parameters({ ...input, Iscale: 1 }, neurons),
};

/** Currents that a latch switches off. */
function switchedOff(name: string, { dc, adaptation, nmda }: UsedNeuron): boolean {
  return (
    (name === 'Idc' && !dc) ||
    (name === 'Igain_ahp' && !adaptation) ||
    (name === 'If_nmda' && !nmda)
  );
}

/** Parameters of neurons: the bias currents of their cores, deviating as this piece of silicon does. */
function siliconParameters<P extends ParameterSet<'Io'>>(
  { currents, names, complete }: Model<P>,
  memories: readonly ChipMemory[],
  active: readonly UsedNeuron[],
  { mismatch, seed }: SiliconConfig,
): P {
  const byCore = new Map<string, P>();
  const of = ({ chip, core }: UsedNeuron): P => {
    const key = `${chip}/${core}`;
    let known = byCore.get(key);
    if (known === undefined) {
      const nominal = currents.map((name) => [
        name,
        currentOf(memories[chip]!, core, lumpedCurrent(name)),
      ]);
      const parameters = complete(Object.fromEntries(nominal), chipLimits.neurons);
      known = drawMismatch(parameters, mismatch, seed, 'silicon', chip, core);
      byCore.set(key, known);
    }
    return known;
  };
  const values = names.map((name) => [
    name,
    active.map((neuron) =>
      switchedOff(name, neuron) ? 0 : of(neuron)[name as 'Io'][neuron.neuron]!,
    ),
  ]);
  return complete(Object.fromEntries(values), active.length);
}

/**
 * Makes the circuits behind the active neurons of a board from nothing but its memory words. Every
 * transistor deviates as the seed has it: the same seed is the same board.
 */
export function siliconLayer(
  memories: readonly ChipMemory[],
  active: readonly UsedNeuron[],
  config: SiliconConfig,
): Pick<NeuronLayer<unknown>, 'step' | 'reset'> | undefined {
  const { circuit, dt, engine } = config;
  if (active.length === 0) return undefined;
  return circuit === 'lumped'
    ? engine.layer(siliconParameters(lumped, memories, active, config), { dt })
    : engine.layer(siliconParameters(dendritic, memories, active, config), { dt });
}
