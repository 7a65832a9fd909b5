/** What DynapSim and DYNAP-SE2 neurons have in common when they are defined. */
import type { Matrix, MatrixInput } from '../matrix.ts';
import { optionProblems } from '../options.ts';
import type { Problem } from '../problems.ts';
import { recurrence, soundCount } from './checks.ts';
import { writtenRecurrence } from './firing.ts';
import { listsOf, populationChecks } from './values.ts';

/** What a definition says beside the parameters of its neurons. */
interface Frame {
  readonly neurons: number;
  readonly recurrent?: MatrixInput;
  readonly dt?: number;
  readonly name?: string;
}

/** Lists everything wrong with a definition of neurons with as many input channels each. */
export function analogProblems<Input extends object>(
  definition: Frame & { readonly kind: string } & Input,
  channels: number,
  parameterProblems: (input: Input, neurons: number) => Problem[],
): Problem[] {
  const { kind: _, neurons, recurrent, dt, name, ...parameters } = definition;
  const width = soundCount(neurons);
  const checks = {
    ...populationChecks,
    recurrent: recurrence(width, width === undefined ? undefined : channels * width),
  };
  return [
    ...optionProblems<Frame>({ neurons, recurrent, dt, name }, checks, 'neurons'),
    // What is left are the parameters.
    ...parameterProblems(parameters as object as Input, width ?? 1),
  ];
}

/** A stage of such neurons. */
interface AnalogStage<Name extends string> {
  readonly name: string;
  readonly channelsOut: number;
  readonly dt: number;
  readonly parameters: { readonly [name in Name]: Float64Array } & { readonly Iscale: number };
  readonly recurrent?: Matrix;
}

/** What the definition of a stage says, but for its kind: plain numbers and lists. */
export function writtenAnalog<Name extends string>(
  { name, channelsOut, dt, parameters, recurrent }: AnalogStage<Name>,
  names: readonly Name[],
): Frame & { readonly Iscale: number } & { [name in Name]: number[] } {
  return {
    name,
    neurons: channelsOut,
    dt,
    Iscale: parameters.Iscale,
    ...listsOf(names, parameters),
    ...writtenRecurrence(recurrent),
  };
}
