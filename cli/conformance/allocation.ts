import {
  allocateCore,
  allocationProblems,
  biasCurrent,
  type CoreAllocation,
  type CoreSynapses,
  coreMask,
  type Destination,
  dendrites,
  type Matrix,
  nearestBias,
  weightMask,
} from 'spikeline';
import { readJson } from './files.ts';
import { type CaseOutcome, type Kind, relativeToLargest } from './report.ts';

type Rows = readonly (readonly number[])[];
type Route = readonly [core: readonly number[], xHop: number, yHop: number, tag: number];

interface AllocationCase {
  readonly name: string;
  readonly n_in: number;
  readonly N: number;
  readonly n_cluster: number;
  readonly mask_in: Rows | null;
  readonly mask_rec: Rows | null;
  readonly sign_in: Rows | null;
  readonly sign_rec: Rows | null;
  readonly Iw_0: readonly number[];
  readonly Iw_1: readonly number[];
  readonly Iw_2: readonly number[];
  readonly Iw_3: readonly number[];
  readonly allocator?: {
    readonly CAM: Readonly<Record<string, readonly (readonly [string, number, number])[]>>;
    readonly SRAM: Readonly<Record<string, readonly Route[]>>;
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
const fanInLimit = 64;

/** Neurons without an input matrix still have an input channel each, that reaches nothing here. */
function inputRows({ n_in, N, mask_in }: AllocationCase): number {
  return mask_in === null ? N : n_in;
}

function synapsesOf(given: AllocationCase): CoreSynapses {
  const { N } = given;
  const base = [given.Iw_0[0]!, given.Iw_1[0]!, given.Iw_2[0]!, given.Iw_3[0]!];
  const part = (rows: number, masks: Rows | null, signs: Rows | null) => {
    const flat = Uint8Array.from(masks?.flat() ?? new Array<number>(rows * N).fill(0));
    const sign = signs?.flat() ?? [];
    const size = (mask: number): number =>
      base.reduce((sum, current, i) => sum + ((mask >> i) & 1) * current, 0) / Iscale;
    const values = Float64Array.from(flat, (mask, i) => (sign[i]! < 0 ? -1 : 1) * size(mask));
    return { masks: flat, matrix: { rows, columns: N, values } satisfies Matrix };
  };
  const input = part(inputRows(given), given.mask_in, given.sign_in);
  const recurrent = part(N, given.mask_rec, given.sign_rec);
  return {
    input: input.matrix,
    inputMasks: input.masks,
    recurrent: recurrent.matrix,
    recurrentMasks: recurrent.masks,
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
        y,
        tag,
      ),
    )
    .filter((route) => !route.startsWith('0/'));
  return own.sort().join() === wanted.sort().join();
}

/** Reads the weights back from CAM entries, with the currents that the masks select. */
function readBack({ neurons }: CoreAllocation, given: AllocationCase, currents: readonly number[]) {
  const weights = new Float64Array((inputRows(given) + given.N) * given.N);
  for (let n = 0; n < given.N; n++) {
    for (const { tag, weight, dendrite } of neurons[n]!.synapses) {
      const size = weight.reduce((sum, on, i) => sum + (on ? currents[i]! : 0), 0) / Iscale;
      weights[tag * given.N + n] = dendrite === dendrites.gaba ? -size : size;
    }
  }
  return given.mask_in === null ? weights.subarray(given.N * given.N) : weights;
}

function structureNotes(
  allocation: CoreAllocation,
  { allocator, correct }: AllocationCase,
): string[] {
  const notes: string[] = [];
  const names = new Map(Object.entries(dendrites).map(([name, value]) => [value as number, name]));
  for (const [n, cam] of Object.entries(allocator?.CAM ?? {})) {
    const own = allocation.neurons[Number(n)]!.synapses.map(
      ({ tag, weight, dendrite }) => `${names.get(dendrite)}/${weightMask(weight)}/${tag}`,
    );
    if (own.join() !== cam.map((entry) => entry.join('/')).join()) notes.push(`CAM of neuron ${n}`);
  }
  for (const [n, sram] of Object.entries(allocator?.SRAM ?? {})) {
    if (!sameRoutes(allocation.neurons[Number(n)]!.destinations, sram))
      notes.push(`SRAM of neuron ${n}`);
  }
  for (const [n, routes] of Object.entries(correct.SRAM_routes_per_pre_neuron)) {
    const onBoard = allocation.neurons[Number(n)]!.destinations.filter(({ xHop }) => xHop !== -7);
    if (!sameRoutes(onBoard, routes)) notes.push(`routes of neuron ${n}`);
  }
  for (const [channel, routes] of Object.entries(correct.input_channel_map)) {
    if (!sameRoutes(allocation.inputChannels[Number(channel)] ?? [], routes)) {
      notes.push(`input channel ${channel}`);
    }
  }
  return notes;
}

function compare(given: AllocationCase): CaseOutcome {
  const { name, correct } = given;
  const synapses = synapsesOf(given);
  const problems = allocationProblems(synapses);
  const fanIn = Math.max(
    ...Array.from({ length: given.N }, (_, n) => {
      const rows = [...(given.mask_in ?? []), ...(given.mask_rec ?? [])];
      return rows.filter((row) => row[n] !== 0).length;
    }),
  );
  if (fanIn > fanInLimit) {
    return problems.length > 0 ? { name, error: 0 } : { name, error: 1, note: 'was not rejected' };
  }
  if (problems.length > 0) return { name, error: 1, note: `was rejected: ${problems.join('; ')}` };
  const allocation = allocateCore(synapses);
  const asked = [given.Iw_0[0]!, given.Iw_1[0]!, given.Iw_2[0]!, given.Iw_3[0]!];
  const realised = asked.map((current) =>
    biasCurrent('SYAM_W0_P', nearestBias('SYAM_W0_P', current)),
  );
  const rows = (input: Rows | null, recurrent: Rows | null): number[] => [
    ...(input?.flat() ?? []),
    ...(recurrent?.flat() ?? []),
  ];
  const error = Math.max(
    relativeToLargest(readBack(allocation, given, asked), rows(correct.w_in, correct.w_rec)),
    relativeToLargest(
      readBack(allocation, given, realised),
      rows(correct.w_in_after_biasgen, correct.w_rec_after_biasgen),
    ),
  );
  const notes = structureNotes(allocation, given);
  return notes.length === 0
    ? { name, error }
    : { name, error, note: `differs: ${notes.join(', ')}` };
}

/** CAM, SRAM, input channels and weights read back, for networks of one core. */
export const allocation: Kind = {
  kind: 'allocation (one core)',
  tolerance: 1e-9,
  needs: ['allocation/allocation.json'],
  run: (folder) =>
    readJson<AllocationCase[]>(folder, 'allocation', 'allocation.json')
      .filter(({ n_cluster }) => n_cluster === 1)
      .map(compare),
};
