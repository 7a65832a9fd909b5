/** Names the value that keeps a stage from a chip. */
import { type Problem, problem } from '../problems.ts';

/** Names the first value that is not as it must be, if there is one. */
export function firstOff(
  name: string,
  values: Float64Array,
  fits: (value: number) => boolean,
  needed: string,
): Problem[] {
  const at = values.findIndex((value) => !fits(value));
  return at < 0 ? [] : [problem(`${name}[${at}]`, 'unsupported', values[at], needed)];
}
