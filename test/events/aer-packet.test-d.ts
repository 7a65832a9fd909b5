import { type AerPacket, aerPacket, type SpikeRaster } from 'spikeline';
import { emptyPacket } from 'spikeline/events';
import { describe, expectTypeOf, it } from 'vitest';

describe('events', () => {
  it('have exact times and 32-bit addresses', () => {
    expectTypeOf(aerPacket([0], Uint32Array.of(1))).toEqualTypeOf<AerPacket>();
    expectTypeOf<AerPacket['timestamps']>().toEqualTypeOf<Float64Array>();
    expectTypeOf<AerPacket['addresses']>().toEqualTypeOf<Uint32Array>();
  });

  it('are read only', () => {
    // @ts-expect-error -- readonly
    emptyPacket.addresses = new Uint32Array(1);
    // @ts-expect-error -- a raster is no packet
    const packet: AerPacket = {} as SpikeRaster;
    expectTypeOf(packet).toBeObject();
  });
});
