/** Lays one document over another. */
import { entriesOf, type Fields, isFields } from './json.ts';

const isPair = (entry: unknown): entry is Fields => isFields(entry) && 'key' in entry;

/** Lays the pairs of a map over those of another. */
function pairsOnto(board: readonly unknown[], ours: readonly unknown[]): unknown[] {
  const left = new Map(ours.filter(isPair).map((pair) => [pair['key'], pair] as const));
  const laid = board.map((pair) => {
    const own = isPair(pair) ? left.get(pair['key']) : undefined;
    if (own !== undefined) left.delete(own['key']);
    return own === undefined ? pair : overlay(pair, own);
  });
  return [...laid, ...left.values()];
}

/**
 * Lays a document over another: what is in `ours` takes its place, all else stays. Lists and maps keep
 * the form that `board` has them in.
 */
export function overlay(board: unknown, ours: unknown): unknown {
  if (Array.isArray(board)) {
    if (Array.isArray(ours) && board.some(isPair)) return pairsOnto(board, ours);
    const own = entriesOf(ours) ?? [];
    return board.map((entry, i) => (i < own.length ? overlay(entry, own[i]) : entry));
  }
  if (!isFields(board) || typeof ours !== 'object' || ours === null) return ours;
  const named = Array.isArray(ours) ? ours.map((entry, i) => [`value${i}`, entry]) : ours;
  const own: Fields = Array.isArray(named) ? Object.fromEntries(named) : { ...named };
  const laid = new Map<string, unknown>(Object.entries(board));
  for (const [name, value] of Object.entries(own)) laid.set(name, overlay(laid.get(name), value));
  return Object.fromEntries(laid);
}
