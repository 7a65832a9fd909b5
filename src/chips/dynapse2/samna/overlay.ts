/** Lays one document over another. */
import { entriesOf, type Fields, isFields } from './json.ts';

const isPair = (entry: unknown): entry is Fields => isFields(entry) && 'key' in entry;

/** Lays the pairs of a map over those of another. */
function pairsOnto(board: unknown[], ours: readonly unknown[]): void {
  const left = new Map(ours.filter(isPair).map((pair) => [pair['key'], pair] as const));
  for (const [i, pair] of board.entries()) {
    const own = isPair(pair) ? left.get(pair['key']) : undefined;
    if (own === undefined) continue;
    left.delete(own['key']);
    board[i] = overlay(pair, own);
  }
  board.push(...left.values());
}

/**
 * Lays a document over another and returns it: what is in `ours` takes its place, all else stays. Lists and maps keep
 * the form that `board` has them in. Writes into `board`, which is large; `ours` names no field `__proto__`.
 */
export function overlay(board: unknown, ours: unknown): unknown {
  if (typeof ours !== 'object' || ours === null) return Array.isArray(board) ? board : ours;
  if (Array.isArray(board)) {
    if (Array.isArray(ours) && board.some(isPair)) pairsOnto(board, ours);
    else {
      for (const [i, own] of (entriesOf(ours) ?? []).slice(0, board.length).entries()) {
        board[i] = overlay(board[i], own);
      }
    }
    return board;
  }
  if (!isFields(board)) return ours;
  const fields = board as Record<string, unknown>;
  if (Array.isArray(ours)) {
    for (const [i, own] of ours.entries()) {
      fields[`value${i}`] = overlay(fields[`value${i}`], own);
    }
    return board;
  }
  const named = ours as Fields;
  for (const name in named) fields[name] = overlay(fields[name], named[name]);
  return board;
}
