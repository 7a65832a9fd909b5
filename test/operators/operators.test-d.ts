import { type Observable, type OperatorFunction, of } from 'rxjs';
import type {
  AerPacket,
  BoundedBuffer,
  ChannelSpace,
  ChipTarget,
  ChipWordSpace,
  DecodeEvents,
  Link,
  Losses,
  Pipeline,
  SignalRaster,
  SpikeRaster,
  StageDefinition,
  Target,
  ToRaster,
  VirtualLink,
} from 'spikeline';
import * as spikeline from 'spikeline';
import {
  type AppliedStage,
  applyDynapSim,
  applyLif,
  applyLinear,
  boundedBuffer,
  decodeEvents,
  runOn,
  toEvents,
  toRaster,
  usingLink,
} from 'spikeline/operators';
import { chip, simulator } from 'spikeline/targets';
import { describe, expectTypeOf, it } from 'vitest';

declare const rasters: Observable<SpikeRaster>;
declare const weighted: Observable<SignalRaster>;
declare const packets: Observable<AerPacket<ChannelSpace>>;
declare const words: Observable<AerPacket<ChipWordSpace>>;
declare const net: Pipeline;
declare const link: Link;
declare const board: { open(): Promise<VirtualLink> };

const weights = applyLinear({ weight: [[1]] });
const neurons = applyDynapSim({ neurons: 1 });
const leaky = applyLif({ neurons: 1, tauMem: 0.02 });
const bins = toRaster({ channels: 1, dt: 1e-3, chunkSteps: 10 });

describe('operators', () => {
  it('say what goes in and what comes out', () => {
    expectTypeOf(weights).toEqualTypeOf<AppliedStage<SpikeRaster, SignalRaster>>();
    expectTypeOf(neurons).toEqualTypeOf<AppliedStage<SignalRaster, SpikeRaster>>();
    expectTypeOf(leaky).toEqualTypeOf<AppliedStage<SignalRaster, SpikeRaster>>();
    expectTypeOf(toEvents()).toEqualTypeOf<
      OperatorFunction<SpikeRaster, AerPacket<ChannelSpace>>
    >();
    expectTypeOf(bins).toEqualTypeOf<ToRaster>();
    expectTypeOf(decodeEvents({ words: [1] })).toEqualTypeOf<DecodeEvents>();
    expectTypeOf<DecodeEvents>().toExtend<
      OperatorFunction<AerPacket<ChipWordSpace>, AerPacket<ChannelSpace>>
    >();
    expectTypeOf(bins).toExtend<OperatorFunction<AerPacket<ChannelSpace>, SpikeRaster>>();
    expectTypeOf(rasters.pipe(runOn(simulator(), net))).toEqualTypeOf<Observable<SpikeRaster>>();
    expectTypeOf(packets.pipe(runOn(simulator(), net))).toEqualTypeOf<
      Observable<AerPacket<ChannelSpace>>
    >();
  });

  it('chain', () => {
    expectTypeOf(rasters.pipe(weights, neurons, weights, neurons, toEvents(), bins)).toEqualTypeOf<
      Observable<SpikeRaster>
    >();
    expectTypeOf(packets.pipe(bins, runOn(chip(link), net), toEvents())).toEqualTypeOf<
      Observable<AerPacket<ChannelSpace>>
    >();
    expectTypeOf(rasters.pipe(weights)).toEqualTypeOf<Observable<SignalRaster>>();
    expectTypeOf(weighted.pipe(neurons)).toEqualTypeOf<Observable<SpikeRaster>>();
  });

  it('do not chain in a wrong order', () => {
    // @ts-expect-error neurons need weighted input
    rasters.pipe(neurons);
    // @ts-expect-error weighted values are no spikes
    weighted.pipe(weights);
    // @ts-expect-error weighted values are no spikes
    rasters.pipe(weights, weights);
    // @ts-expect-error spikes must be weighted first
    weighted.pipe(neurons, neurons);
    // @ts-expect-error weighted values have no events
    weighted.pipe(toEvents());
    // @ts-expect-error a raster is binned already
    rasters.pipe(bins);
    // @ts-expect-error events must be binned first
    packets.pipe(weights);
    // @ts-expect-error words of a chip must be decoded first
    words.pipe(runOn(simulator(), net));
    // @ts-expect-error a pipeline takes spikes
    weighted.pipe(runOn(simulator(), net));
  });

  it('are no stages, and stages are no operators', () => {
    expectTypeOf(spikeline.linear({ weight: [[1]] })).toExtend<StageDefinition>();
    // @ts-expect-error a stage definition is data
    rasters.pipe(spikeline.linear({ weight: [[1]] }));
    // @ts-expect-error an operator is no data
    spikeline.pipeline(weights);
    // @ts-expect-error a target runs a pipeline that is built
    runOn(simulator(), spikeline.linear({ weight: [[1]] }));
    // @ts-expect-error a target comes first
    runOn(net, simulator());
  });

  it('need what they need', () => {
    // @ts-expect-error no weights
    applyLinear({});
    // @ts-expect-error no number of neurons
    applyDynapSim({ dt: 1e-3 });
    // @ts-expect-error no such parameter
    applyDynapSim({ neurons: 1, Itau_men: 1e-12 });
    // @ts-expect-error no time constant
    applyLif({ neurons: 1 });
    // @ts-expect-error channels have words
    decodeEvents({ channels: [1] });
    // @ts-expect-error no channels
    toRaster({ dt: 1e-3, chunkSteps: 10 });
    // @ts-expect-error no link
    chip();
  });
});

describe('runOn with record', () => {
  const recorded = runOn(simulator(), net, { record: ['hidden', 'output:imem'] });

  it('gives signals by name, spikes in the form of the input', () => {
    expectTypeOf(rasters.pipe(recorded)).toEqualTypeOf<
      Observable<{ readonly hidden: SpikeRaster; readonly 'output:imem': SignalRaster }>
    >();
    expectTypeOf(packets.pipe(recorded)).toEqualTypeOf<
      Observable<{
        readonly hidden: AerPacket<ChannelSpace>;
        readonly 'output:imem': SignalRaster;
      }>
    >();
  });

  it('takes a trigger, or each chunk, as the end of a trial', () => {
    runOn(simulator(), net, { resetOn: 'chunk' });
    runOn(simulator(), net, { resetOn: rasters, record: ['hidden'] });
    // @ts-expect-error no such moment
    runOn(simulator(), net, { resetOn: 'trial' });
  });
});

describe('boundedBuffer', () => {
  it('takes its types from its consumer', () => {
    const buffer = boundedBuffer({
      capacity: 1,
      policy: 'error',
      consume: (packet: AerPacket) => of(packet.addresses.length),
    });
    expectTypeOf(buffer).toEqualTypeOf<BoundedBuffer<AerPacket, number>>();
    expectTypeOf(buffer.losses).toEqualTypeOf<Losses>();
    expectTypeOf(packets.pipe(buffer)).toEqualTypeOf<Observable<number>>();
    // @ts-expect-error it consumes packets
    rasters.pipe(buffer);
  });

  it('knows three policies', () => {
    // @ts-expect-error no such policy
    boundedBuffer({ capacity: 1, policy: 'dropAll', consume: () => [] });
    // @ts-expect-error no policy is the default
    boundedBuffer({ capacity: 1, consume: () => [] });
  });
});

describe('targets', () => {
  it('are targets', () => {
    expectTypeOf(simulator()).toExtend<Target>();
    expectTypeOf(chip(link)).toEqualTypeOf<ChipTarget>();
    expectTypeOf<ChipTarget>().toExtend<Target>();
    expectTypeOf(chip(link).losses).toEqualTypeOf<Losses>();
  });

  it('cannot be changed', () => {
    // @ts-expect-error readonly
    chip(link).losses = spikeline.lossCounter();
  });
});

describe('usingLink', () => {
  it('hands on the link that was opened, and gives what its use gives', () => {
    const used = usingLink(
      () => board.open(),
      (opened) => {
        expectTypeOf(opened).toEqualTypeOf<VirtualLink>();
        return packets;
      },
    );
    expectTypeOf(used).toEqualTypeOf<Observable<AerPacket<ChannelSpace>>>();
    const use = () => packets;
    // @ts-expect-error a board is no open link
    usingLink(() => board, use);
  });
});

describe('operators on events', () => {
  const camera$: Observable<AerPacket<spikeline.PixelSpace>> = spikeline.fromFile('wave.raw');

  it('keep the space in the type, so that a raster is made of channels alone', () => {
    const channels$ = camera$.pipe(spikeline.downsample(8), spikeline.toChannels());
    expectTypeOf(channels$).toEqualTypeOf<Observable<AerPacket<ChannelSpace>>>();
    expectTypeOf(channels$.pipe(bins)).toEqualTypeOf<Observable<SpikeRaster>>();
    // @ts-expect-error pixels are no channels
    camera$.pipe(bins);
    // @ts-expect-error channels are no pixels
    packets.pipe(spikeline.downsample(8));
  });

  it('turn rasters and packets into rates', () => {
    const rates = spikeline.rateDecode({ tau: 0.02, dt: 1e-3 });
    expectTypeOf(packets.pipe(rates)).toEqualTypeOf<Observable<SignalRaster>>();
    expectTypeOf(rasters.pipe(rates)).toEqualTypeOf<Observable<SignalRaster>>();
    expectTypeOf(rates.losses).toEqualTypeOf<Losses>();
  });
});
