/** The DYNAP-SE2 as a chip family. */
import type { ChipFamily } from '../family.ts';
import {
  baseCount,
  defaultHops,
  defaultRestarts,
  encodeWeights,
  quantise,
  subsetSums,
} from '../masks.ts';
import { biasRange } from './bias-generator.ts';
import type { ChipConfiguration } from './configuration.ts';
import { parameterBehind, sharedCurrents } from './core-currents.ts';
import { changeDynapse2, type Dynapse2Delta, dynapse2DeltaProblems } from './delta.ts';
import { echoReply, echoWord, inputWord, monitorReply } from './event.ts';
import { chipLimits } from './limits.ts';
import { chipMemories } from './memory.ts';
import { coreCurrentNames, currentParameter } from './parameters.ts';
import { configurationProblems } from './problems.ts';
import { dynapse2Configuration } from './program.ts';
import { readDynapse2 } from './reading.ts';
import { dynapse2Circuits } from './silicon.ts';

const { chips, cores, neurons, synapses, destinations, tags, hops } = chipLimits;

/**
 * The DYNAP-SE2: 4 chips of 4 cores of 256 neurons, 64 CAM entries with four-bit masks over the base currents of
 * the core, 4 SRAM entries, 2048 tags (Richter et al. 2023).
 */
export const dynapse2: ChipFamily<ChipConfiguration> = {
  name: 'dynapse2',
  limits: {
    chips,
    cores,
    neurons,
    synapses,
    destinations,
    tags,
    hopsEast: hops,
    // As many hops west as there can be lead off the board, to the host.
    hopsWest: hops - 1,
  },
  models: ['dynapSim', 'dynapSe2'],
  biases: Object.fromEntries(
    coreCurrentNames.map((name) => {
      const setting = currentParameter[name];
      return [name, { ...biasRange(setting), setting }];
    }),
  ),
  bases: baseCount,
  largestCode: chipLimits.mask,
  entriesOf: () => 1,
  quantise: (weights, { effort = 1 } = {}) =>
    quantise(weights, {
      restarts: Math.ceil(defaultRestarts * effort),
      hops: Math.ceil(defaultHops * effort),
    }),
  encode: encodeWeights,
  levels: (base) => subsetSums(base),
  share: sharedCurrents,
  behind: parameterBehind,
  compile: dynapse2Configuration,
  read: readDynapse2,
  problems: configurationProblems,
  chipsOf: ({ chips: all }) => all.length,
  memories: chipMemories,
  circuits: dynapse2Circuits,
  deltaProblems: dynapse2DeltaProblems,
  change: (memories, delta) => changeDynapse2(memories, delta as Dynapse2Delta),
  inputWord,
  echo: { word: echoWord, reply: echoReply },
  outputWord: ({ chip, core, neuron }) => monitorReply(chip, core, neuron),
};
