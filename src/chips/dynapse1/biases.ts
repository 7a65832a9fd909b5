/** Biases of a DYNAP-SE1 chip: their addresses, what they carry, and the sets that every start-up writes. */
import type { CurrentRange } from '../family.ts';
import { dynapse1Limits } from './limits.ts';
import { biasEntry, biasWord, bufferWord, type Dynapse1Bias, shiftedSourceWord } from './words.ts';

/** Name of a bias of a core. */
export type Dynapse1BiasName =
  | 'PULSE_PWLK_P'
  | 'PS_WEIGHT_INH_S_N'
  | 'PS_WEIGHT_INH_F_N'
  | 'PS_WEIGHT_EXC_S_N'
  | 'PS_WEIGHT_EXC_F_N'
  | 'IF_RFR_N'
  | 'IF_TAU1_N'
  | 'IF_AHTAU_N'
  | 'IF_CASC_N'
  | 'IF_TAU2_N'
  | 'IF_BUF_P'
  | 'IF_AHTHR_N'
  | 'IF_THR_N'
  | 'NPDPIE_THR_S_P'
  | 'NPDPIE_THR_F_P'
  | 'NPDPII_THR_F_P'
  | 'NPDPII_THR_S_P'
  | 'IF_NMDA_N'
  | 'IF_DC_P'
  | 'IF_AHW_P'
  | 'NPDPII_TAU_S_P'
  | 'NPDPII_TAU_F_P'
  | 'NPDPIE_TAU_F_P'
  | 'NPDPIE_TAU_S_P'
  | 'R2R_P';

/** Addresses of the biases of core 0. (As in libcaer.) */
export const biasAddresses: Readonly<Record<Dynapse1BiasName, number>> = {
  PULSE_PWLK_P: 0,
  PS_WEIGHT_INH_S_N: 2,
  PS_WEIGHT_INH_F_N: 4,
  PS_WEIGHT_EXC_S_N: 6,
  PS_WEIGHT_EXC_F_N: 8,
  IF_RFR_N: 10,
  IF_TAU1_N: 12,
  IF_AHTAU_N: 14,
  IF_CASC_N: 16,
  IF_TAU2_N: 18,
  IF_BUF_P: 20,
  IF_AHTHR_N: 22,
  IF_THR_N: 24,
  NPDPIE_THR_S_P: 26,
  NPDPIE_THR_F_P: 28,
  NPDPII_THR_F_P: 30,
  NPDPII_THR_S_P: 32,
  IF_NMDA_N: 34,
  IF_DC_P: 36,
  IF_AHW_P: 38,
  NPDPII_TAU_S_P: 40,
  NPDPII_TAU_F_P: 42,
  NPDPIE_TAU_F_P: 44,
  NPDPIE_TAU_S_P: 46,
  R2R_P: 48,
};

/** Names of the biases of a core, in the order of their addresses. */
export const dynapse1BiasNames = Object.keys(biasAddresses) as readonly Dynapse1BiasName[];

/** What is added to an address for each core. */
const coreAddresses = [0, 1, 64, 65] as const;

/** Addresses of what is not a bias of a core, for cores 0 and 1; those of cores 2 and 3 are 64 higher. */
const shared = { buffer: 50, shiftedP: 51, shiftedN: 52 } as const;

/** Words of the biases of a chip: core by core in the order of the names, then buffers and shifted sources. */
export const biasCount: number = dynapse1Limits.cores * dynapse1BiasNames.length + 6;

/** Type of the transistor behind a bias. */
export function biasType(name: Dynapse1BiasName): 'N' | 'P' {
  return name.endsWith('_N') ? 'N' : 'P';
}

/** Address of a bias of a core. */
export function biasAddress(core: number, name: Dynapse1BiasName): number {
  return biasAddresses[name] + coreAddresses[core]!;
}

/** Where the word of a bias of a core stands among the words of a chip. */
export function biasIndex(core: number, name: Dynapse1BiasName): number {
  return core * dynapse1BiasNames.length + dynapse1BiasNames.indexOf(name);
}

/** Settings of the biases of a core. */
export type Dynapse1Biases = Readonly<Record<Dynapse1BiasName, Dynapse1Bias>>;

const off: Dynapse1Bias = { coarse: 7, fine: 0 };

/** Every bias of a core off. */
export const silentBiases = Object.fromEntries(
  dynapse1BiasNames.map((name) => [name, off]),
) as Dynapse1Biases;

/** The set that libcaer starts a board with: neurons at rest, synapses without weight. */
export const lowPowerBiases: Dynapse1Biases = {
  ...silentBiases,
  IF_BUF_P: { coarse: 3, fine: 80 },
  IF_RFR_N: { coarse: 3, fine: 3 },
  IF_DC_P: { coarse: 1, fine: 30 },
  IF_TAU1_N: { coarse: 7, fine: 5, low: true },
  IF_TAU2_N: { coarse: 6, fine: 100 },
  IF_THR_N: { coarse: 4, fine: 120 },
  IF_AHTAU_N: { coarse: 7, fine: 35 },
  PULSE_PWLK_P: { coarse: 3, fine: 106 },
  NPDPII_TAU_S_P: { coarse: 7, fine: 40 },
  NPDPII_THR_S_P: { coarse: 7, fine: 40 },
  NPDPIE_TAU_F_P: { coarse: 7, fine: 40 },
  R2R_P: { coarse: 4, fine: 85 },
};

/** The words of all biases of a chip whose cores have some settings. */
export function biasWords(cores: readonly Dynapse1Biases[]): Uint32Array {
  const own = Array.from({ length: dynapse1Limits.cores }, (_, core) =>
    dynapse1BiasNames.map((name) =>
      biasWord(biasAddress(core, name), (cores[core] ?? silentBiases)[name], biasType(name)),
    ),
  );
  const others = [0, 64].flatMap((half) => [
    bufferWord(shared.buffer + half, { coarse: 1, fine: 2 }),
    shiftedSourceWord(shared.shiftedP + half, 7),
    shiftedSourceWord(shared.shiftedN + half, 15),
  ]);
  return Uint32Array.from([...own.flat(), ...others]);
}

/**
 * Largest current of each coarse value, amperes; a fine value is so many 256ths of it. They are the nominal ones of
 * the generator (Delbruck et al. 2010, ISCAS: coarse ratios of about 8); those of a board deviate.
 */
const coarseCurrents: readonly number[] = [
  24e-6, 3.2e-6, 0.4e-6, 50e-9, 6.5e-9, 820e-12, 105e-12, 15e-12,
];

/** Smallest and largest current that a bias can carry, amperes; 0 is none at all. */
export const biasRange: Pick<CurrentRange, 'min' | 'max'> = {
  min: 0,
  max: (coarseCurrents[0]! * 255) / 256,
};

/** The nominal current of a setting, amperes. */
export function dynapse1BiasCurrent({ coarse, fine }: Dynapse1Bias): number {
  return (coarseCurrents[coarse]! * fine) / dynapse1Limits.fine;
}

/** The nominal current of the word of a bias of a core, amperes. */
export function wordCurrent(word: number): number {
  return dynapse1BiasCurrent(biasEntry(word));
}

/**
 * The setting whose current lies nearest, among equals the one of the finest steps.
 *
 * @param current amperes, at least 0; above the range the largest is taken
 * @example
 * ```ts
 * nearestDynapse1Bias(1e-9); // { coarse: 4, fine: 39 }
 * ```
 */
export function nearestDynapse1Bias(current: number): Dynapse1Bias {
  let best = off;
  let smallest = Number.POSITIVE_INFINITY;
  for (let coarse = coarseCurrents.length - 1; coarse >= 0; coarse--) {
    const steps = Math.round((current / coarseCurrents[coarse]!) * dynapse1Limits.fine);
    const setting = { coarse, fine: Math.min(steps, dynapse1Limits.fine - 1) };
    const error = Math.abs(dynapse1BiasCurrent(setting) - current);
    if (error >= smallest) continue;
    smallest = error;
    best = setting;
  }
  return best;
}
