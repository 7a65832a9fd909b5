import type { SpikeRaster } from '../events/spike-raster.ts';

/** One trial to learn from: what goes in, and what should come out. */
export interface TrainingSample {
  /** Input spikes. */
  readonly input: SpikeRaster;
  /**
   * Wanted spikes, row-major `[steps × channelsOut]`; a loss on rates reads only the class, see
   * {@link TrainingSample.label}.
   */
  readonly target?: ArrayLike<number>;
  /** Output channel that should fire most, for a loss on rates. */
  readonly label?: number;
}
