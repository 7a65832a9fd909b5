/** The DYNAP-SE2 as a chip family. */
import type { ChipSilicon } from '../family.ts';
import type { ChipConfiguration } from './configuration.ts';
import { changeDynapse2, type Dynapse2Delta, dynapse2DeltaProblems } from './delta.ts';
import { coresOf, echoReply, echoWord, eventWord, monitorReply } from './event.ts';
import { chipLimits } from './limits.ts';
import { chipMemories, configurationProblems } from './memory.ts';
import { dynapse2Circuits } from './silicon.ts';

const { chips, cores, neurons, synapses, destinations, tags, hops } = chipLimits;

/**
 * The DYNAP-SE2: 4 chips of 4 cores of 256 neurons, 64 CAM entries with four-bit masks over the base currents of
 * the core, 4 SRAM entries, 2048 tags (Richter et al. 2023).
 */
export const dynapse2: ChipSilicon<ChipConfiguration> = {
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
  problems: (configuration) => configurationProblems(configuration),
  chipsOf: ({ chips: all }) => all.length,
  memories: chipMemories,
  circuits: dynapse2Circuits,
  deltaProblems: dynapse2DeltaProblems,
  change: (memories, delta) => changeDynapse2(memories, delta as Dynapse2Delta),
  inputWord: ({ chip, cores: mask, tag }) =>
    eventWord({ core: coresOf(mask), xHop: chip, yHop: 0, tag }),
  echo: { word: echoWord, reply: echoReply },
  outputWord: ({ chip, core, neuron }) => monitorReply(chip, core, neuron),
};
