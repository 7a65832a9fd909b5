/** Biases of DAVIS cameras by name, with the values that their makers' driver starts them with. */
import { number, type OptionTable, optionProblems } from '../../../options.ts';
import type { Problem } from '../../../problems.ts';
import type { Register } from '../fpga.ts';

/** A current: coarse 0 to 7, fine 0 to 255; larger coarse values are larger currents. */
export interface CoarseFine {
  readonly coarse: number;
  readonly fine: number;
}

/** A voltage of a DAVIS346: 0 to 63, and the current of its buffer, 0 to 7. */
export interface DavisVoltage {
  readonly voltage: number;
  readonly current: number;
}

/** What the lowest bits of a current say. */
const flags = { N: 0b1111, P: 0b1101, C: 0b1011, off: 0b1110 } as const;

/** A bias of a camera. */
interface BiasForm {
  readonly parameter: number;
  /** Type of its transistor, `C` for the N type of a cascode, `off` for one that is off; a voltage, or a shifted source. */
  readonly type: keyof typeof flags | 'voltage' | 'source';
  readonly value: readonly [number, number];
}

/** Module of biases and switches of the chip. */
const module = 5;

const davis346: Readonly<Record<string, BiasForm>> = {
  apsOverflowLevel: { parameter: 0, type: 'voltage', value: [27, 6] },
  apsCas: { parameter: 1, type: 'voltage', value: [21, 6] },
  adcRefHigh: { parameter: 2, type: 'voltage', value: [32, 7] },
  adcRefLow: { parameter: 3, type: 'voltage', value: [1, 7] },
  adcTestVoltage: { parameter: 4, type: 'voltage', value: [21, 7] },
  localBuf: { parameter: 8, type: 'N', value: [5, 164] },
  padFoll: { parameter: 9, type: 'off', value: [7, 215] },
  diff: { parameter: 10, type: 'N', value: [4, 39] },
  on: { parameter: 11, type: 'N', value: [5, 255] },
  off: { parameter: 12, type: 'N', value: [4, 1] },
  pixInv: { parameter: 13, type: 'N', value: [6, 144] },
  pr: { parameter: 14, type: 'P', value: [2, 58] },
  prSF: { parameter: 15, type: 'P', value: [1, 16] },
  refr: { parameter: 16, type: 'P', value: [4, 25] },
  readoutBuf: { parameter: 17, type: 'P', value: [6, 20] },
  apsROSF: { parameter: 18, type: 'N', value: [6, 219] },
  adcComp: { parameter: 19, type: 'P', value: [5, 20] },
  colSelLow: { parameter: 20, type: 'N', value: [0, 1] },
  dacBuf: { parameter: 21, type: 'P', value: [6, 60] },
  lcolTimeout: { parameter: 22, type: 'N', value: [5, 49] },
  aePd: { parameter: 23, type: 'N', value: [6, 91] },
  aePuX: { parameter: 24, type: 'P', value: [4, 80] },
  aePuY: { parameter: 25, type: 'P', value: [7, 152] },
  ifRefr: { parameter: 26, type: 'N', value: [5, 255] },
  ifThr: { parameter: 27, type: 'N', value: [5, 255] },
  biasBuffer: { parameter: 34, type: 'N', value: [5, 254] },
  ssp: { parameter: 35, type: 'source', value: [1, 33] },
  ssn: { parameter: 36, type: 'source', value: [1, 33] },
};

const davis240: Readonly<Record<string, BiasForm>> = {
  diff: { parameter: 0, type: 'N', value: [4, 39] },
  on: { parameter: 1, type: 'N', value: [5, 255] },
  off: { parameter: 2, type: 'N', value: [4, 0] },
  apsCasEp: { parameter: 3, type: 'C', value: [5, 185] },
  diffCas: { parameter: 4, type: 'C', value: [5, 115] },
  apsROSF: { parameter: 5, type: 'N', value: [6, 219] },
  localBuf: { parameter: 6, type: 'N', value: [5, 164] },
  pixInv: { parameter: 7, type: 'N', value: [5, 129] },
  pr: { parameter: 8, type: 'P', value: [2, 58] },
  prSF: { parameter: 9, type: 'P', value: [1, 16] },
  refr: { parameter: 10, type: 'P', value: [4, 25] },
  aePd: { parameter: 11, type: 'N', value: [6, 91] },
  lcolTimeout: { parameter: 12, type: 'N', value: [5, 49] },
  aePuX: { parameter: 13, type: 'P', value: [4, 80] },
  aePuY: { parameter: 14, type: 'P', value: [7, 152] },
  ifThr: { parameter: 15, type: 'N', value: [5, 255] },
  ifRefr: { parameter: 16, type: 'N', value: [5, 255] },
  padFoll: { parameter: 17, type: 'N', value: [7, 215] },
  apsOverflowLevel: { parameter: 18, type: 'N', value: [6, 253] },
  biasBuffer: { parameter: 19, type: 'N', value: [5, 254] },
  ssp: { parameter: 20, type: 'source', value: [1, 33] },
  ssn: { parameter: 21, type: 'source', value: [1, 33] },
};

/** Cameras that have biases of this kind. */
export type DavisName = 'davis240' | 'davis346';

const tables: Readonly<Record<DavisName, Readonly<Record<string, BiasForm>>>> = {
  davis240,
  davis346,
};

/** Biases of a DAVIS camera by name; what is left out is as the makers' driver has it. */
export type DavisBiases = Readonly<Record<string, CoarseFine | DavisVoltage>>;

const current: OptionTable<CoarseFine> = {
  coarse: number({ min: 0, max: 7, whole: true }),
  fine: number({ min: 0, max: 255, whole: true }),
};
const voltage: OptionTable<DavisVoltage> = {
  voltage: number({ min: 0, max: 63, whole: true }),
  current: number({ min: 0, max: 7, whole: true }),
};
/** Shifted sources take a reference of 6 bits as coarse, and a regulator of 6 bits as fine value. */
const source: OptionTable<CoarseFine> = {
  coarse: number({ min: 0, max: 63, whole: true }),
  fine: number({ min: 0, max: 63, whole: true }),
};

/** Lists what of biases, of any type, a camera cannot have. */
export function davisBiasProblems(camera: DavisName, biases: unknown): Problem[] {
  const checks = Object.entries(tables[camera]).map(([name, { type }]) => [
    name,
    (value: unknown) =>
      type === 'voltage'
        ? optionProblems<DavisVoltage>(value, voltage, 'voltage', 'current')
        : optionProblems<CoarseFine>(value, type === 'source' ? source : current, 'coarse', 'fine'),
  ]);
  return optionProblems(biases, Object.fromEntries(checks));
}

/** The biases with which the makers' driver starts a camera. */
export function davisDefaultBiases(camera: DavisName): DavisBiases {
  return Object.fromEntries(
    Object.entries(tables[camera]).map(
      ([
        name,
        {
          type,
          value: [first, second],
        },
      ]) => [
        name,
        type === 'voltage' ? { voltage: first, current: second } : { coarse: first, fine: second },
      ],
    ),
  );
}

function biasWord({ type }: BiasForm, value: CoarseFine | DavisVoltage): number {
  if ('voltage' in value) return value.voltage | (value.current << 6);
  const { coarse, fine } = value;
  if (type === 'source') return (coarse << 4) | (fine << 10);
  return (coarse << 12) | (fine << 4) | flags[type as keyof typeof flags];
}

/** The registers of all biases of a camera. */
export function davisBiasRegisters(camera: DavisName, biases: DavisBiases): Register[] {
  const all = { ...davisDefaultBiases(camera), ...biases };
  return Object.entries(tables[camera]).map(([name, form]) => [
    module,
    form.parameter,
    biasWord(form, all[name]!),
  ]);
}
