/** Populations one after the other that run in the kernel, as one. */
import { DataError } from '../errors.ts';
import type { PackedRaster } from '../events/sample-set.ts';
import type { Chain, ChainGroup, ChainOptions, ChainProblem } from '../neurons/chain.ts';
import { noSuchSignal } from '../neurons/population.ts';
import {
  type ChainLayout,
  type GroupLayout,
  keepsEntered,
  keepsOutput,
  type LinkLayout,
  largestCount,
  layOutChain,
} from './chain-layout.ts';
import type { KernelCode } from './code.ts';
import { areFinite, eachNeuron, floatsOf, type LaneMap } from './lanes.ts';
import { restBlock } from './model.ts';
import { overflow } from './overflow.ts';
import { threadPool } from './pool.ts';
import { countedWord } from './sparse.ts';

/** Which neurons the lanes of a row hold, of the trial at `place` or of all. */
function lanesOf(
  neurons: number,
  { vectors, pack }: Pick<LinkLayout, 'vectors' | 'pack'>,
  width: number,
  place?: number,
): LaneMap {
  const lanes = new Int32Array(vectors * width).fill(-1);
  for (let p = place ?? 0; p < (place === undefined ? pack : place + 1); p++) {
    for (let n = 0; n < neurons; n++) lanes[p * neurons + n] = n;
  }
  return { width, neurons: lanes };
}

/** A group of trials of a chain that is laid out. */
function groupOf(
  { kernel, links }: ChainLayout,
  place: GroupLayout,
  channels: number,
): ChainGroup & { prepare(): void } {
  const { f32, u32, exports, lanes: width } = kernel;
  /** The states of the first trial, population by population, and those of all at rest. */
  const states = links.map(({ vectors, population }, k) => {
    const floats = vectors * floatsOf(population.layout.stateBytes, width);
    const from = place.links[k]!.state / 4;
    return f32.subarray(from, from + floats);
  });
  const rests = links.map(({ vectors, rows, population }) => {
    const row = restBlock(vectors, population.layout, width);
    const all = new Float32Array(rows * row.length);
    for (let r = 0; r < rows; r++) all.set(row, r * row.length);
    return { all, row };
  });
  const rest = (count: number): void => {
    for (let k = 0; k < links.length; k++) {
      const { all, row } = rests[k]!;
      const size = Math.ceil(count / links[k]!.pack) * row.length;
      const from = size === row.length ? row : size === all.length ? all : all.subarray(0, size);
      f32.set(from, place.links[k]!.state / 4);
    }
  };
  const counts = u32.subarray(place.counts / 4);
  const bytes = new Uint8Array(u32.buffer, place.counts);
  /** Copies entries of a list from number `first` up to `last` to where they stand as u32, or as f32. */
  const put = (
    given: PackedRaster['indices'] | NonNullable<PackedRaster['counts']>,
    first: number,
    last: number,
    at: number,
    real: boolean,
  ): void => {
    const some = first === 0 && last === given.length ? given : given.subarray(first, last);
    if (some instanceof Uint8Array) {
      bytes.set(some);
      exports.widenBytes(place.counts, at, some.length, real);
    } else if (real) f32.set(some, at / 4);
    else u32.set(some, at / 4);
  };
  const trials = place.inputs.map((_, trial) => trial);
  /** The part of `words` that belongs to each trial. */
  const each = <Words extends Uint32Array | Float32Array>(
    words: Words,
    from: number,
    bytes: number,
  ) =>
    trials.map(
      (t) => words.subarray((from + t * bytes) / 4, (from + (t + 1) * bytes) / 4) as Words,
    );
  const spikes = place.links.map((own) => each(u32, own.output, own.outputBytes));
  const entered = place.links.map((own) => each(f32, own.entered, own.enteredBytes));
  const laneMaps = links.map((own) =>
    Array.from({ length: own.pack }, (_, p) => lanesOf(own.link.neurons, own, width, p)),
  );
  const stateFloats = links.map(({ population }) => floatsOf(population.layout.stateBytes, width));
  const stateOf = (link: number, trial: number): number => {
    const { vectors, pack } = links[link]!;
    return place.links[link]!.state / 4 + Math.floor(trial / pack) * vectors * stateFloats[link]!;
  };
  /** Whether all that the first `count` trials have is a number, of what never comes back if it is none. */
  const endsFinite = (k: number, count: number): boolean => {
    const { population, vectors, pack } = links[k]!;
    const { lasting, stateBytes } = population.layout;
    const rows = Math.ceil(count / pack) * vectors;
    return areFinite(f32, place.links[k]!.state / 4, rows, stateBytes, lasting, width);
  };
  rest(place.inputs.length);
  const prepare = (): void => {
    for (const { record } of place.links) u32[record / 4 + largestCount] = 0;
  };
  return {
    rest,
    save(into) {
      const aside = into ?? new Float32Array(states.reduce((sum, own) => sum + own.length, 0));
      let at = 0;
      for (const own of states) {
        aside.set(own, at);
        at += own.length;
      }
      return aside;
    },
    load(from) {
      let at = 0;
      for (const own of states) {
        own.set(from.subarray(at, at + own.length));
        at += own.length;
      }
    },
    enter(trial, given, from, to, steps) {
      const { record, starts } = place.inputs[trial]!;
      const rows = Math.max(0, to - from);
      if (rows > 0) {
        const [first, last] = [from * channels, to * channels];
        counts.set(first === 0 && last === given.length ? given : given.subarray(first, last));
      }
      exports.scan(place.counts, channels * 4, rows, channels, record);
      const at = starts / 4;
      if (rows < steps) u32.fill(u32[at + rows]!, at + rows + 1, at + steps + 1);
    },
    enterList(trial, packed, from, to, steps) {
      const input = place.inputs[trial]!;
      const rows = Math.max(0, to - from);
      // Of a trial that has ended, nothing.
      const [first, last] = rows === 0 ? [0, 0] : [packed.starts[from]!, packed.starts[to]!];
      const at = input.starts / 4;
      const { starts } = packed;
      u32.set(rows + 1 === starts.length ? starts : starts.subarray(from, from + rows + 1), at);
      if (first > 0) for (let row = 0; row <= rows; row++) u32[at + row]! -= first;
      if (rows < steps) u32.fill(last - first, at + rows, at + steps + 1);
      put(packed.indices, first, last, input.indices, false);
      u32[input.record / 4 + countedWord] = +(packed.counts !== undefined);
      if (packed.counts !== undefined) put(packed.counts, first, last, input.counts, true);
    },
    prepare,
    run(count, from, steps) {
      prepare();
      exports.runChain(place.record, count, from, steps);
    },
    check(count) {
      for (const [k, { link, population }] of links.entries()) {
        if (
          u32[place.links[k]!.record / 4 + largestCount]! <= population.mostSpikes &&
          endsFinite(k, count)
        )
          continue;
        throw new DataError(`in ${link.name} ${overflow().message}`);
      }
    },
    spikes: (link, trial) => spikes[link]![trial]!,
    entered: (link, trial) => entered[link]![trial]!,
    keep(link, spikes, entered) {
      const at = place.links[link]!.record / 4;
      u32[at + keepsOutput] = +spikes;
      u32[at + keepsEntered] = +entered;
    },
    readSignal(link, trial, name, into, at) {
      const { pack, population, link: own } = links[link]!;
      const { signals, layout: sizes } = population;
      const read = signals[name];
      if (read === undefined) throw noSuchSignal(name, Object.keys(signals));
      const p = trial % pack;
      const lanes = laneMaps[link]![p]!;
      const first = at - p * own.neurons;
      eachNeuron(stateOf(link, trial), sizes.stateBytes, lanes, first, (lane, n, to) => {
        into[to] = read(f32, lane, n, width);
      });
    },
  };
}

function chainOf(problem: ChainProblem, options: ChainOptions, groups: number, code: KernelCode) {
  const place = layOutChain(problem, options, groups, code);
  const { f32, lanes } = place.kernel;
  for (const own of place.links) {
    const map = lanesOf(own.link.neurons, own, lanes);
    own.population.write(f32, own.coefficientsAt / 4, map);
  }
  const chain = {
    links: place.links.length,
    steps: place.steps,
    trials: place.trials,
    groups: place.groups.map((group) => groupOf(place, group, problem.channels)),
  };
  return { place, chain };
}

type ChainMaker = (problem: ChainProblem, options: ChainOptions) => Chain;

/** Makes chains whose groups run on so many threads: while some run, others are filled. */
function threadedChain(threads: number, code: KernelCode): ChainMaker {
  const pool = threadPool(threads);
  return (problem, options) => {
    const { place, chain } = chainOf(problem, options, 1 + 2 * threads, code);
    return {
      ...chain,
      runBeside(group, trials, from, steps) {
        const { record } = place.groups[group]!;
        chain.groups[group]!.prepare();
        return pool.run(place.kernel.task, {
          call: 'runChain',
          given: [record, trials, from, steps],
        });
      },
    };
  };
}

/** What makes chains, by code and threads: always the same, so that a pipeline is known to be ready. */
const makers = new Map<string, ChainMaker>();

/** What makes chains that run in the kernel, on so many threads, or on the thread that asks if none are given. */
export function kernelChain(code: KernelCode, threads?: number): ChainMaker {
  const key = `${code.name} ${threads}`;
  const known = makers.get(key);
  if (known !== undefined) return known;
  const make: ChainMaker =
    threads === undefined
      ? (problem, options) => chainOf(problem, options, 1, code).chain
      : threadedChain(threads, code);
  makers.set(key, make);
  return make;
}
