/** Gives tags to the events of sources that cannot take any tag, so that no core hears two sources under one. */
import type { Route } from '../../chips/family.ts';
import type { Source } from './sources.ts';
import type { Tagging } from './tags.ts';

/** An event of a source for some cores of a chip, with the tags that it could have. */
interface Bound {
  readonly source: number;
  readonly cores: number;
  readonly tags: readonly number[];
}

/** Steps of the search for one more piece before it is given up. */
const patience = 20_000;

/** Takes tags for pieces of a chip; a piece that finds none has others move to another of theirs. */
function bind(pieces: readonly Bound[]): (number | undefined)[] {
  const taken = new Map<number, Map<number, number>>();
  const found: (number | undefined)[] = pieces.map(() => undefined);
  const inTheWay = ({ cores }: Bound, tag: number): number[] =>
    [...(taken.get(tag) ?? [])].filter(([, mask]) => (mask & cores) !== 0).map(([i]) => i);
  const take = (i: number, tag: number): void => {
    const own = taken.get(tag) ?? new Map<number, number>();
    taken.set(tag, own.set(i, pieces[i]!.cores));
    found[i] = tag;
  };
  /** What pieces had before they were moved. */
  const trail: (readonly [piece: number, tag: number | undefined])[] = [];
  const move = (i: number, tag: number | undefined): void => {
    const before = found[i];
    if (before !== undefined) taken.get(before)!.delete(i);
    found[i] = undefined;
    if (tag !== undefined) take(i, tag);
  };
  const change = (i: number, tag: number | undefined): void => {
    trail.push([i, found[i]]);
    move(i, tag);
  };
  const undo = (to: number): void => {
    // All leave before any comes back: each stood where it stood without harm to the others.
    const undone = trail.splice(to).reverse();
    for (const [i] of undone) move(i, undefined);
    for (const [i, tag] of undone) move(i, tag);
  };
  let steps = 0;
  const settle = (i: number, fixed: ReadonlySet<number>): boolean => {
    const { tags } = pieces[i]!;
    const free = tags.find((tag) => inTheWay(pieces[i]!, tag).length === 0);
    if (free !== undefined) {
      change(i, free);
      return true;
    }
    for (const tag of tags) {
      const others = inTheWay(pieces[i]!, tag);
      steps += others.length;
      if (steps > patience) return false;
      if (others.some((other) => fixed.has(other))) continue;
      const mark = trail.length;
      for (const other of others) change(other, undefined);
      change(i, tag);
      const still = new Set([...fixed, i]);
      if (others.every((other) => settle(other, still))) return true;
      undo(mark);
    }
    return false;
  };
  // Those with the fewest tags to choose from first.
  const order = Array.from(pieces.keys()).sort(
    (a, b) => pieces[a]!.tags.length - pieces[b]!.tags.length,
  );
  for (const i of order) {
    steps = 0;
    settle(i, new Set());
  }
  return found;
}

/**
 * Gives each event one of the tags of its source, chip by chip.
 *
 * @param tagsOf the tags that a source can have, those that it should have first
 */
export function bindTags(
  sources: readonly Source[],
  tagsOf: (source: number) => readonly number[],
): Tagging {
  const routes = sources.map((): Route[] => []);
  const short = new Map<number, number>();
  const unbound: number[] = [];
  const own = sources.map((_, source) => tagsOf(source));
  const chips = new Set(sources.flatMap(({ reach }) => reach.map(({ chip }) => chip)));
  for (const chip of [...chips].sort((a, b) => a - b)) {
    const pieces = sources.flatMap(({ reach }, source) =>
      reach
        .filter((part) => part.chip === chip)
        .map(({ cores }): Bound => ({ source, cores, tags: own[source]! })),
    );
    for (const [i, tag] of bind(pieces).entries()) {
      const { source, cores } = pieces[i]!;
      if (tag === undefined) unbound.push(source);
      else routes[source]!.push({ chip, cores, tag });
    }
  }
  return { routes, short, unbound };
}
