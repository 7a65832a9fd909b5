/** Splits events for several cores of a chip of four, if tags run short. */

/** An event of a source for some cores of one chip. */
export interface Piece {
  /** Index of the source. */
  readonly source: number;
  /** Cores as a mask, 1…15. */
  readonly cores: number;
}

/** All cores of a chip. */
const all = 15;

/** Masks of two cores, each followed by the one that completes it. */
const pairs: readonly number[] = [0b0011, 0b1100, 0b0101, 0b1010, 0b0110, 0b1001];

/** Masks of three and four cores: no two of them share a tag. */
const triples: readonly number[] = [0b0111, 0b1011, 0b1101, 0b1110];

/** Number of cores in a mask. */
export function sizeOf(cores: number): number {
  return (cores & 1) + ((cores >> 1) & 1) + ((cores >> 2) & 1) + ((cores >> 3) & 1);
}

/** Tags that pieces of more than one core need: pairs share a tag with the pair that completes them. */
export function tagsOfWide(pieces: readonly Piece[]): number {
  return wideTags(countsOf(pieces));
}

function wideTags(count: ArrayLike<number>): number {
  let sum = count[all]!;
  for (const triple of triples) sum += count[triple]!;
  for (const pair of pairs) {
    // Each two that complete each other are met twice.
    sum += Math.max(count[pair]!, count[all ^ pair]!) / 2;
  }
  return sum;
}

function countsOf(pieces: readonly Piece[]): Uint32Array {
  const count = new Uint32Array(all + 1);
  for (const { cores } of pieces) count[cores] = count[cores]! + 1;
  return count;
}

/** Pieces of one chip as they are being split. */
interface Workshop {
  readonly count: Uint32Array;
  /** Pieces of each mask that can be split into single cores; the cheapest last. */
  readonly splittable: readonly Piece[][];
  /** Cuts a piece into `part` and single cores. */
  split(piece: Piece, part?: number): void;
}

/** The mask whose pieces to split into single cores next; undefined if no such split helps. */
function nextMask({ count, splittable }: Workshop): number | undefined {
  const any = (cores: number): boolean => splittable[cores]!.length > 0;
  return (
    pairs.find((pair) => count[pair]! > count[all ^ pair]! && any(pair)) ??
    triples.find(any) ??
    [all].find(any) ??
    pairs.find((pair) => count[pair] === count[all ^ pair] && any(pair) && any(all ^ pair))
  );
}

/** Splits that are to be made: pieces of some mask down to a pair. */
interface PairSplit {
  readonly cores: number;
  readonly pair: number;
}

/** Pairs within a mask. */
function pairsIn(cores: number): number[] {
  return pairs.filter((pair) => (pair & cores) === pair);
}

/** Gives as many triples as possible a pair that has room (augmenting paths); takes them out of `left`. */
function fillRoom(left: Map<number, number>, room: Map<number, number>): Map<number, number>[] {
  const flow = Array.from({ length: all }, () => new Map(pairs.map((pair) => [pair, 0])));
  const move = (cores: number, pair: number, by: number): void => {
    flow[cores]!.set(pair, flow[cores]!.get(pair)! + by);
  };
  const fill = (cores: number, seen: Set<number>): boolean => {
    seen.add(cores);
    for (const pair of pairsIn(cores)) {
      if (room.get(pair)! > 0) {
        room.set(pair, room.get(pair)! - 1);
        move(cores, pair, 1);
        return true;
      }
      for (const other of triples) {
        if (flow[other]!.get(pair) === 0 || seen.has(other) || !fill(other, seen)) continue;
        move(other, pair, -1);
        move(cores, pair, 1);
        return true;
      }
    }
    return false;
  };
  for (const cores of triples) {
    while (left.get(cores)! > 0 && fill(cores, new Set())) left.set(cores, left.get(cores)! - 1);
  }
  balance(left, flow);
  return flow;
}

/** Lets the most frequent of the triples that are left take the places of others, so that fewer stay alone. */
function balance(left: Map<number, number>, flow: readonly Map<number, number>[]): void {
  const total = triples.reduce((sum, cores) => sum + left.get(cores)!, 0);
  const commonest = triples.reduce((a, b) => (left.get(b)! > left.get(a)! ? b : a));
  for (const pair of pairsIn(commonest)) {
    for (const other of triples.filter((cores) => cores !== commonest)) {
      const there = flow[other]!.get(pair)!;
      const surplus = Math.floor((2 * left.get(commonest)! - total) / 2);
      const moved = Math.max(0, Math.min(there, surplus));
      flow[other]!.set(pair, there - moved);
      flow[commonest]!.set(pair, flow[commonest]!.get(pair)! + moved);
      left.set(other, left.get(other)! + moved);
      left.set(commonest, left.get(commonest)! - moved);
    }
  }
}

/**
 * Chooses the pairs that pieces keep which can give off single cores, but not all of them: triples that can be cut
 * once and quadruples that can be cut twice. A tag is saved for each of them that meets a pair without
 * partner, and for each two of them that complete each other. The most that can be is a maximum
 * matching; masks are few, so it needs no general algorithm: triples of two different masks always
 * have pairs that complete each other, quadruples go with everything.
 *
 * @param available number of such pieces of each mask
 * @param room how many pairs of each mask would find a partner
 */
function choosePairs(
  available: ReadonlyMap<number, number>,
  room: Map<number, number>,
): PairSplit[] {
  const left = new Map(available);
  const chosen = fillRoom(left, room).flatMap((to, cores) =>
    [...to].flatMap(([pair, times]) => new Array<PairSplit>(times).fill({ cores, pair })),
  );
  const take = (cores: number, pair: number): void => {
    left.set(cores, left.get(cores)! - 1);
    chosen.push({ cores, pair });
  };
  for (;;) {
    const [one, two] = triples
      .filter((cores) => left.get(cores)! > 0)
      .sort((a, b) => left.get(b)! - left.get(a)!);
    if (one === undefined || two === undefined) break;
    const pair = pairsIn(one).find((each) => pairsIn(two).includes(all ^ each))!;
    take(one, pair);
    take(two, all ^ pair);
  }
  for (const [pair, free] of room) {
    for (let i = 0; i < free && left.get(all)! > 0; i++) take(all, pair);
  }
  while (left.get(all)! > 0) {
    const partner = [...triples, all].find((cores) => left.get(cores)! > Number(cores === all));
    if (partner === undefined) break;
    const [pair] = pairsIn(partner) as [number];
    take(partner, pair);
    take(all, all ^ pair);
  }
  return chosen;
}

/** Splits wide pieces down to pairs that complete others, until `limit` tags are enough. */
function splitToPairs(shop: Workshop, takers: readonly Piece[][], limit: number): void {
  const { count, splittable, split } = shop;
  const rigid = (pair: number): number => count[pair]! - splittable[pair]!.length;
  const room = new Map(pairs.map((pair) => [pair, Math.max(0, rigid(all ^ pair) - rigid(pair))]));
  const available = new Map([...triples, all].map((cores) => [cores, takers[cores]!.length]));
  for (const { cores, pair } of choosePairs(available, room)) {
    if (wideTags(count) <= limit) break;
    if (count[pair]! >= count[all ^ pair]! && splittable[pair]!.length > 0) {
      split(splittable[pair]!.pop()!);
    }
    split(takers[cores]!.pop()!, pair);
  }
}

/**
 * Splits pieces of one chip until the wide ones need no more than `limit` tags, or nothing is left that
 * would help. A split costs an SRAM entry for each piece that is added; input channels have as many
 * as they like and go first, then neurons that reach few chips.
 *
 * @param spare free SRAM entries of each source; what is used is taken away
 * @param chipsReached number of chips that a source reaches
 */
export function splitPieces(
  pieces: readonly Piece[],
  spare: number[],
  limit: number,
  chipsReached: (source: number) => number,
): Piece[] {
  const count = countsOf(pieces);
  if (wideTags(count) <= limit) return [...pieces];
  const price = ({ source }: Piece): number =>
    spare[source] === Number.POSITIVE_INFINITY ? 0 : chipsReached(source);
  const byPrice = [...pieces].sort((a, b) => price(b) - price(a));
  const having = (room: (piece: Piece) => boolean): Piece[][] =>
    Array.from({ length: all + 1 }, (_, cores) =>
      byPrice.filter((piece) => piece.cores === cores && room(piece)),
    );
  const left = new Set(pieces);
  const shop: Workshop = {
    count,
    splittable: having(({ source, cores }) => spare[source]! >= sizeOf(cores) - 1),
    split(piece, part = 0) {
      const { source, cores } = piece;
      const singles = [1, 2, 4, 8].filter((core) => cores & core & ~part);
      const parts = part === 0 ? singles : [part, ...singles];
      spare[source] = spare[source]! - (parts.length - 1);
      left.delete(piece);
      count[cores] = count[cores]! - 1;
      for (const each of parts) {
        left.add({ source, cores: each });
        count[each] = count[each]! + 1;
      }
    },
  };
  while (wideTags(count) > limit) {
    const mask = nextMask(shop);
    if (mask === undefined) break;
    shop.split(shop.splittable[mask]!.pop()!);
  }
  if (wideTags(count) > limit) {
    const takers = having(
      (piece) => left.has(piece) && spare[piece.source]! >= sizeOf(piece.cores) - 2,
    );
    splitToPairs(shop, takers, limit);
  }
  return [...left];
}
