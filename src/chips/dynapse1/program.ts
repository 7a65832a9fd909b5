/** Writes networks into the words of DYNAP-SE1 chips. */
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import type { ChipProgram, Currents, SynapseList } from '../family.ts';
import {
  biasWords,
  type Dynapse1Biases,
  lowPowerBiases,
  nearestDynapse1Bias,
  silentBiases,
} from './biases.ts';
import { hostWord, routeWord } from './board.ts';
import { type Dynapse1Chip, type Dynapse1Configuration, emptyChip } from './configuration.ts';
import { biasOfCurrent, dynapse1CurrentNames, typeOfDendrite } from './currents.ts';
import { dynapse1Limits } from './limits.ts';
import { camWord, type SynapseType } from './words.ts';

const { neurons, synapses, destinations, cores: perChip } = dynapse1Limits;

/** Kinds that the two counts of a code are of, by dendrite: excitation and inhibition come as fast and slow. */
const kinds = dendriteNames.map((name): readonly [SynapseType, SynapseType] => {
  const own = typeOfDendrite[name];
  const other = { fastExc: 'slowExc', slowExc: 'fastExc', fastInh: 'slowInh', slowInh: 'fastInh' };
  return [own, other[own] as SynapseType];
});

/** Biases that carry the currents of a core; the rest as the board starts with. */
function biasesOf(currents: Currents): Dynapse1Biases {
  const carried = dynapse1CurrentNames.map(
    (name) => [biasOfCurrent[name], nearestDynapse1Bias(currents[name] ?? 0)] as const,
  );
  return { ...lowPowerBiases, ...Object.fromEntries(carried) };
}

/** Writes a program into the words of chips, up to the last one in use. */
export function dynapse1Configuration({
  network,
  routes,
  cores,
}: ChipProgram): Dynapse1Configuration {
  const { hardware, channels, input, recurrent, monitored } = network;
  const last = hardware.reduce((most, { chip }) => Math.max(most, chip), 0);
  const chips: Dynapse1Chip[] = Array.from({ length: last + 1 }, emptyChip);
  const filled = new Uint32Array(hardware.length);
  const listen = ({ pre, post, code, dendrite }: SynapseList, first: number): void => {
    for (let k = 0; k < pre.length; k++) {
      const n = post[k]!;
      const { chip, core, neuron } = hardware[n]!;
      const heard = (to: { chip: number; cores: number }): boolean =>
        to.chip === chip && ((to.cores >> core) & 1) === 1;
      const { tag } = routes[first + pre[k]!]!.find(heard)!;
      const [own, other] = kinds[dendrite[k]!]!;
      for (let left = code[k]! & 15; left > 0; left--) enter(n, chip, core, neuron, tag, own);
      for (let left = code[k]! >> 4; left > 0; left--) enter(n, chip, core, neuron, tag, other);
    }
  };
  const enter = (
    n: number,
    chip: number,
    core: number,
    neuron: number,
    tag: number,
    type: SynapseType,
  ): void => {
    const entry = filled[n]!;
    filled[n] = entry + 1;
    const number = core * neurons + neuron;
    chips[chip]!.cam[number * synapses + entry] = camWord({ neuron: number, entry, tag, type });
  };
  listen(input, 0);
  listen(recurrent, channels);
  for (const [n, own] of hardware.entries()) {
    const number = own.core * neurons + own.neuron;
    const toHost = (monitored?.[n] ?? true) ? [hostWord(own, 0)] : [];
    const words = [
      ...toHost,
      ...routes[channels + n]!.map((route, i) => routeWord(own, toHost.length + i, route)),
    ];
    chips[own.chip]!.sram.set(words, number * destinations);
  }
  return {
    chips: chips.map((chip, c) => {
      const settings = Array.from({ length: perChip }, (_, core) => {
        const own = cores.find((each) => each.chip === c && each.core === core);
        return own === undefined ? silentBiases : biasesOf(own.currents);
      });
      return { ...chip, biases: biasWords(settings) };
    }),
  };
}
