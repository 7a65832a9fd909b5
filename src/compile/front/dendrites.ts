/** What keeps neurons with four dendrites from being on a chip as they are. */
import type { Matrix } from '../../matrix.ts';
import type { Stage } from '../../stages/stage.ts';

/** Names the first weight below zero, if there is one: no synapse can take away from a dendrite. */
function negativeProblem(what: string, { values, columns }: Matrix): string[] {
  const at = values.findIndex((value) => value < 0);
  if (at < 0) return [];
  const entry = `${what}[${Math.floor(at / columns)}][${at % columns}]`;
  return [
    `${entry} is ${values[at]}; synapses only add to a dendrite: let GABA or SHUNT inhibit, as ampaGaba does`,
  ];
}

/** Lists why neurons with four dendrites cannot be on a chip as they are; empty where they can. */
export function dendriticProblems(stages: readonly Stage[]): string[] {
  const namesOf = (...kinds: readonly Stage['kind'][]): string[] =>
    stages.flatMap(({ kind, name }) => (kinds.includes(kind) ? [name] : []));
  const [full, single] = [namesOf('dynapSe2'), namesOf('dynapSim', 'lif')];
  const mixed =
    full.length > 0 && single.length > 0
      ? [
          `${full.join(', ')} have four dendrites and ${single.join(', ')} one synapse; a board has neurons of one kind`,
        ]
      : [];
  const negative = stages.flatMap((stage, i) => {
    if (stage.kind === 'linear' && stages[i + 1]?.kind === 'dynapSe2') {
      return negativeProblem(`${stage.name}: weight`, stage.weight);
    }
    return stage.kind === 'dynapSe2' && stage.recurrent !== undefined
      ? negativeProblem(`${stage.name}: recurrent`, stage.recurrent)
      : [];
  });
  return [...mixed, ...negative];
}
