import {
  dynapSimParameters,
  type ParameterName,
  parameterNames,
} from '../src/neurons/dynap-sim/parameters.ts';
import { drawMismatch } from '../src/neurons/mismatch.ts';
import { readJson } from './files.ts';
import type { CaseOutcome, Kind } from './kind.ts';

interface Sample {
  readonly deviated: boolean;
  readonly std_rel: number;
}

interface MismatchCases {
  readonly samples: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Neurons drawn: the spread of a standard deviation is then half a percent. */
const neurons = 20_000;

function isSample(value: unknown): value is Sample {
  return typeof value === 'object' && value !== null && 'std_rel' in value && 'deviated' in value;
}

function compare(set: string, name: string, { deviated, std_rel }: Sample): CaseOutcome {
  const label = `${name} at ${set}`;
  const fraction = Number(/percent_([\d.]+)/.exec(set)?.[1]);
  const known = (parameterNames as readonly string[]).includes(name);
  if (!known || !deviated) {
    // Iscale and dt are no circuits: they are not even among the parameters that are drawn.
    return { name: label, error: known === deviated && std_rel === 0 ? 0 : 1 };
  }
  const parameters = dynapSimParameters({}, neurons);
  const drawn = drawMismatch(parameters, { fraction }, 1, set)[name as ParameterName];
  const nominal = parameters[name as ParameterName][0]!;
  const deviations = Array.from(drawn, (value) => value / nominal - 1);
  const mean = deviations.reduce((sum, value) => sum + value, 0) / neurons;
  const spread = Math.sqrt(
    deviations.reduce((sum, value) => sum + (value - mean) ** 2, 0) / neurons,
  );
  const sigma = fraction / 3;
  return {
    name: label,
    error: Math.max(
      Math.abs(spread / std_rel - 1),
      Math.abs(spread / sigma - 1),
      Math.abs(mean) / sigma,
    ),
  };
}

/** Spread and mean of drawn parameters, relative to the reference's own draws and to the formula. */
export const mismatch: Kind = {
  kind: 'mismatch',
  tolerance: 0.1,
  needs: ['mismatch/mismatch.json'],
  run: (folder) =>
    Object.entries(readJson<MismatchCases>(folder, 'mismatch', 'mismatch.json').samples).flatMap(
      ([set, samples]) =>
        Object.entries(samples).flatMap(([name, sample]) =>
          isSample(sample) ? [compare(set, name, sample)] : [],
        ),
    ),
};
