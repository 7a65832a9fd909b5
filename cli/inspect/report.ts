import {
  type Bias,
  biasCurrent,
  type ChipConfiguration,
  type ChipSettings,
  type CoreConfiguration,
  type CoreGains,
  type CoreInspection,
  type CoreParameterName,
  type CoreSettings,
  type CoreTimes,
  coreGains,
  coreParameterNames,
  coreTimes,
  fromSamnaJson,
  inspectConfiguration,
  type StrayDestination,
} from 'spikeline/chip';

/** A core with what its biases mean. */
export interface CoreReport extends Omit<CoreInspection, 'tags'> {
  /** Tags in use: heard, sent, heard and not sent, sent and not heard. */
  readonly tags: Readonly<Record<'heard' | 'sent' | 'unsent' | 'unheard', readonly number[]>>;
  /** Every bias that is told, and its current, amperes. */
  readonly biases: Readonly<
    Partial<Record<CoreParameterName, Bias & { readonly current: number }>>
  >;
  /** Time constants and pulse widths, seconds: tau = C·Ut/(kappa·I), t = C·Vth/I. */
  readonly times: CoreTimes;
  /** Gain ratios. */
  readonly gains: CoreGains;
  /** Settings that are not as after reset. */
  readonly settings: CoreSettings;
}

/** Everything that `spikeline inspect` finds; the content of `inspection.json`. */
export interface InspectionReport {
  /** Chips that the configuration is for. */
  readonly chips: number;
  /** Cores in use. */
  readonly cores: readonly CoreReport[];
  /** Settings of each chip that are not as after reset. */
  readonly settings: readonly ChipSettings[];
  /** Destinations that reach neither a chip nor the host. */
  readonly strays: readonly StrayDestination[];
  /** Fields of the file that Spikeline does not know. */
  readonly unknown: readonly string[];
}

function coreReport(
  inspection: CoreInspection,
  { neurons: _, parameters, ...settings }: CoreConfiguration,
): CoreReport {
  const biases = coreParameterNames.flatMap((name) => {
    const bias = parameters[name];
    return bias === undefined
      ? []
      : [[name, { ...bias, current: biasCurrent(name, bias) }] as const];
  });
  const { heard, sent, unsentTags: unsent, unheardTags: unheard } = inspection.tags;
  return {
    ...inspection,
    tags: { heard, sent, unsent, unheard },
    biases: Object.fromEntries(biases) as CoreReport['biases'],
    times: coreTimes(inspection.currents),
    gains: coreGains(inspection.currents),
    settings,
  };
}

/**
 * Reads a configuration in samna's form and says all that it tells.
 *
 * @throws InvalidArgumentError with everything that is wrong in the text
 */
export function inspectionReport(text: string): InspectionReport {
  const unknown: string[] = [];
  const configuration: ChipConfiguration = fromSamnaJson(text, {
    onUnknown: (path) => unknown.push(path),
  });
  const { chips, cores, strays } = inspectConfiguration(configuration);
  return {
    chips,
    cores: cores.map((core) => coreReport(core, configuration.chips[core.chip]!.cores[core.core]!)),
    settings: configuration.chips.map(({ cores: _, ...settings }) => settings),
    strays,
    unknown: unknown.sort(),
  };
}
