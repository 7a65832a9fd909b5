/** Whatever comes, as the input of a pipeline. */
import { map, type OperatorFunction } from 'rxjs';
import { type AerPacket, DataError, type PixelSpace, type TargetInput } from 'spikeline';
import { itemKind, type StreamItem, toChannelsFilter } from 'spikeline/events';

/**
 * Makes channels of pixels, each polarity with channels of its own if the pipeline has as many, and lets rasters and
 * channels through. Errors with a `DataError` if they are not what the pipeline takes.
 */
export function forPipeline(channelsIn: number): OperatorFunction<StreamItem, TargetInput> {
  const fits = (channels: number, what: string): void => {
    if (channels === channelsIn) return;
    throw new DataError(`${what} come, and the pipeline takes ${channelsIn} channels`);
  };
  let pixels: ReturnType<typeof toChannelsFilter> | undefined;
  const ofPixels = (packet: AerPacket<PixelSpace>): TargetInput => {
    const { width, height } = packet.space;
    const count = width * height;
    if (channelsIn !== count && channelsIn !== 2 * count) {
      const half = channelsIn % 2 === 0 ? `, or ${channelsIn / 2} of two polarities` : '';
      throw new DataError(
        `${width}×${height} pixels come, and the pipeline takes ${channelsIn} channels: ${channelsIn} pixels are needed${half}; --crop and --downsample make fewer`,
      );
    }
    pixels ??= toChannelsFilter({ polarity: channelsIn === count ? 'merge' : 'separate' });
    return pixels(packet);
  };
  return map((item) => {
    const kind = itemKind(item);
    if (kind === 'raster') {
      const raster = item as Exclude<TargetInput, AerPacket>;
      fits(raster.channels, `rasters of ${raster.channels} channels`);
      return raster;
    }
    if (kind !== 'events') throw new DataError(`${kind} come; events or rasters are needed`);
    const packet = item as AerPacket;
    const { space } = packet;
    if (space.kind === 'pixels') return ofPixels(packet as AerPacket<PixelSpace>);
    if (space.kind !== 'channels') {
      throw new DataError('words of a chip come; pixels or channels are needed');
    }
    fits(space.channels, `${space.channels} channels`);
    return packet as Extract<TargetInput, AerPacket>;
  });
}
