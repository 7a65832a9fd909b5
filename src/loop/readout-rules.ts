/** The rules by which the weights of a readout follow its error: the delta rule, and recursive least squares. */

/** By how much forgetting may make the variance of a weight grow. */
const mostGrowth = 1000;

/** By how much each row of weights follows the error. */
export interface Gains {
  /** Gain of each row, `[rows]`, for one vector of inputs, `[rows]`; written over by the next call. */
  of(row: Float64Array): Float64Array;
  /** How unsure the weights are, `[rows × rows]`; live, and of recursive least squares only. */
  readonly covariance?: Float64Array;
}

/** What recursive least squares begins with; see `ReadoutConfig`. */
interface RlsConfig {
  readonly forgetting?: number;
  readonly variance?: number;
  readonly state?: { readonly covariance?: readonly number[] };
}

/** The delta rule: the rate times the input. */
export function deltaGains(rows: number, rate: number): Gains {
  const gain = new Float64Array(rows);
  return {
    of(row) {
      for (let i = 0; i < rows; i++) gain[i] = rate * row[i]!;
      return gain;
    },
  };
}

/**
 * Recursive least squares: k = P·x / (λ + xᵀ·P·x), then P = (P − k·xᵀ·P) / λ. Where an input is silent for long, forgetting alone would
 * make P grow without end: no variance grows beyond a thousand times its first value. Where rounding leaves no covariance, P begins anew.
 *
 * @param restarted is told of that
 */
export function rlsGains(
  rows: number,
  { forgetting = 1, variance = 1, state }: RlsConfig,
  restarted: () => void,
): Gains {
  const p = Float64Array.from(state?.covariance ?? new Float64Array(rows * rows));
  const begin = (): void => {
    p.fill(0);
    for (let i = 0; i < rows; i++) p[i * rows + i] = variance;
  };
  if (state === undefined) begin();
  const px = new Float64Array(rows);
  const gain = new Float64Array(rows);
  /** Gives λ + xᵀ·P·x. */
  const spreadOf = (row: Float64Array): number => {
    let spread = forgetting;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < rows; j++) sum += p[i * rows + j]! * row[j]!;
      px[i] = sum;
      spread += row[i]! * sum;
    }
    return spread;
  };
  return {
    covariance: p,
    of(row) {
      let spread = spreadOf(row);
      if (!(spread > forgetting / 2 && Number.isFinite(spread))) {
        // Rounding has made of P what is no covariance.
        begin();
        restarted();
        spread = spreadOf(row);
        if (!Number.isFinite(spread)) return gain.fill(Number.NaN);
      }
      for (let i = 0; i < rows; i++) gain[i] = px[i]! / spread;
      for (let i = 0; i < rows; i++) {
        // Both halves by the same product, so that it stays symmetric to the last bit.
        for (let j = i; j < rows; j++) {
          const next = (p[i * rows + j]! - (px[i]! * px[j]!) / spread) / forgetting;
          p[i * rows + j] = next;
          p[j * rows + i] = next;
        }
      }
      if (forgetting < 1) keepSmall(p, rows, mostGrowth * variance);
      return gain;
    },
  };
}

/** Scales rows and columns of a covariance so that no variance is above the most, and it stays one. */
function keepSmall(p: Float64Array, rows: number, most: number): void {
  for (let i = 0; i < rows; i++) {
    const own = p[i * rows + i]!;
    if (own <= most) continue;
    const scale = Math.sqrt(most / own);
    for (let j = 0; j < rows; j++) {
      p[i * rows + j] = p[i * rows + j]! * scale;
      p[j * rows + i] = p[j * rows + i]! * scale;
    }
  }
}
