/** A hardware neuron: where it sits on the board. */
export interface Place {
  /** Chip on the board, 0…3; 0 is next to the FPGA. */
  readonly chip: number;
  /** Core of the chip, 0…3. */
  readonly core: number;
  /** Neuron of the core, 0…255. */
  readonly neuron: number;
}
