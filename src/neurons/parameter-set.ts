/** Parameters of analog neurons: how they are checked, completed and combined, by the table of their model. */
import { InvalidArgumentError } from '../errors.ts';
import { number, readable, readOnce, unknownName } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';

/** Parameters of a population of analog neurons: one value per neuron for every name. */
export type ParameterSet<Name extends string> = Readonly<Record<Name, Float64Array>> & {
  /** Amperes per unit of weight; never mismatched. */
  readonly Iscale: number;
};

/** The same, with the name of the model that they belong to. */
export type TaggedParameterSet<Model extends string, Name extends string> = ParameterSet<Name> & {
  /** Model of the neurons. */
  readonly model: Model;
};

/** What a user gives: one value for all neurons or one per neuron; the rest takes its default. */
export type ParameterSetInput<Model extends string, Name extends string> = {
  readonly [name in Name]?: number | ArrayLike<number>;
} & {
  /** Amperes per unit of weight. */
  readonly Iscale?: number;
  /** The model, where the values are those of a population. */
  readonly model?: Model;
};

/** The parameters that a model of neurons has. */
export interface ParameterTable<Model extends string, Name extends string> {
  /** The model. */
  readonly model: Model;
  /** Name of the model in messages. */
  readonly title: string;
  /** All parameters that silicon draws with mismatch, in their fixed order. */
  readonly names: readonly Name[];
  /** What is taken where nothing is given. */
  readonly defaults: Readonly<Record<Name | 'Iscale', number>>;
  /** Parameters that must be above zero; a current of zero elsewhere is a circuit switched off. */
  readonly positive: ReadonlySet<string>;
}

/** Checks one value of a parameter. */
function valueProblems(value: unknown, positive: boolean): Problem[] {
  if (typeof value !== 'number') {
    return [problem('', 'wrong-type', value, 'a finite number is needed')];
  }
  if (!Number.isFinite(value)) {
    return [problem('', 'not-finite', value, 'a finite number is needed')];
  }
  if (value < 0) {
    return [problem('', 'out-of-range', value, 'negative values do not exist on the chip')];
  }
  return value === 0 && positive ? [problem('', 'out-of-range', value, 'it must be above 0')] : [];
}

/** Checks one value for each of `neurons` neurons; says what is wrong with the first that is. */
function listProblems(values: object, neurons: number, positive: boolean): Problem[] {
  const length: unknown = Reflect.get(values, 'length');
  if (typeof length !== 'number') {
    return [problem('', 'wrong-type', values, 'a number or a list of them is needed')];
  }
  if (length !== neurons) {
    return [problem('length', 'wrong-shape', length, `${neurons} are needed, one per neuron`)];
  }
  for (let n = 0; n < neurons; n++) {
    const problems = valueProblems(Reflect.get(values, n), positive);
    if (problems.length > 0) return within(`[${n}]`, problems);
  }
  return [];
}

/** Lists everything wrong with `input` for a population of `neurons`; empty if all is well. */
export function problemsOf<Model extends string, Name extends string>(
  table: ParameterTable<Model, Name>,
  input: ParameterSetInput<Model, Name>,
  neurons: number,
): Problem[] {
  // What comes from a file may be anything.
  return readable(() =>
    typeof input === 'object' && input !== null
      ? fieldProblems(table, input, neurons)
      : [problem('', 'wrong-type', input, 'parameters by name are needed')],
  );
}

function fieldProblems<Model extends string, Name extends string>(
  table: ParameterTable<Model, Name>,
  input: ParameterSetInput<Model, Name>,
  neurons: number,
): Problem[] {
  const known: readonly string[] = [...table.names, 'Iscale'];
  return Object.entries<unknown>(input).flatMap(([name, given]) => {
    if (name === 'model' && given === table.model) return [];
    if (!known.includes(name)) return [unknownName(name, known)];
    const positive = table.positive.has(name);
    if (typeof given !== 'object' || given === null) {
      return within(name, valueProblems(given, positive));
    }
    return name === 'Iscale'
      ? [problem(name, 'wrong-type', given, 'one number for all neurons is needed')]
      : within(name, listProblems(given, neurons, positive));
  });
}

/** Neurons of a population at most: with 24 parameters each, they fill 200 MB. */
export const mostNeurons: number = 2 ** 20;

/**
 * Completes `input` with defaults: one value per neuron for every parameter.
 *
 * @throws InvalidArgumentError with all problems
 */
export function checkedParameters<Model extends string, Name extends string>(
  table: ParameterTable<Model, Name>,
  input: ParameterSetInput<Model, Name>,
  neurons: number,
): TaggedParameterSet<Model, Name> {
  input = readOnce(input);
  const counts = within('neurons', number({ min: 1, max: mostNeurons, whole: true })(neurons));
  const problems = counts.length > 0 ? counts : problemsOf(table, input, neurons);
  if (problems.length > 0) throw new InvalidArgumentError('there are no such neurons', problems);
  return completeParameters(table, input, neurons);
}

/** Completes `input` with defaults: one value per neuron for every parameter. Trusts its input. */
export function completeParameters<Model extends string, Name extends string>(
  table: ParameterTable<Model, Name>,
  input: ParameterSetInput<Model, Name>,
  neurons: number,
): TaggedParameterSet<Model, Name> {
  const named = table.names.map((name) => {
    const given: number | ArrayLike<number> = input[name] ?? table.defaults[name];
    // Adding zero turns -0, which JSON does not know, into 0.
    const values =
      typeof given === 'number'
        ? new Float64Array(neurons).fill(given + 0)
        : Float64Array.from({ length: neurons }, (_, n) => given[n]! + 0);
    return [name, values] as const;
  });
  const Iscale = input.Iscale ?? table.defaults.Iscale;
  const values = Object.fromEntries(named) as Record<Name, Float64Array>;
  return { ...values, Iscale, model: table.model };
}

/** The values of one parameter by its name, one per neuron; undefined if there is none of that name. */
export function parameterValues(parameters: object, name: string): Float64Array | undefined {
  const value: unknown = Reflect.get(parameters, name);
  return value instanceof Float64Array ? value : undefined;
}

/**
 * Makes one set of parameters of several of the same model, name by name; all but the values per neuron is that of the
 * first.
 */
export function combineParameters<P extends ParameterSet<'Io'>>(
  sets: readonly P[],
  combine: (values: readonly Float64Array[], name: string) => Float64Array,
): P {
  const first = sets[0]!;
  const named = Object.entries<unknown>(first).map(([name, value]) => [
    name,
    value instanceof Float64Array
      ? combine(
          sets.map((set) => set[name as 'Io']),
          name,
        )
      : value,
  ]);
  return Object.fromEntries(named) as P;
}
