/** Writes a network down as a DYNAP-SE2 configuration: CAM, SRAM, latches and bias codes. */
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import type { ChipProgram, Currents, Route, SynapseList } from '../family.ts';
import { type Bias, nearestBias } from './bias-generator.ts';
import {
  type ChipConfiguration,
  type CoreConfiguration,
  type Dendrite,
  dendrites,
  idleNeuron,
  type NeuronConfiguration,
  type SynapseConfiguration,
  weightSwitches,
} from './configuration.ts';
import { coresOf, type Destination, monitorDestination } from './event.ts';
import { chipLimits } from './limits.ts';
import { type CoreParameterName, coreCurrentNames, currentParameter } from './parameters.ts';

/** What an event needs to get from a chip along a route. */
function destinationOf({ chip, cores, tag }: Route, from: number): Destination {
  return { core: coresOf(cores), xHop: chip - from, yHop: 0, tag };
}

const weightOf = Array.from({ length: chipLimits.mask + 1 }, (_, mask) => weightSwitches(mask));
const dendriteOf: readonly Dendrite[] = dendriteNames.map((name) => dendrites[name]);

/** Synapses in the order of who sends, as they stand if they are listed so. */
function bySender({ pre }: SynapseList): Uint32Array {
  const order = Uint32Array.from(pre.keys());
  for (let i = 1; i < pre.length; i++) {
    if (pre[i]! < pre[i - 1]!) return order.sort((a, b) => pre[a]! - pre[b]!);
  }
  return order;
}

/** CAM entries of each neuron, those of the input channels first, by the order of who sends. */
function camEntries({ network, routes }: ChipProgram): SynapseConfiguration[][] {
  const { channels, input, recurrent, hardware } = network;
  const entries = hardware.map((): SynapseConfiguration[] => []);
  const add = (list: SynapseList, first: number): void => {
    const { pre, post, code, dendrite } = list;
    for (const i of bySender(list)) {
      const { chip, core } = hardware[post[i]!]!;
      const own = routes[first + pre[i]!]!;
      const route = own.find((to) => to.chip === chip && (to.cores >> core) % 2 === 1);
      entries[post[i]!]!.push({
        tag: route!.tag,
        weight: weightOf[code[i]!]!,
        dendrite: dendriteOf[dendrite[i]!]!,
        stp: false,
        preciseDelay: false,
        mismatchedDelay: false,
      });
    }
  };
  add(input, 0);
  add(recurrent, channels);
  return entries;
}

/** Picks the bias settings whose currents lie nearest to what a core asks for. */
function coreBiases(currents: Currents): CoreConfiguration['parameters'] {
  const parameters: Partial<Record<CoreParameterName, Bias>> = {};
  for (const name of coreCurrentNames) {
    const parameter = currentParameter[name];
    parameters[parameter] = nearestBias(parameter, currents[name] ?? 0);
  }
  return parameters;
}

/**
 * Writes a program down: a CAM entry for each synapse, an SRAM entry for each route of a neuron and one for the
 * host, the latches, the bias codes. Chips up to the last one in use, each whole.
 */
export function dynapse2Configuration(program: ChipProgram): ChipConfiguration {
  const { network, routes, cores } = program;
  const { channels, hardware, dc, adaptation, nmda, monitored } = network;
  const lastChip = hardware.reduce((last, { chip }) => Math.max(last, chip), 0);
  const idle = idleNeuron();
  const chips = Array.from({ length: lastChip + 1 }, () =>
    Array.from({ length: chipLimits.cores }, () =>
      new Array<NeuronConfiguration>(chipLimits.neurons).fill(idle),
    ),
  );
  for (const [n, synapses] of camEntries(program).entries()) {
    const { chip, core, neuron } = hardware[n]!;
    const toHost = (monitored?.[n] ?? true) ? [monitorDestination(core, neuron)] : [];
    const toCores = routes[channels + n]!.map((route) => destinationOf(route, chip));
    chips[chip]![core]![neuron] = {
      ...idle,
      synapses,
      destinations: [...toHost, ...toCores],
      latchSoDc: dc[n]!,
      latchSoAdaptation: adaptation[n]!,
      latchDenmNmda: nmda?.[n] ?? false,
    };
  }
  return {
    chips: chips.map((onChip, chip) => ({
      cores: onChip.map((neurons, core) => {
        const own = cores.find((used) => used.chip === chip && used.core === core);
        return { neurons, parameters: own === undefined ? {} : coreBiases(own.currents) };
      }),
    })),
  };
}
