import fc from 'fast-check';
import {
  type Destination,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
} from 'spikeline/chip';
import { dendrites, idleNeuron } from '#src/chips/dynapse2/configuration';

const four = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean());
const tag = fc.oneof(fc.integer({ min: 0, max: 2047 }), fc.constantFrom(0, 1, 2046, 2047));
const hop = fc.integer({ min: -7, max: 7 });

/** Every destination that exists. */
export const anyDestination: fc.Arbitrary<Destination> = fc.record({
  core: four,
  xHop: hop,
  yHop: hop,
  tag,
});

/** Every CAM entry that exists. */
export const anySynapse: fc.Arbitrary<SynapseConfiguration> = fc.record({
  tag,
  weight: four,
  dendrite: fc.constantFrom(...Object.values(dendrites)),
  stp: fc.boolean(),
  preciseDelay: fc.boolean(),
  mismatchedDelay: fc.boolean(),
});

/** Whether an entry says anything: the empty one is how the memory says "none". */
const used = ({ core }: Destination): boolean => core.includes(true);
const says = (synapse: SynapseConfiguration): boolean =>
  [synapse.tag, synapse.dendrite].some((value) => value !== 0) ||
  [...synapse.weight, synapse.stp, synapse.preciseDelay, synapse.mismatchedDelay].includes(true);

/** Neurons with up to 64 synapses and 4 destinations, none of them empty. */
export const anyNeuron: fc.Arbitrary<NeuronConfiguration> = fc
  .record({
    latches: fc.subarray([...latchNames]),
    synapses: fc.array(anySynapse.filter(says), { maxLength: 64, size: 'max' }),
    destinations: fc.array(anyDestination.filter(used), { maxLength: 4 }),
  })
  .map(({ latches, ...entries }) => ({
    ...idleNeuron(),
    ...entries,
    ...Object.fromEntries(latches.map((name) => [name, true])),
  }));
