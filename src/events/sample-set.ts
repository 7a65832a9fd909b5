/** Samples that are packed once, to be evaluated often. */
import { noteBuilt, readItem, refuse } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { type Grid, rasterProblems, type SpikeRaster } from './spike-raster.ts';

/** Samples that were packed, in their order. Iterating it unpacks them, each into a raster of its own. */
export interface SampleSet extends Iterable<SpikeRaster> {
  /** Samples. */
  readonly length: number;
}

/** A raster as the list of what is in it. */
export interface PackedRaster extends Grid {
  /** Where the entries of each step begin, and the last end. */
  readonly starts: Uint32Array;
  /** Channel of each entry, in order; bytes where they hold it. */
  readonly indices: Uint8Array | Uint32Array;
  /** Spikes of each entry, likewise; undefined where all are one. */
  readonly counts: Uint8Array | Float32Array | Uint32Array | undefined;
}

/** The largest number that a byte holds. */
const mostOfByte = 255;

/** Up to here, every whole number is a float32. */
const mostExact = 2 ** 24;

const packedSets = new WeakMap<object, readonly PackedRaster[]>();

/** The samples of a set; undefined of anything else. */
export function packedSamples(samples: object): readonly PackedRaster[] | undefined {
  return packedSets.get(samples);
}

/** Lists what is in a raster that was read and checked. */
export function packRaster({ counts, ...grid }: SpikeRaster): PackedRaster {
  const { steps, channels, dt, startTime } = grid;
  let entries = 0;
  let most = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count === 0) continue;
    entries++;
    if (count > most) most = count;
  }
  const starts = new Uint32Array(steps + 1);
  const indices = new (channels - 1 > mostOfByte ? Uint32Array : Uint8Array)(entries);
  const Counts = most <= mostOfByte ? Uint8Array : most > mostExact ? Uint32Array : Float32Array;
  const own = most > 1 ? new Counts(entries) : undefined;
  for (let t = 0, at = 0, i = 0; t < steps; t++) {
    for (let c = 0; c < channels; c++, i++) {
      const count = counts[i]!;
      if (count === 0) continue;
      indices[at] = c;
      if (own !== undefined) own[at] = count;
      at++;
    }
    starts[t + 1] = at;
  }
  return { steps, channels, dt, startTime, starts, indices, counts: own };
}

/** The raster that was packed. */
export function unpackRaster(packed: PackedRaster): SpikeRaster {
  const { steps, channels, dt, startTime, starts, indices, counts } = packed;
  const own = new Uint32Array(steps * channels);
  for (let t = 0; t < steps; t++) {
    const end = starts[t + 1]!;
    for (let k = starts[t]!; k < end; k++) {
      own[t * channels + indices[k]!] = counts === undefined ? 1 : counts[k]!;
    }
  }
  return { steps, channels, dt, startTime, counts: own };
}

/** Faults of rasters after which no more of them are looked at. */
const mostFaults = 1000;

/**
 * Packs samples, such as those of a test set, so that {@link evaluate} takes them as they are, however often: reading all bins of
 * rasters in which little is takes longer than small networks take to run. It holds what is in them, not the rasters.
 *
 * @throws InvalidArgumentError with all problems of the rasters
 * @example
 * ```ts
 * const rasters = [1, 2, 3].map((seed) => poissonRaster({ channels: 1, rate: 90, duration: 0.2, seed }));
 * const samples = sampleSet(rasters);
 * const net = pipeline(linear({ weight: [[4, 1]] }), dynapSim({ neurons: 2 }));
 * evaluate(net, samples).pipe(map((raster) => raster.steps)); // emits 200, 200, 200
 * [samples.length, Array.from(samples)[0]!.counts.length]; // [3, 200]
 * ```
 */
export function sampleSet(rasters: Iterable<SpikeRaster>): SampleSet {
  const packed: PackedRaster[] = [];
  const pack = (): Problem[] => {
    const problems: Problem[] = [];
    let number = 0;
    for (const given of rasters) {
      const raster = readItem(given);
      const own = rasterProblems(raster);
      if (own.length === 0 && problems.length === 0) packed.push(packRaster(raster));
      problems.push(...within(`[${number++}]`, own));
      // A list may have thousands of millions of holes.
      if (problems.length >= mostFaults) break;
    }
    return problems;
  };
  refuse('these samples cannot be packed', () =>
    typeof rasters === 'object' &&
    rasters !== null &&
    typeof rasters[Symbol.iterator] === 'function'
      ? within('rasters', pack())
      : [problem('rasters', 'wrong-type', rasters, 'a list or an iterable of rasters is needed')],
  );
  const set: SampleSet = noteBuilt({
    length: packed.length,
    *[Symbol.iterator]() {
      for (const one of packed) yield unpackRaster(one);
    },
  });
  packedSets.set(set, packed);
  return set;
}
