/** How far the parameters of deployed neurons are from what was asked. */
import { currentNamesOf, hasDendrites, valuesOf } from '../../chips/switches.ts';
import { pulseWidth, timeConstant } from '../../neurons/coefficients.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import type { Names } from '../front/names.ts';

/** The parameter of a neuron that is farthest from what was asked. */
export interface LargestDeviation {
  /** Neuron, numbered through all populations. */
  readonly neuron: number;
  /** Name of a current, or of a time constant or width behind one: `Itau_mem`, `tau_mem`, `t_ref`, … */
  readonly parameter: string;
  /** What was asked, amperes or seconds. */
  readonly asked: number;
  /** What the core gives, amperes or seconds. */
  readonly given: number;
  /** Relative change: 0.5 is half as much again. */
  readonly change: number;
}

/** How far neurons are from what was asked, because a core shares its currents and rounds them. */
export interface ParameterDeviation {
  /** Relative change of each current, time constant and width: one value per neuron for every name. */
  readonly changes: Readonly<Record<string, Float64Array>>;
  /** The largest of them; undefined if nothing differs. */
  readonly largest: LargestDeviation | undefined;
}

const of = valuesOf;

/** The time behind a current: its name and its values, seconds; undefined if there is none. */
function timeBehind(p: AnalogParameters, current: string) {
  const [, kind, part] = /^(Itau_|Ipulse|Iref)(.*)$/.exec(current) ?? [];
  if (kind === undefined || part === undefined) return undefined;
  const values = of(p, current);
  const darkCurrent = of(p, 'Io');
  if (kind === 'Itau_') {
    const kappa = (n: number): number => (of(p, 'kappa_n')[n]! + of(p, 'kappa_p')[n]!) / 2;
    const capacity = of(p, `C_${part}`);
    const time = (current: number, n: number): number =>
      timeConstant(Math.max(current, darkCurrent[n]!), capacity[n]!, of(p, 'Ut')[n]!, kappa(n));
    return { name: `tau_${part}`, values: values.map(time) };
  }
  const [name, capacity] =
    kind === 'Iref' ? ['t_ref', 'C_ref'] : [`t_pulse${part}`, `C_pulse${part}`];
  const width = (current: number, n: number): number =>
    pulseWidth(current, of(p, capacity!)[n]!, of(p, 'Vth')[n]!);
  return { name: name!, values: values.map(width) };
}

/** Whether the circuit behind a current is in use at all. */
function inUse(p: AnalogParameters, current: string, n: number): boolean {
  if (current === 'If_nmda') return hasDendrites(p);
  if (!current.endsWith('_ahp')) return true;
  return of(p, 'Igain_ahp')[n]! > 0 && of(p, 'Iw_ahp')[n]! > 0;
}

/**
 * Compares parameters that were asked with those that a board gives, neuron by neuron. Changes are relative
 * to what was asked; a current below the dark current counts as that, and a circuit that is off has not
 * moved.
 */
export function deviationBetween(
  asked: AnalogParameters,
  given: AnalogParameters,
): ParameterDeviation {
  const changes: Record<string, Float64Array> = {};
  let largest: LargestDeviation | undefined;
  const compare = (name: string, current: string, a: Float64Array, g: Float64Array): void => {
    const darkCurrent = of(asked, 'Io');
    changes[name] = a.map((wanted, n) => {
      const got = g[n]!;
      if (wanted === got || !inUse(asked, current, n)) return 0;
      if (!Number.isFinite(wanted)) return -1;
      const change =
        (got - wanted) / (name === current ? Math.max(wanted, darkCurrent[n]!) : wanted);
      if (Math.abs(change) > Math.abs(largest?.change ?? 0)) {
        largest = { neuron: n, parameter: name, asked: wanted, given: got, change };
      }
      return change;
    });
  };
  for (const current of currentNamesOf(asked)) {
    compare(current, current, of(asked, current), of(given, current));
    const before = timeBehind(asked, current);
    const now = timeBehind(given, current);
    if (before !== undefined && now !== undefined) {
      compare(before.name, current, before.values, now.values);
    }
  }
  return { changes, largest };
}

/** Deviations below this are what a bias generator does to every current. */
const worthTelling = 0.1;

const percent = (fraction: number): string => `${(100 * fraction).toFixed(0)} %`;

/** Says which neuron is farthest from what was asked, if that is far. */
export function describeDeviation(
  { changes, largest }: ParameterDeviation,
  names: Names,
): string[] {
  if (largest === undefined || Math.abs(largest.change) < worthTelling) return [];
  const { neuron, parameter, asked, given, change } = largest;
  const neurons = new Set(
    Object.values(changes).flatMap((values) =>
      Array.from(values.keys()).filter((n) => Math.abs(values[n]!) >= worthTelling),
    ),
  );
  const unit = parameter.startsWith('t') ? 's' : 'A';
  return [
    `${neurons.size} neurons moved by ${percent(worthTelling)} or more, most of all ${names.textOf(neuron)}: its ${parameter} is ${given.toPrecision(3)} ${unit}, not ${asked.toPrecision(3)} ${unit} (${change > 0 ? '+' : '−'}${percent(Math.abs(change))}); similar neurons can share a core: cluster { method: 'similar' }`,
  ];
}
