/** Names that do not exist, and the nearest that do. */
import { fault, type Problem, problem } from './problems.ts';
import { readList } from './reading.ts';

/** What was looked for last: in files it is often the same a thousand times. */
let latest: { name?: string; known?: readonly string[]; near?: string | undefined } = {};

/** The problem of a name that does not exist, with the nearest one that does. */
export function unknownName(
  given: string,
  known: readonly string[],
  path: string = given,
): Problem {
  if (typeof given !== 'string') {
    return problem(typeof path === 'string' ? path : '', 'wrong-type', given, 'a name is needed');
  }
  const name = given;
  const names = listed(known).filter((one) => typeof one === 'string');
  if (latest.name !== name || latest.known !== known) {
    latest = { name, known, near: nearest(name, names) };
  }
  const { near } = latest;
  const all = names.join(', ');
  const hint = near === undefined ? `there are ${all}` : `did you mean ${near}? There are ${all}`;
  const needed = `there is no such name; ${hint}`;
  return path === name ? fault(path, 'unknown', needed) : problem(path, 'unknown', name, needed);
}

/** The entries of a list; none of what is no list that can be read. */
function listed(known: unknown): readonly unknown[] {
  const list = readList(known);
  return Array.isArray(list) ? list : [];
}

/** The known name that is nearest to a misspelt one; undefined if none is near. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const longer = known.find((other) => other.toLowerCase().startsWith(lower));
  if (lower.length > 2 && longer !== undefined) return longer;
  let least = Math.max(2, name.length / 3) + 1;
  let near: string | undefined;
  for (const other of known) {
    // A name so much longer or shorter is further off than the nearest so far.
    if (Math.abs(other.length - name.length) >= least) continue;
    const far = distance(lower, other.toLowerCase());
    if (far < least) [least, near] = [far, other];
  }
  return least <= Math.max(2, name.length / 3) ? near : undefined;
}

/** Characters to add, leave out or change to make one text of another (Levenshtein 1966). */
function distance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let [before, left] = [row[0]!, i];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const changed = before + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      before = row[j]!;
      left = Math.min(changed, before + 1, left + 1);
      row[j] = left;
    }
  }
  return row[b.length]!;
}
