/** Checks what a deployment is asked for, before anything else is done. */
import type { ChipLimits } from '../chips/family.ts';
import { InvalidArgumentError } from '../errors.ts';
import { optionProblems } from '../options.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import { type DeployOptions, deployTable, familyCheck } from './deployment.ts';
import type { Names } from './front/names.ts';
import type { MergedPopulation } from './network.ts';
import { clusterProblems } from './passes/cluster.ts';

/**
 * Refuses arguments that are of another type than they must be.
 *
 * @param defaults limits of the family that is taken if none is named
 * @throws InvalidArgumentError with all problems
 */
export function checkArguments(pipeline: unknown, options: unknown, defaults: ChipLimits): void {
  const family = (options as DeployOptions | null | undefined)?.family;
  const limits = familyCheck(family).length === 0 && family ? family.limits : defaults;
  const problems = [
    ...within('pipeline', pipelineProblems(pipeline)),
    ...optionProblems(options, deployTable(limits)),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('this cannot be deployed', problems);
}

/**
 * Refuses options that contradict each other or the network.
 *
 * @throws InvalidArgumentError with all problems
 */
export function checkOptions<Configuration>(
  { neurons }: MergedPopulation,
  names: Names,
  { cluster, cores, hardware, monitored = [] }: DeployOptions<Configuration>,
  limits: ChipLimits,
): void {
  const given = Object.entries({ cluster, cores, hardware }).filter(([, value]) => value);
  const problems: Problem[] = [];
  if (given.length > 1) {
    const all = given.map(([name]) => name).join(' and ');
    problems.push(fault('', 'conflict', `${all} are given; one of them decides`));
  }
  for (const [name, list] of Object.entries({ cores, hardware })) {
    if (list === undefined || list.length === neurons) continue;
    problems.push(
      problem(`${name}.length`, 'wrong-shape', list.length, `there are ${neurons} neurons`),
    );
  }
  for (const [i, name] of monitored.entries()) {
    if (names.populations.includes(name)) continue;
    problems.push(
      problem(
        `monitored[${i}]`,
        'unknown',
        name,
        `the populations are ${names.populations.join(', ')}`,
      ),
    );
  }
  if (cluster !== undefined) {
    problems.push(...within('cluster', clusterProblems(neurons, cluster, limits)));
  }
  if (problems.length > 0) throw new InvalidArgumentError('this cannot be deployed', problems);
}
