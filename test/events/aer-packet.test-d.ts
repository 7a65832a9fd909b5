import { of } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  channels,
  pixels,
  type SpikeRaster,
  toRaster,
} from 'spikeline';
import { chipWords, emptyPacket, eventsToRaster } from 'spikeline/events';
import { describe, expectTypeOf, it } from 'vitest';

describe('events', () => {
  it('have exact times and 32-bit addresses', () => {
    expectTypeOf(aerPacket([0], Uint32Array.of(1), channels(2))).toEqualTypeOf<
      AerPacket<ChannelSpace>
    >();
    expectTypeOf<AerPacket['timestamps']>().toEqualTypeOf<Float64Array>();
    expectTypeOf<AerPacket['addresses']>().toEqualTypeOf<Uint32Array>();
  });

  it('say what an address means, so that only channels become rasters', () => {
    const grid = { steps: 1, channels: 4, dt: 1e-3, startTime: 0 };
    expectTypeOf(
      eventsToRaster(aerPacket([], [], channels(4)), grid).raster,
    ).toEqualTypeOf<SpikeRaster>();
    // @ts-expect-error words of a chip are no channels
    eventsToRaster(aerPacket([], [], chipWords('toy')), grid);
    // @ts-expect-error pixels are no channels
    eventsToRaster(aerPacket([], [], pixels(2, 2)), grid);
    // @ts-expect-error events of an unknown space are no channels
    eventsToRaster({} as AerPacket, grid);
    const bins = { channels: 4, dt: 1e-3, chunkSteps: 1 };
    of(aerPacket([], [], channels(4))).pipe(toRaster(bins));
    // @ts-expect-error words of a chip are no channels
    of(aerPacket([], [], chipWords('toy'))).pipe(toRaster(bins));
    // @ts-expect-error pixels are no channels
    of(aerPacket([], [], pixels(2, 2))).pipe(toRaster(bins));
    // @ts-expect-error a packet says what its addresses mean
    aerPacket([0], [0]);
  });

  it('are read only', () => {
    // @ts-expect-error -- readonly
    emptyPacket(channels(1)).addresses = new Uint32Array(1);
    // @ts-expect-error -- a raster is no packet
    const packet: AerPacket = {} as SpikeRaster;
    expectTypeOf(packet).toBeObject();
  });
});
