/** Recurrent weights of a population, `[pre][channel]`, and their adjoint. */

/** Adds Wᵀ·spikes to `drive` for every trial; neurons that gave nothing cost nothing. */
export function addRecurrence(
  weight: Float64Array,
  spikes: Float64Array,
  drive: Float64Array,
  neurons: number,
  channels: number,
): void {
  for (let lane = 0, base = 0; lane < spikes.length; base += channels) {
    for (let pre = 0; pre < neurons; pre++, lane++) {
      const count = spikes[lane]!;
      if (count === 0) continue;
      for (let c = 0, w = pre * channels; c < channels; c++, w++) {
        drive[base + c] = drive[base + c]! + count * weight[w]!;
      }
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
  for (let lane = 0, base = 0; lane < spikesGradient.length; base += channels) {
    for (let pre = 0; pre < neurons; pre++, lane++) {
      let sum = 0;
      for (let c = 0, w = pre * channels; c < channels; c++, w++) {
        sum += weight[w]! * driveGradient[base + c]!;
      }
      spikesGradient[lane] = spikesGradient[lane]! + sum;
      const count = spikes[offset + lane]!;
      if (weightGradient === undefined || count === 0) continue;
      for (let c = 0, w = pre * channels; c < channels; c++, w++) {
        weightGradient[w] = weightGradient[w]! + count * driveGradient[base + c]!;
      }
    }
  }
}
