/** Gives tags to events, so that no core hears two sources under one tag. */
import type { ChipLimits, Route } from '../../chips/family.ts';
import type { Source } from './sources.ts';
import { type Piece, sizeOf, splitPieces, tagsOfWide } from './split-tags.ts';

/** Tags of a network. */
export interface Tagging {
  /** Events of each source, chip by chip. */
  readonly routes: readonly (readonly Route[])[];
  /** Chips on which events for several cores need more tags than there are, with the number they need. */
  readonly short: ReadonlyMap<number, number>;
  /** Sources for which no tag of theirs is free; none if left out. */
  readonly unbound?: readonly number[];
}

/** Cores of a chip that the packing of tags is made for: pairs complete each other to four. */
const pairedCores = 4;

/** The numbering that everybody expects, for as many sources as there are tags: one tag for each. */
function plainTags(sources: readonly Source[]): Tagging {
  return {
    routes: sources.map(({ reach }, tag) => reach.map((cores) => ({ ...cores, tag }))),
    short: new Map(),
  };
}

/**
 * Packs pieces of one chip into the fewest tags: pieces whose cores do not overlap share one. Four
 * and three cores take a tag each, pairs meet the pair that completes them, and single cores fill
 * what is free. So it takes as many tags as the busiest core hears sources, or {@link tagsOfWide}.
 */
function packTags(pieces: readonly Piece[]): number[] {
  const occupied: number[] = [];
  const halfOpen = Array.from({ length: 1 << pairedCores }, (): number[] => []);
  const cursors = new Array<number>(pairedCores).fill(0);
  const tags = new Array<number>(pieces.length).fill(0);
  const open = (cores: number): number => occupied.push(cores) - 1;
  const place = (cores: number): number => {
    if (sizeOf(cores) > 2) return open(cores);
    if (sizeOf(cores) === 2) {
      const partner = halfOpen[15 ^ cores]!.pop();
      if (partner !== undefined) {
        occupied[partner] = 15;
        return partner;
      }
      const tag = open(cores);
      halfOpen[cores]!.push(tag);
      return tag;
    }
    const core = 31 - Math.clz32(cores);
    while ((occupied[cursors[core]!] ?? 0) & cores) cursors[core] = cursors[core]! + 1;
    const tag = cursors[core]!;
    occupied[tag] = (occupied[tag] ?? 0) | cores;
    return tag;
  };
  for (let size = pairedCores; size > 0; size--) {
    for (const [i, { cores }] of pieces.entries()) {
      if (sizeOf(cores) === size) tags[i] = place(cores);
    }
  }
  return tags;
}

/** Packs pieces of a chip of any number of cores: the widest first, each under the first tag that is free. */
function packGreedily(pieces: readonly Piece[]): number[] {
  const occupied: number[] = [];
  const tags = new Array<number>(pieces.length).fill(0);
  const widest = Array.from(pieces.keys()).sort(
    (a, b) => bitsOf(pieces[b]!.cores) - bitsOf(pieces[a]!.cores),
  );
  for (const i of widest) {
    const { cores } = pieces[i]!;
    const found = occupied.findIndex((taken) => (taken & cores) === 0);
    const tag = found < 0 ? occupied.length : found;
    occupied[tag] = (occupied[tag] ?? 0) | cores;
    tags[i] = tag;
  }
  return tags;
}

/** Number of bits of a mask. */
function bitsOf(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}

/**
 * Gives tags to all events, so that no core hears two sources under one tag. Where there are no more
 * sources than tags, source i has tag i. Otherwise each chip is packed for itself: sources whose cores
 * do not overlap share a tag, and where that is not enough, an event for several cores is split in
 * two or more with a tag each, as far as SRAM entries are free. For one chip this finds a tagging
 * whenever there is one; entries that two chips would need go to the first.
 */
export function tagSources(
  sources: readonly Source[],
  { tags, cores: perChip }: ChipLimits,
): Tagging {
  if (sources.length <= tags) return plainTags(sources);
  const spare = sources.map((source) => source.spare);
  const routes = sources.map((): Route[] => []);
  const short = new Map<number, number>();
  const chips = new Set(sources.flatMap(({ reach }) => reach.map(({ chip }) => chip)));
  for (const chip of [...chips].sort((a, b) => a - b)) {
    const whole = sources.flatMap(({ reach }, source) =>
      reach.filter((part) => part.chip === chip).map(({ cores }) => ({ source, cores })),
    );
    const reaches = (source: number): number => sources[source]!.reach.length;
    const paired = perChip <= pairedCores;
    const pieces = paired ? splitPieces(whole, spare, tags, reaches) : whole;
    const packed = paired ? packTags(pieces) : packGreedily(pieces);
    const needed = paired ? tagsOfWide(pieces) : Math.max(...packed) + 1;
    if (needed > tags) short.set(chip, needed);
    for (const [i, tag] of packed.entries()) {
      const { source, cores } = pieces[i]!;
      routes[source]!.push({ chip, cores, tag });
    }
  }
  return { routes, short };
}
