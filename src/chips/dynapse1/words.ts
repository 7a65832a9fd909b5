/**
 * The 32-bit words that a DYNAP-SE1 chip is written with: CAM, SRAM, biases, monitors. Bits 4 and 17 or 16 tell the
 * memory. (Layouts as in the vendor's public driver, libcaer.)
 */
import { dynapse1Limits } from './limits.ts';

/** Kind of a synapse: slow or fast, inhibitory or excitatory. */
export type SynapseType = 'slowInh' | 'fastInh' | 'slowExc' | 'fastExc';

/** Kinds of synapses, by their bits in a CAM word. */
export const synapseTypes: Readonly<Record<SynapseType, number>> = {
  slowInh: 0,
  fastInh: 1,
  slowExc: 2,
  fastExc: 3,
};

/** Names of the kinds of synapses, in the order of their bits. */
export const synapseTypeNames: readonly SynapseType[] = [
  'slowInh',
  'fastInh',
  'slowExc',
  'fastExc',
];

/** A CAM entry. */
export interface CamEntry {
  /** Neuron of the chip that listens, core · 256 + neuron. */
  readonly neuron: number;
  /** Entry of the neuron, 0…63. */
  readonly entry: number;
  /** What it listens to: virtual core · 256 + source neuron, 0…1023. */
  readonly tag: number;
  /** Kind of the synapse. */
  readonly type: SynapseType;
}

/** An SRAM entry: where the spikes of a neuron go. */
export interface SramEntry {
  /** Neuron of the chip that sends, core · 256 + neuron. */
  readonly neuron: number;
  /** Entry of the neuron, 0…3. */
  readonly entry: number;
  /** Core that the event says it comes from, 0…3. */
  readonly virtualCore: number;
  /** Hops east, −3…3. */
  readonly east: number;
  /** Hops north, −3…3. */
  readonly north: number;
  /** Cores that it is for, as a mask; 0 is an entry that is not used. */
  readonly cores: number;
}

/** The word of a CAM entry. */
export function camWord({ neuron, entry, tag, type }: CamEntry): number {
  const core = neuron >> 8;
  const [row, column] = [(neuron >> 4) & 15, neuron & 15];
  return (
    (synapseTypes[type] << 28) |
    ((tag & 0xff) << 20) |
    ((tag >> 8) << 18) |
    (1 << 17) |
    (core << 15) |
    (row << 11) |
    (entry << 5) |
    column
  );
}

/** What a CAM word says. */
export function camEntry(word: number): CamEntry {
  return {
    neuron: (((word >> 15) & 3) << 8) | (((word >> 11) & 15) << 4) | (word & 15),
    entry: (word >> 5) & 63,
    tag: (((word >> 18) & 3) << 8) | ((word >> 20) & 0xff),
    type: synapseTypeNames[(word >> 28) & 3]!,
  };
}

/** Whether a word is written to a CAM entry. */
export function isCamWord(word: number): boolean {
  return (word & 0x20010) === 0x20000 && word >>> 30 === 0;
}

/** The word of an SRAM entry. */
export function sramWord({ neuron, entry, virtualCore, east, north, cores }: SramEntry): number {
  return (
    (virtualCore << 28) |
    (Number(north < 0) << 27) |
    (Math.abs(north) << 25) |
    (Number(east < 0) << 24) |
    (Math.abs(east) << 22) |
    (cores << 18) |
    (1 << 17) |
    (neuron << 7) |
    (entry << 5) |
    (1 << 4)
  );
}

/** What an SRAM word says. */
export function sramEntry(word: number): SramEntry {
  const signed = (size: number, back: number): number => (back === 0 ? size : -size || 0);
  return {
    neuron: (word >> 7) & 0x3ff,
    entry: (word >> 5) & 3,
    virtualCore: (word >> 28) & 3,
    east: signed((word >> 22) & 3, (word >> 24) & 1),
    north: signed((word >> 25) & 3, (word >> 27) & 1),
    cores: (word >> 18) & 15,
  };
}

/** Whether a word is written to an SRAM entry. */
export function isSramWord(word: number): boolean {
  return (word & 0x2001f) === 0x20010 && word >>> 30 === 0;
}

/** Setting of a bias. */
export interface Dynapse1Bias {
  /** 0…7; 0 is the largest current. */
  readonly coarse: number;
  /** 0…255. */
  readonly fine: number;
  /** Whether the current is divided further; no if left out. */
  readonly low?: boolean;
}

const reversed = (coarse: number): number =>
  ((coarse & 1) << 2) | (coarse & 2) | ((coarse >> 2) & 1);

/**
 * The word of a bias of a core.
 *
 * @param address 0…127
 * @param type of its transistor
 */
export function biasWord(
  address: number,
  { coarse, fine, low = false }: Dynapse1Bias,
  type: 'N' | 'P',
): number {
  const flags = (Number(!low) << 3) | (1 << 2) | (Number(type === 'N') << 1) | 1;
  return (address << 18) | (1 << 16) | (reversed(coarse) << 12) | (fine << 4) | flags;
}

/** What the word of a bias of a core says. */
export function biasEntry(word: number): Required<Dynapse1Bias> & { readonly address: number } {
  return {
    address: (word >> 18) & 0x7f,
    coarse: reversed((word >> 12) & 7),
    fine: (word >> 4) & 0xff,
    low: ((word >> 3) & 1) === 0,
  };
}

/** The word of the bias of a buffer. */
export function bufferWord(address: number, { coarse, fine }: Dynapse1Bias): number {
  return (address << 18) | (1 << 16) | (reversed(coarse) << 12) | (fine << 4);
}

/** The word of a shifted source: a fine value of 6 bits. */
export function shiftedSourceWord(address: number, fine: number): number {
  return (address << 18) | (1 << 16) | (0x3f << 10) | (fine << 4);
}

/** The words that have one neuron of a core watched on the analog output. */
export function monitorWords(core: number, neuron: number): [number, number] {
  return [(1 << 11) | (core << 8), (core << 8) | neuron];
}

/** The word that has a neuron of the chip, core · 256 + neuron, take the second time constant. */
export function secondTauWord(neuron: number): number {
  return (1 << 10) | neuron;
}

/** The word that takes the first time constant away from all neurons of a core. */
export function clearFirstTauWord(core: number): number {
  return (1 << 12) | (core << 8);
}

/** The word that takes the second time constant away from all neurons of a core. */
export function clearSecondTauWord(core: number): number {
  return (3 << 11) | (core << 8);
}

/** Words of CAM entries that listen to nothing but tag 0, the state after a reset; entry by entry of each neuron. */
export function emptyCamWords(): Uint32Array {
  const { cores, neurons, synapses } = dynapse1Limits;
  return Uint32Array.from({ length: cores * neurons * synapses }, (_, at) => {
    const [neuron, entry] = [Math.floor(at / synapses), at % synapses];
    return camWord({ neuron, entry, tag: 0, type: 'slowInh' });
  });
}
