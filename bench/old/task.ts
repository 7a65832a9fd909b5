/** What is measured beside its past; both sides make the same numbers of it. */
export type Task =
  | {
      readonly kind: 'training';
      readonly n: number;
      readonly inputs: number;
      readonly batch: number;
      readonly epochs: number;
    }
  | { readonly kind: 'forward'; readonly n: number; readonly runs: number }
  | { readonly kind: 'streaming'; readonly n: number; readonly steps: number };

/** Steps of every trial. */
export const trialSteps = 500;

/** So small that networks stay as active as they are: what an epoch takes depends on it. */
export const learningRate = 1e-6;

/** What gives normal and uniform numbers; both sides have the same. */
export interface Numbers {
  normal(): number;
  uniform(): number;
}

/** Rows of normal numbers. */
export function rowsOf(random: Numbers, rows: number, columns: number, scale = 1): number[][] {
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => scale * random.normal()),
  );
}

/** Flat zeros and ones, of which one in ten is a one. */
export function sparseOnes(random: Numbers, length: number): Float64Array {
  return Float64Array.from({ length }, () => +(random.uniform() < 0.1));
}

/** Every trial asks for other neurons. */
export function targetOf(n: number, batch: number, b: number): Float64Array {
  return Float64Array.from({ length: trialSteps * n }, (_, i) => +((i % n) % batch === b));
}
