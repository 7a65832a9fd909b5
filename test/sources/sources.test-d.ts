import type { Observable } from 'rxjs';
import type {
  AerPacket,
  ChipWordSpace,
  CountingSource,
  Link,
  Pipeline,
  PixelSpace,
  SpikeRaster,
  TrainingSample,
} from 'spikeline';
import {
  fromHardware,
  fromPull,
  fromRaster,
  frozenNoise,
  poisson,
  type TrainingProgress,
  train,
} from 'spikeline';
import type { StreamItem } from 'spikeline/events';
import { fromCamera, fromNats, fromUdp } from 'spikeline/sources';
import { describe, expectTypeOf, it } from 'vitest';

declare const raster: SpikeRaster;
declare const link: Link;
declare const net: Pipeline;
declare const samples: readonly TrainingSample[];

describe('sources', () => {
  it('say what they give', () => {
    const noise = { channels: 1, rate: 50, seed: 0 };
    expectTypeOf(poisson(noise)).toEqualTypeOf<Observable<SpikeRaster>>();
    expectTypeOf(frozenNoise({ ...noise, duration: 1 })).toEqualTypeOf<Observable<SpikeRaster>>();
    expectTypeOf(fromRaster(raster)).toEqualTypeOf<Observable<SpikeRaster>>();
    expectTypeOf(fromHardware(link)).toEqualTypeOf<Observable<AerPacket<ChipWordSpace>>>();
    expectTypeOf(fromCamera('dvs128')).toEqualTypeOf<CountingSource<AerPacket<PixelSpace>>>();
    expectTypeOf(fromNats('nats://lab:4222/a')).toEqualTypeOf<CountingSource<StreamItem>>();
    expectTypeOf(fromUdp({ port: 0 })).toEqualTypeOf<CountingSource<StreamItem>>();
    expectTypeOf(train(net, samples, { epochs: 1 })).toEqualTypeOf<Observable<TrainingProgress>>();
    expectTypeOf<TrainingProgress['pipeline']>().toEqualTypeOf<Pipeline>();
  });

  it('need what they need', () => {
    // @ts-expect-error no seed: noise must be the same each time
    poisson({ channels: 1, rate: 50 });
    // @ts-expect-error frozen noise has a length
    frozenNoise({ channels: 1, rate: 50, seed: 0 });
    // @ts-expect-error no number of epochs
    train(net, samples, {});
    // @ts-expect-error a promise of a link is no link
    fromHardware(Promise.resolve(link));
    // @ts-expect-error no consumer
    fromPull([1], {});
  });
});

describe('fromPull', () => {
  it('takes its types from source and consumer', () => {
    async function* lines(): AsyncGenerator<string> {}
    const read = fromPull(lines(), {
      consume: async (line) => {
        expectTypeOf(line).toEqualTypeOf<string>();
        return line.length;
      },
    });
    expectTypeOf(read).toEqualTypeOf<Observable<number>>();
    expectTypeOf(fromPull([1, 2], { consume: (n) => [`${n}`] })).toEqualTypeOf<
      Observable<string>
    >();
  });
});
