import { SparseRows } from './sparse';

/** How an error is weighed. */
@unmanaged
export class SquaredError {
  /** 1/(trials·steps·neurons). */
  scale: f32;
  /** Weight of an error where no spike was wanted. */
  silence: f32;
}

/** An error, weighed by `silence` where no spike was wanted. */
// @ts-ignore: decorator
@inline
export function weigh(miss: v128, wanted: v128, silence: v128): v128 {
  const silent = f32x4.eq(wanted, i64x2.splat(0));
  return v128.bitselect(f32x4.mul(miss, silence), miss, silent);
}

/** Cross-entropy of the softmax over output rates, for the trials of one block. */
@unmanaged
export class RateCrossEntropy {
  /** Neurons of the last population, and trials in a block. */
  neurons: u32;
  pack: u32;
  /** steps·temperature. */
  scale: f64;
  /** Trials in all. */
  trials: f64;
}

/** Spikes of a channel in all steps. */
function countOf(fired: SparseRows, channel: usize): f64 {
  let count = 0.0;
  const end = <usize>load<u32>(fired.starts + (channel << 2), 4);
  for (let k = <usize>load<u32>(fired.starts + (channel << 2)); k < end; k++) {
    // Entry 0 is from before the first step.
    if (load<u32>(fired.indices + (k << 2)) > 0) count += load<f32>(fired.counts + (k << 2));
  }
  return count;
}

/**
 * Mean over trials of -ln softmax(rate/temperature)[label]. Writes its gradient with respect to the spikes
 * of any step, one row for all, and returns the block's part of the loss. `labels` holds one number per
 * trial of the block; a place without a trial has -1 and adds nothing.
 */
export function crossEntropy(
  loss: RateCrossEntropy, fired: SparseRows, labels: usize, outer: usize,
): f64 {
  let total = 0.0;
  for (let trial: u32 = 0; trial < loss.pack; trial++) {
    const first = <usize>(trial * loss.neurons);
    const label = load<i32>(labels + (trial << 2));
    if (label < 0) continue;
    let peak = -Infinity;
    for (let n: usize = 0; n < loss.neurons; n++) {
      peak = max<f64>(peak, countOf(fired, first + n) / loss.scale);
    }
    let sum = 0.0;
    for (let n: usize = 0; n < loss.neurons; n++) {
      sum += Math.exp(countOf(fired, first + n) / loss.scale - peak);
    }
    for (let n: usize = 0; n < loss.neurons; n++) {
      const logit = countOf(fired, first + n) / loss.scale;
      const part = Math.exp(logit - peak) / sum - (n == <usize>label ? 1 : 0);
      store<f32>(outer + ((first + n) << 2), <f32>(part / (loss.trials * loss.scale)));
      if (n == <usize>label) total += (peak + Math.log(sum) - logit) / loss.trials;
    }
  }
  return total;
}
