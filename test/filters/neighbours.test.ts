import fc from 'fast-check';
import { aerPacket, channels, type InvalidArgumentError } from 'spikeline';
import {
  chipWords,
  denoiseFilter,
  hotPixelsFilter,
  packPixel,
  refractoryFilter,
  unpackPixel,
} from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { camera, pixelStreams } from '#test/support/event-streams';

const at = (x: number, y: number, polarity = 0) => packPixel(camera, { x, y, polarity });

describe('denoise', () => {
  it('keeps what one of eight neighbours supports, and nothing else', () => {
    fc.assert(
      fc.property(pixelStreams, fc.integer({ min: 1, max: 2000 }), (packet, window) => {
        const out = denoiseFilter({ window: window / 1e6 })(packet);
        const places = Array.from(packet.addresses, (address) => unpackPixel(camera, address));
        const kept = Array.from(packet.timestamps).filter((time, i) =>
          places.slice(0, i).some((other, k) => {
            const near = Math.max(
              Math.abs(other.x - places[i]!.x),
              Math.abs(other.y - places[i]!.y),
            );
            return near === 1 && time - packet.timestamps[k]! <= window;
          }),
        );
        expect(Array.from(out.timestamps)).toEqual(kept);
      }),
      { numRuns: 100 },
    );
  });

  it('does not take the end of a row for the neighbour of the next one', () => {
    const packet = aerPacket([1, 2], [at(5, 0), at(0, 1)], camera);
    expect(denoiseFilter({ window: 1 })(packet).timestamps).toHaveLength(0);
  });
});

describe('refractory', () => {
  it('lets an address rest after what was kept', () => {
    fc.assert(
      fc.property(pixelStreams, fc.integer({ min: 0, max: 3000 }), (packet, period) => {
        const out = refractoryFilter({ period: period / 1e6 })(packet);
        const last = new Map<number, number>();
        const kept = Array.from(packet.addresses, (address, i) => [
          address,
          packet.timestamps[i]!,
        ]).filter(([address, time]) => {
          const rested = time! - (last.get(address! >> 1) ?? Number.NEGATIVE_INFINITY) >= period;
          if (rested) last.set(address! >> 1, time!);
          return rested;
        });
        expect(Array.from(out.addresses, (address, i) => [address, out.timestamps[i]])).toEqual(
          kept,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('knows words of a board, and begins anew when time does', () => {
    const words = aerPacket([0, 5, 10], [2 ** 31, 2 ** 31, 7], chipWords('toy'));
    const rested = refractoryFilter({ period: 6e-6 });
    expect(Array.from(rested(words).timestamps)).toEqual([0, 10]);
    const filter = refractoryFilter({ period: 6e-6 });
    expect(filter(aerPacket([1_000_000], [0], channels(1))).timestamps).toHaveLength(1);
    expect(filter(aerPacket([3], [0], channels(1))).timestamps).toHaveLength(1);
  });
});

describe('hotPixels', () => {
  it('leaves a hot pixel out until a whole window has been cooler', () => {
    const hot = hotPixelsFilter({ rate: 3000, window: 1e-3 });
    const times = [0, 100, 200, 300, 400, 1500, 2500, 2600];
    const packet = aerPacket(
      times,
      times.map(() => at(2, 2)),
      camera,
    );
    expect(Array.from(hot(packet).timestamps)).toEqual([0, 100, 200, 2500, 2600]);
    expect(hot(aerPacket([2700], [at(3, 3)], camera)).timestamps).toHaveLength(1);
  });
});

it('says everything that is wrong at once', () => {
  const reasons = (make: () => unknown) => {
    try {
      make();
    } catch (cause) {
      return (cause as InvalidArgumentError).problems.map(({ path }) => path);
    }
    return [];
  };
  expect(reasons(() => hotPixelsFilter({ rate: -1, windw: 2 } as never))).toEqual([
    'rate',
    'windw',
  ]);
  expect(reasons(() => denoiseFilter({} as never))).toEqual(['window']);
  expect(reasons(() => refractoryFilter({ period: Number.NaN }))).toEqual(['period']);
});
