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
  largestCount,
  layOutChain,
} from './chain-layout.ts';
import { eachNeuron } from './lanes.ts';
import * as layout from './layout.ts';
import { restBlock } from './model.ts';
import { overflow } from './overflow.ts';
import { threadPool } from './pool.ts';
import { countedWord } from './sparse.ts';

/** Which neurons the lanes of a row hold, of the trial at `place` or of all. */
function lanesOf(neurons: number, vectors: number, pack: number, place?: number): Int32Array {
  const lanes = new Int32Array(vectors * layout.LANES).fill(-1);
  for (let p = place ?? 0; p < (place === undefined ? pack : place + 1); p++) {
    for (let n = 0; n < neurons; n++) lanes[p * neurons + n] = n;
  }
  return lanes;
}

/** A group of trials of a chain that is laid out. */
function groupOf(
  { kernel, links }: ChainLayout,
  place: GroupLayout,
  channels: number,
): ChainGroup & { prepare(): void } {
  const { f32, u32, exports } = kernel;
  /** The states of the first trial, population by population, and those of all at rest. */
  const states = links.map(({ vectors, population }, k) => {
    const floats = (vectors * population.layout.stateBytes) / 4;
    const from = place.links[k]!.state / 4;
    return f32.subarray(from, from + floats);
  });
  const rests = links.map(({ vectors, rows, population }) => {
    const row = restBlock(vectors, population.layout);
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
  const laneMaps = links.map(({ link, vectors, pack }) =>
    Array.from({ length: pack }, (_, p) => lanesOf(link.neurons, vectors, pack, p)),
  );
  const floatsOf = links.map(({ population }) => population.layout.stateBytes / 4);
  const stateOf = (link: number, trial: number): number => {
    const { vectors, pack } = links[link]!;
    return place.links[link]!.state / 4 + Math.floor(trial / pack) * vectors * floatsOf[link]!;
  };
  /** Whether all that the first `count` trials have is a number, of what never comes back if it is none. */
  const areFinite = (k: number, count: number): boolean => {
    const { population, vectors, pack } = links[k]!;
    const floats = floatsOf[k]!;
    let sum = 0;
    for (const number of population.layout.lasting) {
      let at = (place.links[k]!.state + number) / 4;
      for (let v = Math.ceil(count / pack) * vectors; v > 0; v--, at += floats) {
        sum += (f32[at]! + f32[at + 1]! + f32[at + 2]! + f32[at + 3]!) * 0;
      }
    }
    return sum === 0;
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
          areFinite(k, count)
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
        into[to] = read(f32, lane, n);
      });
    },
  };
}

function chainOf(problem: ChainProblem, options: ChainOptions, groups: number) {
  const place = layOutChain(problem, options, groups);
  for (const { link, vectors, pack, population, coefficientsAt } of place.links) {
    population.write(place.kernel.f32, coefficientsAt / 4, lanesOf(link.neurons, vectors, pack));
  }
  const chain = {
    links: place.links.length,
    steps: place.steps,
    trials: place.trials,
    groups: place.groups.map((group) => groupOf(place, group, problem.channels)),
  };
  return { place, chain };
}

/** Makes a chain that runs in the kernel. */
export function kernelChain(problem: ChainProblem, options: ChainOptions): Chain {
  return chainOf(problem, options, 1).chain;
}

type ChainMaker = (problem: ChainProblem, options: ChainOptions) => Chain;

/** What makes chains, by how many threads run them: always the same, so that a pipeline is known to be ready. */
const makers = new Map<number, ChainMaker>();

/** What makes chains whose groups run on so many threads: while some run, others are filled. */
export function threadedChain(threads: number): ChainMaker {
  const known = makers.get(threads);
  if (known !== undefined) return known;
  const pool = threadPool(threads);
  const make: ChainMaker = (problem, options) => {
    const { place, chain } = chainOf(problem, options, 1 + 2 * threads);
    return {
      ...chain,
      runBeside(group, trials, from, steps) {
        const { record } = place.groups[group]!;
        chain.groups[group]!.prepare();
        return pool.run(place.kernel.memory, {
          call: 'runChain',
          given: [record, trials, from, steps],
        });
      },
    };
  };
  makers.set(threads, make);
  return make;
}
