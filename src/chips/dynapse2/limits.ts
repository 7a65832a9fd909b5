/** What a DYNAP-SE2 board offers (Richter et al. 2023). */
export const chipLimits = {
  /** Chips on a board. */
  chips: 4,
  /** Cores of a chip. */
  cores: 4,
  /** Neurons of a core; they share their bias parameters. */
  neurons: 256,
  /** CAM entries of a neuron: its fan-in. */
  synapses: 64,
  /** SRAM entries of a neuron: its destinations, one of which is spent on monitoring. */
  destinations: 4,
  /** Tags on the bus, 11 bits. */
  tags: 2048,
  /** Hops that an event can take in either direction. */
  hops: 7,
  /** Coarse values of a bias. */
  coarse: 6,
  /** Fine values of a bias. */
  fine: 256,
  /** Largest weight mask, 4 bits. */
  mask: 15,
} as const;
