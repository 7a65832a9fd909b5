import { type ChipFamily, type PlainConfiguration, plainFamily } from 'spikeline/chip';

/** A chip that is none: 8 neurons a core, one base current, and weights that are how many entries a synapse takes. */
export const toy: ChipFamily<PlainConfiguration> = plainFamily({
  name: 'toy',
  limits: {
    chips: 2,
    cores: 3,
    neurons: 8,
    synapses: 24,
    destinations: 3,
    tags: 40,
    hopsEast: 1,
    hopsWest: 1,
  },
  largestCode: 6,
  counted: true,
  levels: (base) => Float64Array.from({ length: 7 }, (_, code) => code * base[0]!),
  findBase: (weights) => [Math.max(...Array.from(weights, Math.abs), 1e-12) / 6],
});
