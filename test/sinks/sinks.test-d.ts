import type { Observable, OperatorFunction } from 'rxjs';
import type {
  AerPacket,
  ChannelSpace,
  ChipWordSpace,
  Deployment,
  Link,
  SpikeRaster,
} from 'spikeline';
import { collect, type FpgaReport, toFpga } from 'spikeline';
import { describe, expectTypeOf, it } from 'vitest';

declare const rasters: Observable<SpikeRaster>;
declare const packets: Observable<AerPacket<ChannelSpace>>;
declare const words: Observable<AerPacket<ChipWordSpace>>;
declare const link: Link;
declare const deployment: Deployment;

describe('sinks', () => {
  it('say what goes in and what comes out', () => {
    const sink = toFpga(link, { inputWords: deployment.inputWords });
    expectTypeOf(sink).toExtend<OperatorFunction<AerPacket<ChannelSpace>, FpgaReport>>();
    expectTypeOf(packets.pipe(sink)).toEqualTypeOf<Observable<FpgaReport>>();
    expectTypeOf(rasters.pipe(collect())).toEqualTypeOf<Observable<SpikeRaster[]>>();
  });

  it('take nothing else', () => {
    // @ts-expect-error spikes must become events first
    rasters.pipe(toFpga(link));
    // @ts-expect-error a report follows a report
    words.pipe(toFpga(link), toFpga(link));
    // @ts-expect-error channels must be given their words
    packets.pipe(toFpga(link));
    // @ts-expect-error words have destinations already
    words.pipe(toFpga(link, { inputWords: deployment.inputWords }));
    // @ts-expect-error no link
    toFpga();
  });

  it('give reports that cannot be changed', () => {
    // @ts-expect-error readonly
    words.pipe(toFpga(link)).subscribe((report) => report.sent++);
  });
});
