/** Recurrent weights of a population, `[pre][channel]`, and their adjoint. */

/** Adds Wᵀ·spikes to `drive` for every trial; `weight` is `[pre][channel]`. */
export function addRecurrence(
  weight: Float64Array,
  spikes: Float64Array,
  drive: Float64Array,
  neurons: number,
  channels: number,
): void {
  for (let lane = 0, pre = 0, base = 0; lane < spikes.length; lane++, pre++) {
    if (pre === neurons) {
      pre = 0;
      base += channels;
    }
    const count = spikes[lane]!;
    if (count === 0) continue;
    for (let to = base, w = pre * channels; to < base + channels; to++, w++) {
      drive[to] = drive[to]! + count * weight[w]!;
    }
  }
}

/** Adjoint of {@link addRecurrence}: to the spikes of the step before, and to the weights. */
export function takeRecurrenceBack(
  weight: Float64Array,
  weightGradient: Float64Array | undefined,
  spikes: Float64Array,
  offset: number,
  driveGradient: Float64Array,
  spikesGradient: Float64Array,
  neurons: number,
  channels: number,
): void {
  for (let lane = 0, pre = 0, base = 0; lane < spikesGradient.length; lane++, pre++) {
    if (pre === neurons) {
      pre = 0;
      base += channels;
    }
    let sum = 0;
    for (let to = base, w = pre * channels; to < base + channels; to++, w++) {
      sum += weight[w]! * driveGradient[to]!;
    }
    spikesGradient[lane] = spikesGradient[lane]! + sum;
    const count = spikes[offset + lane]!;
    if (weightGradient === undefined || count === 0) continue;
    for (let to = base, w = pre * channels; to < base + channels; to++, w++) {
      weightGradient[w] = weightGradient[w]! + count * driveGradient[to]!;
    }
  }
}
