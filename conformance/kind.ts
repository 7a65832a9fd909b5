import { StorageError } from '../src/errors.ts';

/** One case of a kind, compared with its reference. */
export interface CaseOutcome {
  /** Name of the case. */
  readonly name: string;
  /** Worst error, in the measure of the kind. */
  readonly error: number;
  /** What went wrong, where the error alone does not tell. */
  readonly note?: string;
}

/** What computes neurons: the float64 reference, or the float32 kernel. */
export type EngineName = 'reference' | 'kernel';

/** All cases of one kind. */
export interface KindReport {
  readonly kind: string;
  /** Null if no engine is involved. */
  readonly engine: EngineName | null;
  readonly cases: number;
  readonly passed: number;
  /** Worst error of all cases; null if a case could not be compared at all. */
  readonly worst: number | null;
  /** Largest error that passes. */
  readonly tolerance: number;
  readonly failures: readonly { readonly case: string; readonly error: number | string }[];
}

/** A kind of golden cases. */
export interface Kind {
  readonly kind: string;
  /** What computes; left out if no engine is involved. */
  readonly engine?: EngineName;
  readonly tolerance: number;
  /** Files that must be there for the kind to be run, relative to the folder. */
  readonly needs: readonly string[];
  /** A file by which the sub-folder of the kind is known whatever its name, if it is given by itself. */
  readonly marker?: string;
  /** Compares every case in the folder. */
  run(folder: string): CaseOutcome[] | Promise<CaseOutcome[]>;
}

/** Sums a kind up. */
export function reportOf(kind: Kind, outcomes: readonly CaseOutcome[]): KindReport {
  const { tolerance, engine } = kind;
  const bad = outcomes.filter(({ error, note }) => !(error <= tolerance) || note !== undefined);
  const worst = outcomes.reduce((most, { error }) => Math.max(most, error), 0);
  const none = { case: 'all', error: 'there is no case to compare' };
  return {
    kind: kind.kind,
    engine: engine ?? null,
    cases: outcomes.length,
    passed: outcomes.length - bad.length,
    worst: Number.isFinite(worst) ? worst : null,
    tolerance,
    failures:
      outcomes.length === 0
        ? [none]
        : bad.map(({ name, error, note }) => ({ case: name, error: note ?? error })),
  };
}

/** Whether all are numbers: what a file has in their place, as null, must not pass for 0. */
function areNumbers(values: ArrayLike<unknown>): boolean {
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== 'number') return false;
  return true;
}

/**
 * What comparing with a file gives; one case that failed where the file is of another form than its kind.
 *
 * @throws StorageError if the file cannot be read
 */
export async function inForm(
  file: string,
  compare: () => CaseOutcome[] | Promise<CaseOutcome[]>,
): Promise<CaseOutcome[]> {
  try {
    return await compare();
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const note = `the file is of another form than its kind has (${why})`;
    return [{ name: file, error: Number.POSITIVE_INFINITY, note }];
  }
}

/** Largest difference relative to the largest reference value. */
export function relativeToLargest(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  if (ours.length !== theirs.length || !areNumbers(theirs)) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < theirs.length; i++) {
    largest = Math.max(largest, Math.abs(theirs[i]!));
    // A NaN must not pass as no difference.
    const difference = Math.abs(ours[i]! - theirs[i]!);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }
  return largest === 0 ? worst : worst / largest;
}

/** Largest difference relative to each reference value by itself. */
export function relativeEach(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  if (ours.length !== theirs.length || !areNumbers(theirs)) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < theirs.length; i++) {
    const difference = Math.abs(ours[i]! - theirs[i]!);
    const relative = difference === 0 ? 0 : difference / Math.abs(theirs[i]!);
    worst = Number.isNaN(relative) ? Number.POSITIVE_INFINITY : Math.max(worst, relative);
  }
  return worst;
}
