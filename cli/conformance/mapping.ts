import {
  currentNames,
  dynapSim,
  linear,
  mergeStages,
  type Network,
  pipeline,
  type StageDefinition,
  sharedCurrents,
} from 'spikeline';
import { readJson } from './files.ts';
import { type CaseOutcome, type Kind, relativeEach } from './report.ts';

type Rows = readonly (readonly number[])[];
type PerNeuron = Readonly<Record<string, readonly number[]>>;

interface MappingCase {
  readonly name: string;
  readonly layers: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[];
  readonly rockpool?: {
    readonly weights_in: Rows | null;
    readonly weights_rec: Rows | null;
    readonly n_cluster: number;
    readonly unclustered: PerNeuron;
  };
  readonly correct?: { readonly n_cluster: number; readonly clustered: PerNeuron };
}

/** Whether the case fits what is there so far: linear and DynapSim stages on one core. */
function fits({ layers, correct }: MappingCase): boolean {
  const known = layers.every(({ type }) => type === 'linear' || type === 'dynapsim');
  return known && correct?.n_cluster === 1;
}

function stageOf(layer: MappingCase['layers'][number]): StageDefinition {
  if (layer.type === 'linear') return linear({ weight: layer['weight'] as Rows });
  const currents = Object.fromEntries(
    currentNames.map((name) => [name, layer[name] as readonly number[]]),
  );
  const recurrent = layer['w_rec'] as Rows | null;
  return dynapSim({
    ...currents,
    neurons: layer['n'] as number,
    ...(recurrent === null ? {} : { recurrent }),
  });
}

function compareMatrix(ours: Network['input'], theirs: Rows | null): number {
  return theirs === null ? 0 : relativeEach(ours.values, theirs.flat());
}

function compare(given: MappingCase): CaseOutcome {
  const network = mergeStages(pipeline(...given.layers.map(stageOf)));
  const { weights_in, weights_rec, unclustered } = given.rockpool!;
  const neurons = Array.from({ length: network.recurrent.rows }, (_, n) => n);
  const shared = sharedCurrents(network.parameters, neurons, [0, 0, 0, 0]);
  const { clustered } = given.correct!;
  const centre = (name: string): number =>
    name.endsWith('_syn')
      ? shared[name.replace('_syn', '_ampa') as 'Itau_ampa']
      : shared[name as 'Itau_mem'];
  const error = Math.max(
    compareMatrix(network.input, weights_in),
    compareMatrix(network.recurrent, weights_rec),
    ...currentNames.map((name) => relativeEach(network.parameters[name], unclustered[name] ?? [])),
    ...currentNames.map((name) => relativeEach([centre(name)], clustered[name] ?? [])),
  );
  const extra = weights_rec === null && network.recurrent.values.some((value) => value !== 0);
  return extra
    ? { name: given.name, error, note: 'recurrent weights where there are none' }
    : { name: given.name, error };
}

/** Stages merged into one population of one core: matrices, parameters, and their mean. */
export const mapping: Kind = {
  kind: 'mapping (one core)',
  tolerance: 1e-9,
  needs: ['mapping/mapping.json'],
  run: (folder) =>
    readJson<MappingCase[]>(folder, 'mapping', 'mapping.json').filter(fits).map(compare),
};
