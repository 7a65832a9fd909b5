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

function valueProblem(name: string, value: unknown, positive: boolean): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const shown = typeof value === 'object' ? JSON.stringify(value) : value;
    return `${name} is ${shown}; a finite number is needed`;
  }
  if (value < 0) return `${name} is ${value}; negative values do not exist on the chip`;
  if (value === 0 && positive) return `${name} is 0; it must be above 0`;
  return undefined;
}

/** Lists everything wrong with `input` for a population of `neurons`; empty where all is well. */
export function problemsOf<Model extends string, Name extends string>(
  table: ParameterTable<Model, Name>,
  input: ParameterSetInput<Model, Name>,
  neurons: number,
): string[] {
  const problems: string[] = [];
  const known: readonly string[] = [...table.names, 'Iscale'];
  // What comes from a file may be anything.
  for (const [name, given] of Object.entries<unknown>(input)) {
    if (name === 'model' && given === table.model) continue;
    if (!known.includes(name)) {
      problems.push(`${name} is no ${table.title} parameter; there are ${known.join(', ')}`);
      continue;
    }
    const positive = table.positive.has(name);
    if (typeof given !== 'object' || given === null) {
      const problem = valueProblem(name, given, positive);
      if (problem !== undefined) problems.push(problem);
      continue;
    }
    if (name === 'Iscale') {
      problems.push('Iscale holds several values; one number for all neurons is needed');
      continue;
    }
    const { length } = given as ArrayLike<unknown>;
    if (length !== neurons) {
      problems.push(`${name} holds ${length} values for ${neurons} neurons`);
      continue;
    }
    const values = Array.from(given as ArrayLike<unknown>);
    const at = values.findIndex((value) => valueProblem(name, value, positive) !== undefined);
    const problem = valueProblem(`${name}[${at}]`, values[at], positive);
    if (at >= 0 && problem !== undefined) problems.push(problem);
  }
  return problems;
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
        : Float64Array.from(given, (value) => value + 0);
    return [name, values] as const;
  });
  const Iscale = input.Iscale ?? table.defaults.Iscale;
  const values = Object.fromEntries(named) as Record<Name, Float64Array>;
  return { ...values, Iscale, model: table.model };
}

/** The values of one parameter by its name, one per neuron; undefined where there is none of that name. */
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
