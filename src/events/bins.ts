/** The bins of rasters: where they lie in time, by the rule of {@link tickWidth} and {@link tickOf}. */
import { InvalidArgumentError } from '../errors.ts';
import { number } from '../options.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import { stepAt, tickOf, tickWidth } from './ticks.ts';

/** Where bins begin, and how many there are. */
interface Span {
  readonly startTime: number;
  readonly steps: number;
  readonly dt: number;
}

/**
 * First whole microsecond of bin `step`, counted from the bin that begins at `startTime`. Bin k from time 0 covers
 * the microseconds from round(k·dt) up to, but not with, round((k + 1)·dt): a bin that is no whole number of
 * microseconds wide lies where that says, however a stream is cut.
 *
 * @param startTime start of bin 0, microseconds; 0 if left out
 * @throws InvalidArgumentError if there is no such bin
 * @example
 * ```ts
 * [0, 1, 2, 3].map((step) => binStart(step, 1 / 3000)); // [0, 333, 667, 1000]
 * ```
 */
export function binStart(step: number, dt: number, startTime = 0): number {
  const sound =
    Number.isSafeInteger(step) &&
    typeof dt === 'number' &&
    typeof startTime === 'number' &&
    dt >= 1e-6 &&
    Math.abs(startTime + step * dt * 1e6) <= Number.MAX_SAFE_INTEGER;
  if (!sound) throw noBin(step, dt, startTime);
  const width = tickWidth(dt);
  if (width.steps === 1) return startTime + step * width.micros;
  return tickOf(stepAt(startTime, width) + step, width);
}

function noBin(step: unknown, dt: unknown, startTime: unknown): InvalidArgumentError {
  const bins = number({ whole: true, unit: 'bins' })(step);
  const widths = number({ min: 1e-6, unit: 'seconds' })(dt);
  const begin = number({ unit: 'µs' })(startTime);
  const problems = [
    ...within('step', bins),
    ...within('dt', widths),
    ...within('startTime', begin),
  ];
  const far = fault('', 'too-large', 'its time has more than 53 bits');
  return new InvalidArgumentError('there is no such bin', problems.length > 0 ? problems : [far]);
}

/** Bin of a time, which may lie before the bin that begins at `startTime`, or after any other. */
export function binOf(time: number, startTime: number, dt: number): number {
  const width = tickWidth(dt);
  if (width.steps === 1) return Math.floor((time - startTime) / width.micros);
  return stepAt(time, width) - stepAt(startTime, width);
}

/** End of the last bin of a chunk, whole microseconds. */
export function chunkEnd({ startTime, steps, dt }: Span): number {
  return binStart(steps, dt, startTime);
}

/** Bins between two times at which chunks begin or end, to the nearest. */
export function binsBetween(from: number, to: number, dt: number): number {
  const width = tickWidth(dt);
  if (width.steps === 1) return Math.round((to - from) / width.micros);
  return stepAt(to, width) - stepAt(from, width);
}

/**
 * Says where bins can begin, if they cannot at `startTime`. Bins of whole microseconds can anywhere; of others no
 * two are cut alike.
 */
export function startProblems(startTime: number, dt: number): Problem[] {
  const width = tickWidth(dt);
  if (width.steps === 1) return [];
  const step = stepAt(startTime, width);
  const before = tickOf(step, width);
  if (before === startTime) return [];
  const needed = `bins of ${dt} s begin at ${before} or ${tickOf(step + 1, width)} µs, not between`;
  return [problem('', 'out-of-range', startTime, needed)];
}
