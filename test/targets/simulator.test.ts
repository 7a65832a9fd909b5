import { from, lastValueFrom, map, of, toArray } from 'rxjs';
import {
  channelCounts,
  dynapSim,
  type Engine,
  linear,
  pipeline,
  referenceEngine,
  runOn,
  simulator,
  spikeRaster,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { chunk } from '#test/support/rasters';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[4], [2]] }), dynapSim({ neurons: 1 }));

describe('simulator', () => {
  it('runs any pipeline, however large', () => {
    const wide = pipeline(dynapSim({ neurons: 3000 }), dynapSim({ neurons: 3000 }));
    expect(simulator().name).toBe('simulator');
    expect(simulator().unsupported(wide)).toEqual([]);
  });

  it('starts each run at rest', () => {
    const target = simulator();
    const busy = spikeRaster({ channels: 2, dt: 1e-3, counts: new Uint32Array(200).fill(2) });
    const output = of(busy).pipe(runOn(target, net));
    const first = watch(output).values;
    expect(first[0]!.counts.some((count) => count > 0)).toBe(true);
    expect(watch(output).values).toEqual(first);
  });

  it('lets the engine that it is given compute', () => {
    let steps = 0;
    const engine: Engine = {
      ...referenceEngine,
      layer: (...given) => {
        const layer = referenceEngine.layer(...given);
        return {
          ...layer,
          run: (input, output) => {
            steps += input.length / net.channelsOut;
            layer.run(input, output);
          },
        };
      },
    };
    const chunks = [chunk(0), chunk(2)];
    const seen = watch(of(...chunks).pipe(runOn(simulator({ engine }), net)));
    // Two steps, a gap of two, two steps.
    expect(steps).toBe(6);
    expect(seen.values).toEqual(watch(of(...chunks).pipe(runOn(simulator(), net))).values);
  });

  it('passes on the failure of an engine', () => {
    const failure = new Error('no such kernel');
    const engine: Engine = {
      ...referenceEngine,
      layer: () => {
        throw failure;
      },
    };
    const seen = watch(of(chunk(0)).pipe(runOn(simulator({ engine }), net)));
    expect(seen.error).toBe(failure);
  });

  it('gives nothing after it has failed', () => {
    const seen = watch(of(chunk(1), chunk(0), chunk(2)).pipe(runOn(simulator(), net)));
    expect(seen.values).toHaveLength(1);
    expect(seen.ended).toBe('errored');
  });
});

describe('spikes in a gap between chunks', () => {
  it('are counted, as no chunk holds them', async () => {
    const lively = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, Idc: 2e-9 }));
    const silent = (startTime: number) =>
      spikeRaster({ channels: 1, dt: 1e-3, startTime, counts: { steps: 100 } });
    const gapped = simulator();
    await lastValueFrom(from([silent(0), silent(300_000)]).pipe(runOn(gapped, lively)));
    const whole = simulator();
    const all = await lastValueFrom(
      from([silent(0), silent(100_000), silent(200_000)]).pipe(
        runOn(whole, lively),
        map(channelCounts),
        toArray(),
      ),
    );
    expect(gapped.losses.byReason['unbinned']).toBe(all[1]![0]! + all[2]![0]!);
    expect(gapped.losses.total).toBeGreaterThan(5);
    expect(whole.losses.total).toBe(0);
  });
});
