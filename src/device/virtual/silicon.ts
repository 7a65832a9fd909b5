import { chipLimits } from '../../chip/limits.ts';
import type { ChipMemory } from '../../chip/memory.ts';
import type { Engine } from '../../neuron/engine.ts';
import type { NeuronLayer } from '../../neuron/layer.ts';
import { drawMismatch, type Mismatch } from '../../neuron/mismatch.ts';
import {
  currentNames,
  type DynapSimParameters,
  dynapSimParameters,
  type ParameterName,
  parameterNames,
} from '../../neuron/parameters.ts';
import { type ActiveNeuron, currentOf } from './routing.ts';

/** The one synapse of the lumped neuron is the AMPA dendrite of the chip. */
function coreCurrentOf(name: (typeof currentNames)[number]) {
  if (name === 'Igain_syn') return 'Igain_ampa';
  if (name === 'Itau_syn') return 'Itau_ampa';
  return name;
}

/** Parameters of all 256 neurons of a core: its bias currents, deviating as this piece of silicon does. */
function coreParameters(
  memory: ChipMemory,
  chip: number,
  core: number,
  mismatch: Mismatch,
  seed: number,
): DynapSimParameters {
  const nominal = Object.fromEntries(
    currentNames.map((name) => [name, currentOf(memory, core, coreCurrentOf(name))]),
  );
  const parameters = dynapSimParameters({ ...nominal, Iscale: 1 }, chipLimits.neurons);
  return drawMismatch(parameters, mismatch, seed, 'silicon', chip, core);
}

/**
 * Makes the circuits behind the active neurons of a board from nothing but its memory words. Every
 * transistor deviates as `seed` has it: the same seed is the same board.
 */
export function siliconLayer(
  memories: readonly ChipMemory[],
  active: readonly ActiveNeuron[],
  mismatch: Mismatch,
  seed: number,
  dt: number,
  engine: Engine,
): NeuronLayer | undefined {
  if (active.length === 0) return undefined;
  const byCore = new Map<string, DynapSimParameters>();
  const of = ({ chip, core }: ActiveNeuron): DynapSimParameters => {
    const key = `${chip}/${core}`;
    const known = byCore.get(key) ?? coreParameters(memories[chip]!, chip, core, mismatch, seed);
    byCore.set(key, known);
    return known;
  };
  const value = (name: ParameterName, neuron: ActiveNeuron): number => {
    if (name === 'Idc' && !neuron.dc) return 0;
    if (name === 'Igain_ahp' && !neuron.adaptation) return 0;
    return of(neuron)[name][neuron.neuron]!;
  };
  const input = Object.fromEntries(
    parameterNames.map((name) => [name, active.map((neuron) => value(name, neuron))]),
  );
  return engine.layer(dynapSimParameters({ ...input, Iscale: 1 }, active.length), undefined, dt);
}
