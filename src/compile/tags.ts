import { chipLimits } from '../chips/dynapse2/limits.ts';
import type { CoresOfChip, Source } from './reach.ts';
import { type Piece, sizeOf, splitPieces, tagsOfWide } from './split-tags.ts';

/** One event of a source: some cores of a chip and the tag that they hear. */
export interface Route extends CoresOfChip {
  /** 0…2047. */
  readonly tag: number;
}

/** Tags of a network. */
export interface Tagging {
  /** Events of each source, chip by chip. */
  readonly routes: readonly (readonly Route[])[];
  /** Chips on which events for several cores need more tags than there are, with the number they need. */
  readonly short: ReadonlyMap<number, number>;
}

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
  const halfOpen = Array.from({ length: 1 << chipLimits.cores }, (): number[] => []);
  const cursors = new Array<number>(chipLimits.cores).fill(0);
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
  for (let size = chipLimits.cores; size > 0; size--) {
    for (const [i, { cores }] of pieces.entries()) {
      if (sizeOf(cores) === size) tags[i] = place(cores);
    }
  }
  return tags;
}

/**
 * Gives tags to all events, so that no core hears two sources under one tag. Where there are no more
 * sources than tags, source i has tag i. Otherwise each chip is packed for itself: sources whose cores
 * do not overlap share a tag, and where that is not enough, an event for several cores is split in
 * two or more with a tag each, as far as SRAM entries are free. For one chip this finds a tagging
 * whenever there is one; entries that two chips would need go to the first.
 */
export function tagSources(sources: readonly Source[]): Tagging {
  const { tags } = chipLimits;
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
    const pieces = splitPieces(whole, spare, tags, reaches);
    const needed = tagsOfWide(pieces);
    if (needed > tags) short.set(chip, needed);
    for (const [i, tag] of packTags(pieces).entries()) {
      const { source, cores } = pieces[i]!;
      routes[source]!.push({ chip, cores, tag });
    }
  }
  return { routes, short };
}
