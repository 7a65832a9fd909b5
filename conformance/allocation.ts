import { collectSynapses } from '../src/chips/collect.ts';
import { type Bias, nearestBias } from '../src/chips/dynapse2/bias-generator.ts';
import {
  type ChipConfiguration,
  type CoreConfiguration,
  dendrites,
  idleCore,
  weightMask,
} from '../src/chips/dynapse2/configuration.ts';
import { sharedCurrents } from '../src/chips/dynapse2/core-currents.ts';
import { coreMask, type Destination, eventOf, fpgaHop } from '../src/chips/dynapse2/event.ts';
import { dynapse2 } from '../src/chips/dynapse2/family.ts';
import { chipLimits } from '../src/chips/dynapse2/limits.ts';
import {
  type CoreCurrents,
  type CoreParameterName,
  coreCurrentNames,
  currentParameter,
} from '../src/chips/dynapse2/parameters.ts';
import { biasWord } from '../src/chips/dynapse2/words.ts';
import { dendriteCodes, type PlacedSynapses, type SynapseList } from '../src/chips/family.ts';
import { networkFrom, type RestoredNetwork } from '../src/compile/back/network-from.ts';
import { routeNetwork } from '../src/compile/passes/route.ts';
import type { Matrix } from '../src/matrix.ts';
import { dynapSimParameters } from '../src/neurons/dynap-sim/parameters.ts';
import { problemText } from '../src/problems.ts';
import { stageWeights } from '../src/stages/stage.ts';
import { readJson } from './files.ts';
import { type CaseOutcome, type Kind, relativeToLargest } from './kind.ts';

type Rows = readonly (readonly number[])[];
type Route = readonly [core: readonly number[], xHop: number, yHop: number, tag: number];

interface AllocationCase {
  readonly name: string;
  readonly n_in: number;
  readonly N: number;
  readonly n_cluster: number;
  readonly core_map: readonly number[];
  readonly mask_in: Rows | null;
  readonly mask_rec: Rows | null;
  readonly sign_in: Rows | null;
  readonly sign_rec: Rows | null;
  readonly Iw_0: readonly number[];
  readonly Iw_1: readonly number[];
  readonly Iw_2: readonly number[];
  readonly Iw_3: readonly number[];
  readonly params_per_cluster: Readonly<Record<string, readonly number[]>>;
  readonly allocator?: {
    readonly CAM: Readonly<Record<string, readonly (readonly [string, number, number])[]>>;
    readonly SRAM: Readonly<Record<string, readonly Route[]>>;
  };
  readonly rockpool_config?: {
    readonly cores: readonly {
      readonly params: Readonly<Record<string, readonly [coarse: number, fine: number]>>;
    }[];
  };
  readonly correct: {
    readonly SRAM_routes_per_pre_neuron: Readonly<Record<string, readonly Route[]>>;
    readonly input_channel_map: Readonly<Record<string, readonly Route[]>>;
    readonly w_in: Rows | null;
    readonly w_rec: Rows | null;
    readonly w_in_after_biasgen: Rows | null;
    readonly w_rec_after_biasgen: Rows | null;
  };
}

const Iscale = 1e-8;

/** Neurons without an input matrix still have an input channel each, that reaches nothing here. */
function inputRows({ n_in, N, mask_in }: AllocationCase): number {
  return mask_in === null ? N : n_in;
}

function synapsesOf(masks: Rows | null, signs: Rows | null): SynapseList {
  const synapses = collectSynapses();
  for (const [pre, row] of (masks ?? []).entries()) {
    for (const [post, mask] of row.entries()) {
      const negative = (signs?.[pre]?.[post] ?? 0) < 0;
      synapses.add(pre, post, mask, negative ? 'gaba' : 'ampa');
    }
  }
  return synapses.list();
}

/** Cluster c is core c % 4 of chip c / 4; its neurons stand there in order. */
function placedNetwork(given: AllocationCase): PlacedSynapses {
  const on = given.core_map.map(() => true);
  return {
    channels: inputRows(given),
    input: synapsesOf(given.mask_in, given.sign_in),
    recurrent: synapsesOf(given.mask_rec, given.sign_rec),
    hardware: given.core_map.map((cluster, n) => ({
      chip: Math.floor(cluster / chipLimits.cores),
      core: cluster % chipLimits.cores,
      neuron: given.core_map.slice(0, n).filter((other) => other === cluster).length,
    })),
    dc: on,
    adaptation: on,
  };
}

/** Base currents of a cluster, amperes. */
function baseOf({ Iw_0, Iw_1, Iw_2, Iw_3 }: AllocationCase, cluster: number): number[] {
  return [Iw_0, Iw_1, Iw_2, Iw_3].map((each) => each[cluster]!);
}

function parametersOf(currents: CoreCurrents): CoreConfiguration['parameters'] {
  const parameters: Partial<Record<CoreParameterName, Bias>> = {};
  for (const name of coreCurrentNames) {
    const parameter = currentParameter[name];
    parameters[parameter] = nearestBias(parameter, currents[name]);
  }
  return parameters;
}

/** Memories of a board, and where each input channel has to be sent. */
interface Allocation {
  readonly chips: readonly (readonly CoreConfiguration['neurons'][])[];
  readonly inputWords: readonly Uint32Array[];
  readonly inputChannels: readonly (readonly Destination[])[];
}

/** Writes a network into the memories of a board. */
function allocate(network: PlacedSynapses): Allocation {
  const { routes } = routeNetwork(network);
  const { chips } = dynapse2.compile({ network, routes, cores: [] });
  const inputWords = routes
    .slice(0, network.channels)
    .map((own) => Uint32Array.from(own, (route) => dynapse2.inputWord(route)));
  return {
    chips: chips.map(({ cores }) => cores.map(({ neurons }) => neurons)),
    inputWords,
    inputChannels: inputWords.map((words) => Array.from(words, eventOf)),
  };
}

/** The allocated neurons with the currents of their clusters. */
function configurationOf({ chips }: Allocation, given: AllocationCase): ChipConfiguration {
  return {
    chips: chips.map((cores, chip) => ({
      cores: cores.map((neurons, core) => {
        const cluster = chip * chipLimits.cores + core;
        if (cluster >= given.n_cluster) return { ...idleCore(), neurons };
        const own = Object.entries(given.params_per_cluster).map(([name, values]) => [
          name,
          values[cluster],
        ]);
        const one = dynapSimParameters(Object.fromEntries(own), 1);
        return {
          neurons,
          parameters: parametersOf(sharedCurrents(one, [0], baseOf(given, cluster))),
        };
      }),
    })),
  };
}

function sameRoutes(ours: readonly Destination[], theirs: readonly Route[]): boolean {
  const key = (mask: number, x: number, y: number, tag: number): string =>
    `${mask}/${x}/${y}/${tag}`;
  const own = ours.map(({ core, xHop, yHop, tag }) => key(coreMask(core), xHop, yHop, tag));
  const wanted = theirs
    .map(([core, x, y, tag]) =>
      key(
        core.reduce((mask, on, i) => mask | (on << i), 0),
        x,
        // The allocator that was asked sends spikes to the host as it does echoes.
        x === fpgaHop ? 0 : y,
        tag,
      ),
    )
    .filter((route) => !route.startsWith('0/'));
  return own.sort().join() === wanted.sort().join();
}

/** Names what differs in CAM, SRAM, input map and bias codes. */
function structureNotes(
  { inputChannels }: Allocation,
  { chips }: ChipConfiguration,
  { hardware }: PlacedSynapses,
  { n_cluster, allocator, rockpool_config, correct }: AllocationCase,
): string[] {
  const notes: string[] = [];
  const neuronAt = (n: string) => {
    const { chip, core, neuron } = hardware[Number(n)]!;
    return chips[chip]!.cores[core]!.neurons[neuron]!;
  };
  const names = new Map(Object.entries(dendrites).map(([name, value]) => [value as number, name]));
  for (const [n, cam] of Object.entries(allocator?.CAM ?? {})) {
    const own = neuronAt(n).synapses.map(
      ({ tag, weight, dendrite }) => `${names.get(dendrite)}/${weightMask(weight)}/${tag}`,
    );
    if (own.join() !== cam.map((entry) => entry.join('/')).join()) notes.push(`CAM of neuron ${n}`);
  }
  // On several cores the allocator that was asked keeps the last chip only, and monitors by a wrong number.
  for (const [n, sram] of Object.entries(n_cluster === 1 ? (allocator?.SRAM ?? {}) : {})) {
    if (!sameRoutes(neuronAt(n).destinations, sram)) notes.push(`SRAM of neuron ${n}`);
  }
  for (const [n, routes] of Object.entries(correct.SRAM_routes_per_pre_neuron)) {
    const onBoard = neuronAt(n).destinations.filter(({ xHop }) => xHop !== -chipLimits.hops);
    if (!sameRoutes(onBoard, routes)) notes.push(`routes of neuron ${n}`);
  }
  for (const [channel, routes] of Object.entries(correct.input_channel_map)) {
    if (!sameRoutes(inputChannels[Number(channel)] ?? [], routes)) {
      notes.push(`input channel ${channel}`);
    }
  }
  for (const [cluster, { params }] of rockpool_config?.cores.entries() ?? []) {
    const { cores } = chips[Math.floor(cluster / chipLimits.cores)]!;
    const own = cores[cluster % chipLimits.cores]!.parameters;
    for (const [name, [coarse, fine]] of Object.entries(params)) {
      const setting = own[name as keyof typeof own];
      const code = setting === undefined ? -1 : biasWord(setting);
      if (code !== biasWord({ coarse, fine })) notes.push(`${name} of core ${cluster}`);
    }
  }
  return notes;
}

/** Weights with the currents asked for, of the synapses that were read back from memory words. */
function exactWeights(
  { network }: RestoredNetwork,
  list: SynapseList,
  rows: number,
  given: AllocationCase,
): Matrix {
  const columns = network.hardware.length;
  const values = new Float64Array(rows * columns);
  for (const [i, pre] of list.pre.entries()) {
    const post = list.post[i]!;
    const base = baseOf(given, given.core_map[post]!);
    const size = base.reduce(
      (sum, current, bit) => sum + ((list.code[i]! >> bit) & 1) * current,
      0,
    );
    values[pre * columns + post] =
      (list.dendrite[i] === dendriteCodes.gaba ? -size : size) / Iscale;
  }
  return { rows, columns, values };
}

function differenceOf(matrix: Matrix | undefined, wanted: Rows | null): number {
  if (wanted === null) return 0;
  const flat = wanted.flat();
  return relativeToLargest(matrix?.values ?? new Float64Array(flat.length), flat);
}

/** Largest fan-in of a neuron. */
function fanInOf({ N, mask_in, mask_rec }: AllocationCase): number {
  const rows = [...(mask_in ?? []), ...(mask_rec ?? [])];
  return Math.max(
    ...Array.from({ length: N }, (_, n) => rows.filter((row) => row[n] !== 0).length),
  );
}

function compare(given: AllocationCase): CaseOutcome {
  const { name, correct } = given;
  const network = placedNetwork(given);
  const problems = routeNetwork(network).problems.map(problemText);
  if (fanInOf(given) > chipLimits.synapses) {
    return problems.length > 0 ? { name, error: 0 } : { name, error: 1, note: 'was not rejected' };
  }
  if (problems.length > 0) return { name, error: 1, note: `was rejected: ${problems.join('; ')}` };
  const allocation = allocate(network);
  const configuration = configurationOf(allocation, given);
  const inputs = allocation.inputWords;
  const restored = networkFrom(configuration, { inputs, Iscale });
  const [input, population] = restored.pipeline.stages.map(stageWeights);
  const exact = (list: SynapseList, rows: number) => exactWeights(restored, list, rows, given);
  const error = Math.max(
    differenceOf(exact(restored.network.input, inputs.length), correct.w_in),
    differenceOf(exact(restored.network.recurrent, given.N), correct.w_rec),
    differenceOf(input, correct.w_in_after_biasgen),
    differenceOf(population, correct.w_rec_after_biasgen),
  );
  const notes = structureNotes(allocation, configuration, network, given);
  return notes.length === 0
    ? { name, error }
    : { name, error, note: `differs: ${notes.join(', ')}` };
}

/** CAM, SRAM, input channels, bias codes, and the network read back, on one core, several, and several chips. */
export const allocation: Kind = {
  kind: 'allocation',
  tolerance: 1e-9,
  needs: ['allocation/allocation.json'],
  run: (folder) => readJson<AllocationCase[]>(folder, 'allocation', 'allocation.json').map(compare),
};
