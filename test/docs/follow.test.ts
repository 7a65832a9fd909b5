import { deploy, pipelineToJson, simulator } from 'spikeline';
import { unpackPixel } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { camera, eventCamera, space } from '#examples/follow/camera';
import { channels, encode } from '#examples/follow/coding';
import { following, type Pair, type Seen, scene } from '#examples/follow/scene';
import { trained } from '#examples/follow/trained';
import { follow, inSimulator, onChip, outcome } from '#examples/follow/trial';

const { width, height } = camera;

describe('the camera', () => {
  it('makes as many events as the luminance has gone thresholds, at the times at which it crosses them', () => {
    const flat = (value: number) => (into: Float64Array) => void into.fill(value);
    const eyes = eventCamera(1, flat(0));
    const { timestamps, addresses, until } = eyes.look(flat(2), 10e-3);
    expect(until).toBe(10_000);
    // An address is a pixel and, in its lowest bit, a polarity.
    const times = new Map<number, number[]>();
    for (const [i, address] of addresses.entries()) {
      if ((address & 1) === 1) times.set(address, [...(times.get(address) ?? []), timestamps[i]!]);
    }
    expect(times.size).toBe(width * height);
    // The luminance rises by 2 in 10 ms, so that the time between events tells the threshold.
    const thresholds = [...times.values()].map(
      (all) => ((all.at(-1)! - all[0]!) / (all.length - 1) / 10_000) * 2,
    );
    const mean = thresholds.reduce((sum, threshold) => sum + threshold, 0) / thresholds.length;
    expect(Math.abs(mean - camera.threshold)).toBeLessThan(0.005);
    const square = thresholds.reduce((sum, one) => sum + (one - mean) ** 2, 0) / thresholds.length;
    expect(Math.abs(Math.sqrt(square) - camera.spread)).toBeLessThan(0.003);
    // But for the few pixels that have an event of noise.
    const odd = [...times.values()].filter(
      (all, i) => Math.abs(all.length - 2 / thresholds[i]!) > 1.01,
    );
    expect(odd.length).toBeLessThan(10);
    // What falls makes as many, of the other polarity.
    const darker = eyes.look(flat(0), 10e-3).addresses.filter((address) => (address & 1) === 0);
    expect(Math.abs(darker.length / addresses.length - 1)).toBeLessThan(0.12);
  });

  it('sees nothing but noise while nothing moves against it', () => {
    const world = following(() => () => [0, 0]);
    world.reset(1);
    let events = 0;
    for (let step = 0; step < 1000; step++) {
      events += world.step(Float64Array.of(0, 0), 1e-3).observation.events.addresses.length;
    }
    const expected = camera.noise * width * height;
    expect(Math.abs(events - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });
});

describe('the scene', () => {
  /** Where the events of 20 ms are, on average, beside where the target is. */
  function centre(from: Pair, speed: Pair) {
    const world = following(() => (time) => [speed[0] * time, speed[1] * time], from);
    world.reset(2);
    const [sum, off] = [
      [0, 0],
      [0, 0],
    ] as [[number, number], [number, number]];
    let events = 0;
    for (let step = 0; step < 20; step++) {
      const seen = world.step(Float64Array.of(0, 0), 1e-3).observation;
      for (const address of seen.events.addresses) {
        const { x, y } = unpackPixel(space, address);
        sum[0] += x - (width - 1) / 2;
        sum[1] += y - (height - 1) / 2;
        events++;
      }
      off[0] += seen.offset[0] / 20;
      off[1] += seen.offset[1] / 20;
    }
    return { events: [sum[0] / events, sum[1] / events] as const, target: off };
  }

  it('shows the target where it is', () => {
    for (const [from, speed] of [
      [
        [10, -6],
        [60, 30],
      ],
      [
        [-12, 8],
        [-50, 60],
      ],
    ] as const) {
      const { events, target } = centre(from, speed);
      expect(Math.abs(events[0] - target[0])).toBeLessThan(1.5);
      expect(Math.abs(events[1] - target[1])).toBeLessThan(1.5);
    }
  });

  it('turns the head as fast as it is told, within what it can', () => {
    const world = following(() => () => [0, 0], [0, 0]);
    world.reset(1);
    const placeAfter = (speed: number, steps: number) => {
      let seen: Seen | undefined;
      for (let k = 0; k < steps; k++) {
        seen = world.step(Float64Array.of(speed, 0), 1e-3).observation;
      }
      return seen!.offset[0];
    };
    const start = placeAfter(50, 200);
    expect(placeAfter(50, 100) - start).toBeCloseTo(-5, 2);
    const fast = placeAfter(1000, 200);
    expect(placeAfter(1000, 100) - fast).toBeCloseTo(-scene.fastest / 10, 2);
  });
});

describe('what the network sees', () => {
  it('are the events of blocks of 6 × 6 pixels', () => {
    const seen = following(() => (time) => [80 * time, 0], [3, 3]);
    seen.reset(1);
    const spikes = encode() as (seen: Seen) => Uint32Array;
    for (let step = 0; step < 50; step++) {
      const { observation } = seen.step(Float64Array.of(0, 0), 1e-3);
      const counts = new Uint32Array(channels);
      for (const address of observation.events.addresses) {
        const { x, y } = unpackPixel(space, address);
        counts[Math.floor(y / 6) * 8 + Math.floor(x / 6)]!++;
      }
      expect(spikes(observation)).toEqual(counts);
    }
  });
});

describe('the trained network', () => {
  const trial = { seed: 3, duration: 3 };

  it('keeps the target near the middle, where a camera that does not turn loses it', async () => {
    expect((await outcome(inSimulator(trained, trial))).followed).toBeGreaterThan(0.75);
    const still = await outcome(inSimulator(trained, { ...trial, turns: false }));
    expect(still.followed).toBeLessThan(0.3);
  });

  it('does so on a virtual chip that differs by 20 %', async () => {
    const { followed } = await outcome(onChip(trained, deploy(trained), 5, trial));
    expect(followed).toBeGreaterThan(0.75);
  });

  it('gives the same run twice', async () => {
    const short = { seed: 4, duration: 0.3 };
    const run = () => outcome(follow(simulator(), trained, short));
    expect(await run()).toEqual(await run());
    expect(pipelineToJson(trained).length).toBeGreaterThan(1000);
  });
});
