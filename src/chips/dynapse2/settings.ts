import {
  type Check,
  flag,
  listOf,
  number,
  type OptionTable,
  optionProblems,
  options,
} from '../../options.ts';
import { type Problem, problem, within } from '../../problems.ts';
import { chipLimits } from './limits.ts';

/**
 * Bias parameters beside those of a core. Names as samna's users write them (protocols [S]); those of
 * the analogue-digital converters come in groups. What each does is not public.
 */
export const chipParameterNames = {
  /** One of each for the chip. */
  global: ['R2R_BUFFER_AMPB', 'R2R_BUFFER_CCB'],
  /** One of each for cores 0 and 1, one for cores 2 and 3. */
  shared: ['PG_BUF_N', 'LBWR_VB_P', 'SYAM_STDWAMPB', 'SYAM_STDWCCB', 'NCCF_CAL_OFFBIAS_P'],
  /** One of each for each of the three groups of converters of two cores. */
  sadcGroup: [
    'NCCF_PWLK_P',
    'NCCF_HYS_P',
    'NCCF_BIAS_P',
    'NCCF_REF_L_V',
    'NCCF_REF_H_V',
    'NCCF_CAL_REFBIAS_V',
  ],
} as const;

/** Converters of a core that can be switched on; which neuron they see is `monitoredNeuron`. */
export const coreSadcNames = [
  'soifMem',
  'soifRefractory',
  'soadDpi',
  'socaDpi',
  'deamEdpi',
  'deamIdpi',
  'denmEdpi',
  'denmIdpi',
  'degaIdpi',
  'descIdpi',
  'syW42',
  'syW21',
  'sohoSogain',
  'sohoDegain',
] as const;

/** Converters of a chip that can be switched on. */
export const chipSadcNames = [
  'nccfExtinViGroup0Pg0',
  'nccfExtinViGroup0Pg1',
  'nccfCalRefbiasVGroup1Pg0',
  'nccfCalRefbiasVGroup1Pg1',
  'nccfCalRefbiasVGroup2Pg0',
  'nccfCalRefbiasVGroup2Pg1',
  'nccfExtinViGroup2Pg0',
  'nccfExtinViGroup2Pg1',
] as const;

/** Coarse and fine value of a bias. */
export interface BiasSetting {
  /** 0…5. */
  readonly coarse: number;
  /** 0…255. */
  readonly fine: number;
}

/** Biases by name; one that is left out stands at coarse 0, fine 0. */
export type BiasSettings<Name extends string> = Readonly<Partial<Record<Name, BiasSetting>>>;

/** Switches by name; one that is left out is off. */
export type Switches<Name extends string> = Readonly<Partial<Record<Name, boolean>>>;

type SharedSettings = BiasSettings<(typeof chipParameterNames.shared)[number]>;
/** Biases of the three groups of converters that a pair of cores shares. */
export type SadcGroupSettings = readonly BiasSettings<
  (typeof chipParameterNames.sadcGroup)[number]
>[];

/** What a core can be told beside its neurons and biases. Left out means 0 or off. */
export interface CoreSettings {
  /** Neuron that probes and converters see, 0…255. */
  readonly monitoredNeuron?: number;
  /** Whether that neuron is seen at all. */
  readonly neuronMonitoringOn?: boolean;
  /** Converters that are on. */
  readonly sadcEnables?: Switches<(typeof coreSadcNames)[number]>;
  /** Buffer of the short-term depression. */
  readonly enableSyawStdbufAn?: boolean;
}

/** What a chip can be told beside its cores. Left out means 0 or off. */
export interface ChipSettings {
  /** Biases of the whole chip. */
  readonly globalParameters?: BiasSettings<(typeof chipParameterNames.global)[number]>;
  /** Biases that cores 0 and 1 share. */
  readonly sharedParameters01?: SharedSettings;
  /** Biases that cores 2 and 3 share. */
  readonly sharedParameters23?: SharedSettings;
  /** Biases of the three groups of converters of cores 0 and 1. */
  readonly sadcGroupParameters01?: SadcGroupSettings;
  /** Biases of the three groups of converters of cores 2 and 3. */
  readonly sadcGroupParameters23?: SadcGroupSettings;
  /** Converters that are on. */
  readonly sadcEnables?: Switches<(typeof chipSadcNames)[number]>;
  /** Monitor of the reference of parameter generator 0. */
  readonly enablePg0ReferenceMonitor?: boolean;
  /** Monitor of the reference of parameter generator 1. */
  readonly enablePg1ReferenceMonitor?: boolean;
  /** Power of parameter generator 0 off. */
  readonly paramGen0Powerdown?: boolean;
  /** Power of parameter generator 1 off. */
  readonly paramGen1Powerdown?: boolean;
}

/** Groups of converters of two cores. */
export const sadcGroups = 3;

/** What the value of a setting is made of. */
export type SettingForm =
  | { readonly kind: 'switch' }
  | { readonly kind: 'neuron' }
  | { readonly kind: 'switches'; readonly names: readonly string[] }
  | { readonly kind: 'biases'; readonly names: readonly string[] }
  | { readonly kind: 'groups'; readonly names: readonly string[] };

const onOff: SettingForm = { kind: 'switch' };

/** The settings of a core and what each is made of. */
export const coreSettingForms: Readonly<Record<keyof CoreSettings, SettingForm>> = {
  monitoredNeuron: { kind: 'neuron' },
  neuronMonitoringOn: onOff,
  sadcEnables: { kind: 'switches', names: coreSadcNames },
  enableSyawStdbufAn: onOff,
};

/** The settings of a chip and what each is made of. */
export const chipSettingForms: Readonly<Record<keyof ChipSettings, SettingForm>> = {
  globalParameters: { kind: 'biases', names: chipParameterNames.global },
  sharedParameters01: { kind: 'biases', names: chipParameterNames.shared },
  sharedParameters23: { kind: 'biases', names: chipParameterNames.shared },
  sadcGroupParameters01: { kind: 'groups', names: chipParameterNames.sadcGroup },
  sadcGroupParameters23: { kind: 'groups', names: chipParameterNames.sadcGroup },
  sadcEnables: { kind: 'switches', names: chipSadcNames },
  enablePg0ReferenceMonitor: onOff,
  enablePg1ReferenceMonitor: onOff,
  paramGen0Powerdown: onOff,
  paramGen1Powerdown: onOff,
};

const neuronCheck = number({ min: 0, max: chipLimits.neurons - 1, whole: true });
const biasTable: OptionTable<BiasSetting> = {
  coarse: number({ min: 0, max: chipLimits.coarse - 1, whole: true }),
  fine: number({ min: 0, max: chipLimits.fine - 1, whole: true }),
};
const biasCheck = options(biasTable, 'coarse', 'fine');

/** Checks values by name, of which some may be left out. */
function named(names: readonly string[], check: Check): Check {
  const table = Object.fromEntries(names.map((name) => [name, check]));
  return (value) => optionProblems(value, table);
}

/** The check of a value of some form. */
function checkOf(form: SettingForm): Check {
  if (form.kind === 'switch') return flag;
  if (form.kind === 'neuron') return neuronCheck;
  if (form.kind === 'switches') return named(form.names, flag);
  if (form.kind === 'biases') return named(form.names, biasCheck);
  const groups = listOf(named(form.names, biasCheck));
  return (value) =>
    Array.isArray(value) && value.length > sadcGroups
      ? [problem('length', 'too-large', value.length, `${sadcGroups} groups exist`)]
      : groups(value);
}

/** Lists what is wrong with the settings among the fields of a core or chip; empty if all is well. */
export function settingProblems(
  fields: object,
  forms: Readonly<Record<string, SettingForm>>,
): Problem[] {
  return Object.entries(forms).flatMap(([name, form]) => {
    const value: unknown = Reflect.get(fields, name);
    return value === undefined ? [] : within(name, checkOf(form)(value));
  });
}
