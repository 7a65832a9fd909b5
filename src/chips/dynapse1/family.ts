/** The DYNAP-SE1 as a chip family. */
import type { ChipFamily } from '../family.ts';
import { biasRange } from './biases.ts';
import { inputWord, outputWord, tagsOf } from './board.ts';
import { type Dynapse1Configuration, dynapse1Memories, dynapse1Problems } from './configuration.ts';
import {
  biasOfCurrent,
  dynapse1CurrentNames,
  fixedCurrents,
  parameterBehind,
  sharedCurrents,
  weightNames,
} from './currents.ts';
import { changeDynapse1, type Dynapse1Delta, dynapse1DeltaProblems } from './delta.ts';
import { dynapse1Limits } from './limits.ts';
import { dynapse1Configuration } from './program.ts';
import { countLevels, encodeCounts, entriesOf, largestCode, quantiseCounts } from './quantise.ts';
import { dynapse1Circuits, readDynapse1 } from './reading.ts';

const { chips, cores, neurons, synapses, destinations, tags, hops, inputChips } = dynapse1Limits;

/**
 * The DYNAP-SE1: 4 chips of 4 cores of 256 neurons, 64 CAM entries of four kinds of synapses, 4 SRAM entries (Moradi et
 * al. 2018). A weight is how many entries it takes of which kind; an event tells the number of the neuron it
 * comes from, so that only two bits of a tag are free; DC input, adaptation and NMDA are of the whole core.
 */
export const dynapse1: ChipFamily<Dynapse1Configuration> = {
  name: 'dynapse1',
  limits: {
    ...{ chips, cores, neurons, synapses, destinations, tags },
    // Two by two: every chip reaches every other.
    hopsEast: hops,
    hopsWest: hops,
    inputChips,
  },
  models: ['dynapSim', 'dynapSe2'],
  biases: {
    ...Object.fromEntries(
      dynapse1CurrentNames.map((name) => [name, { ...biasRange, setting: biasOfCurrent[name] }]),
    ),
    ...Object.fromEntries(
      Object.entries(fixedCurrents).map(([name, current]) => [
        name,
        { min: current, max: current, setting: 'the circuit' },
      ]),
    ),
  },
  tagsOf,
  bases: weightNames.length,
  largestCode,
  entriesOf,
  quantise: quantiseCounts,
  encode: encodeCounts,
  levels: countLevels,
  share: sharedCurrents,
  behind: parameterBehind,
  compile: dynapse1Configuration,
  read: readDynapse1,
  problems: dynapse1Problems,
  chipsOf: (configuration) => configuration.chips.length,
  memories: dynapse1Memories,
  circuits: dynapse1Circuits,
  deltaProblems: dynapse1DeltaProblems,
  change: (memories, delta) => changeDynapse1(memories, delta as Dynapse1Delta),
  inputWord,
  outputWord,
};
