/** What a DYNAP-SE1 board offers (Moradi et al. 2018, IEEE TBioCAS 12(1)). */
export const dynapse1Limits = {
  /** Chips on a board, two by two. */
  chips: 4,
  /** Cores of a chip. */
  cores: 4,
  /** Neurons of a core; they share their biases. */
  neurons: 256,
  /** CAM entries of a neuron: its fan-in. */
  synapses: 64,
  /** SRAM entries of a neuron: its destinations, one of which is spent on monitoring. */
  destinations: 4,
  /** Tags of a core: a virtual core, 2 bits, and the number of the source neuron, 8 bits. */
  tags: 1024,
  /** Hops that an event can take in any direction, 2 bits. */
  hops: 3,
  /** Chips that events of the host reach: the generator of spikes of the board is wired to chip 0. */
  inputChips: 1,
  /** Coarse values of a bias; 0 is the largest current. */
  coarse: 8,
  /** Fine values of a bias. */
  fine: 256,
} as const;
