/** Checks what a deployment is asked for, before anything else is done. */
import { defaultFamily } from '../chips/families.ts';
import type { ChipFamily, ChipLimits } from '../chips/family.ts';
import { familyCheck } from '../chips/family-check.ts';
import { InvalidArgumentError } from '../errors.ts';
import { optionProblems, readable } from '../options.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import { type DeployOptions, deployTable } from './deployment.ts';
import type { Names } from './front/names.ts';
import type { MergedPopulation } from './network.ts';
import { type ClusterOptions, clusterProblems } from './passes/cluster.ts';

/** What deployments are refused with. */
export function refusal(problems: readonly Problem[]): InvalidArgumentError {
  return new InvalidArgumentError('this cannot be deployed', problems);
}

/**
 * Lists what in the options of a deployment is of another type than it must be.
 *
 * @throws InvalidArgumentError with all problems, if nothing more can be said: of what is no pipeline, or of a board
 * of no family
 */
export function argumentProblems(pipeline: unknown, options: unknown): Problem[] {
  const isObject = typeof options === 'object' && options !== null;
  let family: unknown;
  const unread = readable(() => {
    family = isObject ? Reflect.get(options, 'family') : undefined;
    return [];
  });
  const known = unread.length === 0 && (family === undefined || familyCheck(family).length === 0);
  const { limits } = known && family !== undefined ? (family as ChipFamily) : defaultFamily;
  const wrong = within('pipeline', pipelineProblems(pipeline));
  const problems = optionProblems(options, deployTable(limits));
  if (wrong.length > 0 || !known || !isObject) throw refusal([...wrong, ...problems]);
  return problems;
}

/** The name of the option that a problem is about. */
const optionOf = ({ path }: Problem): string => path.split(/[.[]/)[0]!;

/**
 * Lists how options contradict each other or the network.
 *
 * @param wrong what is wrong with their types; what they hold is not looked at then
 */
export function contradictions<Configuration>(
  { neurons }: MergedPopulation,
  names: Names,
  options: DeployOptions<Configuration>,
  limits: ChipLimits,
  wrong: readonly Problem[],
): Problem[] {
  const { cluster, cores, hardware, monitored = [] } = options;
  const odd = new Set(wrong.map(optionOf));
  const given = Object.entries({ cluster, cores, hardware }).filter(([, value]) => value);
  const problems: Problem[] = [];
  if (given.length > 1) {
    const all = given.map(([name]) => name).join(' and ');
    problems.push(fault('', 'conflict', `${all} are given; one of them decides`));
  }
  for (const [name, list] of Object.entries({ cores, hardware })) {
    if (!Array.isArray(list) || list.length === neurons) continue;
    problems.push(
      problem(`${name}.length`, 'wrong-shape', list.length, `there are ${neurons} neurons`),
    );
  }
  const all = names.populations.join(', ');
  for (const [i, name] of (Array.isArray(monitored) ? monitored : []).entries()) {
    if (typeof name !== 'string' || names.populations.includes(name)) continue;
    problems.push(problem(`monitored[${i}]`, 'unknown', name, `the populations are ${all}`));
  }
  if (cluster !== undefined && !odd.has('cluster')) {
    const own: ClusterOptions = cluster;
    problems.push(...within('cluster', clusterProblems(neurons, own, limits)));
  }
  return problems;
}
