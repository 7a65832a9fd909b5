import { biasRange, nearestBias } from '../chips/dynapse2/bias-generator.ts';
import { type CoreConfiguration, idleCore } from '../chips/dynapse2/configuration.ts';
import {
  type CoreCurrents,
  coreCurrentNames,
  currentParameter,
} from '../chips/dynapse2/parameters.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import { parameterValues } from '../neurons/parameter-set.ts';
import { parameterBehind } from './core-currents.ts';
import type { DeployedCore } from './deployment.ts';
import type { Names } from './names.ts';

/** Picks the bias settings whose currents lie nearest to what a core asks for. */
export function coreBiases(currents: CoreCurrents): CoreConfiguration['parameters'] {
  const parameters = { ...idleCore().parameters };
  for (const name of coreCurrentNames) {
    const parameter = currentParameter[name];
    parameters[parameter] = nearestBias(parameter, currents[name]);
  }
  return parameters;
}

/**
 * Lists currents that no setting can give, each with the neurons that ask for it. Below the least current a
 * circuit is off for all that matters; above the most it is not what was asked.
 */
export function biasProblems(
  cores: readonly DeployedCore[],
  parameters: AnalogParameters,
  names: Names,
): string[] {
  const problems = new Map<string, string>();
  for (const name of coreCurrentNames) {
    const parameter = currentParameter[name];
    const { min, max } = biasRange(parameter);
    const over = cores.filter(({ currents }) => currents[name] > max);
    if (over.length === 0) continue;
    const largest = over.reduce((sum, { currents }) => Math.max(sum, currents[name]), 0);
    const range = `${name} is ${largest} A; ${parameter} gives at most ${max} A and at least ${min} A`;
    if (/^Iw_\d$/.test(name)) {
      const where = over.map(({ chip, core }) => `core ${core} of chip ${chip}`).join(', ');
      problems.set('Iw', `${range}: make the largest weights on ${where} smaller, or Iscale`);
      continue;
    }
    const asked = parameterBehind(name, parameters);
    const neurons = over.flatMap((core) =>
      core.neurons.filter((n) => parameterValues(parameters, asked)![n]! > max),
    );
    problems.set(asked, `${range}: ask for less ${asked} at ${names.listOf(neurons)}`);
  }
  return [...problems.values()];
}
