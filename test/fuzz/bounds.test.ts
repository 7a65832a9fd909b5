import { lastValueFrom, of, take } from 'rxjs';
import {
  aerPacket,
  channels,
  chip,
  dynapSim,
  kernel,
  linear,
  pipeline,
  pixels,
  poisson,
  poissonRaster,
  runOn,
  type SpikelineError,
  simulator,
  spikeRaster,
  startPipeline,
  toRaster,
  virtualBoard,
} from 'spikeline';
import { quantise } from 'spikeline/chip';
import { eventsToRaster, rasterToEvents } from 'spikeline/events';
import { metronome, protocol } from 'spikeline/loop';
import { dynapSimParameters } from 'spikeline/neurons';
import * as operators from 'spikeline/operators';
import { evaluate, frozenNoise } from 'spikeline/sources';
import { startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';

const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1 }));
const wide = pipeline(
  linear({ weight: [new Array<number>(5000).fill(1)] }),
  dynapSim({ neurons: 5000, name: 'out' }),
);
const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0, 1] });
const long = spikeRaster({ channels: 1, dt: 1e-3, counts: { steps: 2 ** 22 } });
const samples = [{ input: raster, target: new Float64Array(3) }];
const noise = { channels: 1, rate: 1, seed: 0 };
const far = aerPacket([0], [0], channels(1), 1e15);

// biome-ignore lint/suspicious/noExplicitAny: what is tried are operators of anything
const through = (operator: any, item: unknown) => lastValueFrom(of(item).pipe(operator));
const signal = (steps: number) => ({
  ...{
    steps,
    channels: 1,
    dt: 1e-3,
    startTime: 0,
    values: Float64Array.from({ length: steps }, (_, i) => i % 7),
  },
});

/** What no machine could hold or come to an end of, though each number by itself is one. */
const huge: Readonly<Record<string, () => unknown>> = {
  'a rate of 1e13': () => poissonRaster({ ...noise, rate: 1e13, duration: 1e-3 }),
  'noise of a million years': () => poissonRaster({ ...noise, duration: 3e13 }),
  'chunks of 1e12 steps': () =>
    lastValueFrom(poisson({ ...noise, chunkSteps: 1e12 }).pipe(take(1))),
  'frozen noise of 1e9 s': () => lastValueFrom(frozenNoise({ ...noise, rate: 80, duration: 1e9 })),
  'bins of 1e10 s': () => rasterToEvents(spikeRaster({ channels: 1, dt: 1e10, counts: [1, 0, 1] })),
  '600 million events': () => rasterToEvents({ ...raster, counts: new Uint32Array(3).fill(2e8) }),
  '400 million events on a chip': async () => {
    const link = await virtualBoard().open();
    const counts = Uint32Array.of(4e8, 0, 0);
    return through(runOn(chip(link), net), { ...raster, counts }).finally(() => link.close());
  },
  'a raster of 1e12 steps': () =>
    eventsToRaster(aerPacket([0], [0], channels(1)), {
      ...{ steps: 1e12, channels: 1, dt: 1e-3, startTime: 0 },
    }),
  'a raster of 1e9 channels': () => toRaster({ channels: 1e9, dt: 1e-3, chunkSteps: 1 }),
  'pixels without end': () => pixels(1e9, 1e9),
  'restarts without end': () => quantise([1, 2, 3, 4.1], { restarts: Number.POSITIVE_INFINITY }),
  'a billion chips': () =>
    startTraining(net, samples, { epochs: 1, mismatch: { fraction: 0.1, instances: 1e9 } }),
  'epochs without end': () => startTraining(net, samples, { epochs: 1e15 }),
  'a million threads': () => kernel({ threads: 1e6 }),
  'a billion neurons': () => dynapSimParameters({}, 1e9),
  'a board of a billion chips': () => virtualBoard({ chips: 1e9 }).open(),
  'queues of 1e15 events': () => virtualBoard({ inputCapacity: 1e15 }).open(),
  'a delay of 1e9 s': () => operators.applyDelay({ channels: 1, delay: 1e9 }),
  'a shift of 1e300 s': () => operators.delayEvents({ delay: 1e300 }),
  'slices of 1e15 events': () => operators.countSlice({ events: 1e15 }),
  'a window of 1e9 s': () => through(operators.rateDecode({ window: 1e9 }), raster),
  'rates over 30 years': () => through(operators.rate({ dt: 1e-6 }), far),
  'spikes of 1e300 thresholds': () =>
    through(operators.deltaEncode({ threshold: 1e-300 }), signal(3)),
  'a thousand steps of a million neurons': () =>
    through(operators.rateEncode({ range: [0, 9], neurons: 2 ** 20, rate: 1 }), signal(1000)),
  'long rasters of many neurons, weighed': () =>
    through(operators.applyLinear({ weight: [new Array<number>(5000).fill(1)] }), long),
  'long rasters of many neurons, run': () => startPipeline(wide).process(long),
  'long rasters of many neurons, on a target': () => through(runOn(simulator(), wide), long),
  'long rasters of many neurons, evaluated': () => lastValueFrom(evaluate(wide, [long])),
  'a phase of nothing': () => protocol([{ name: 'a', duration: 1e-9 }]),
  'ticks of a nanosecond': () => metronome(1e-9),
};

describe('what is too much', () => {
  it.each(Object.entries(huge))('is refused at once, with the limit: %s', async (_, call) => {
    let cause: unknown;
    try {
      await call();
    } catch (thrown) {
      cause = thrown;
    }
    expect((cause as SpikelineError | undefined)?.name).toMatch(/^(InvalidArgument|Data)Error$/);
    expect((cause as Error).message).toMatch(/\d/);
    // What comes after it is as before.
    expect(startPipeline(net).process(raster).steps).toBe(3);
  });
});
