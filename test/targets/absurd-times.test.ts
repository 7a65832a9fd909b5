import { firstValueFrom, from, toArray } from 'rxjs';
import { aerPacket, channels, dynapSim, lif, linear, pipeline, simulator } from 'spikeline';
import { emptyPacket } from 'spikeline/events';
import { runOn } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';

const net = pipeline(
  linear({ weight: [[400]] }),
  lif({ neurons: 1, tauMem: 0.02, tauSyn: 0.005, name: 'out' }),
);
const space = channels(1);

describe('times that nobody can wait for', () => {
  it('are a jump where an `until` says them, and what comes after them is run', async () => {
    const target = simulator();
    const far = 9e15;
    const packets = [
      aerPacket([0], [0], space, 5000),
      emptyPacket(space, far - 1000),
      aerPacket([far], [0], space, far + 5000),
    ];
    const [first, silent, last] = await firstValueFrom(
      from(packets).pipe(runOn(target, net), toArray()),
    );
    expect(first!.timestamps.length).toBeGreaterThan(0);
    expect(silent).toMatchObject({ until: far - 1000 });
    expect(Array.from(last!.timestamps, (time) => time - far)).toEqual(
      Array.from(first!.timestamps),
    );
    expect(target.losses.byReason['jumps']).toBe(1);
  });

  it('are refused where states are recorded over them', async () => {
    const packets = [aerPacket([0], [0], space, 1000), emptyPacket(space, 9e15)];
    const recorded = from(packets).pipe(
      runOn(simulator(), net, { record: ['out:potential'] }),
      toArray(),
    );
    await expect(firstValueFrom(recorded)).rejects.toThrow(/out:potential cannot be recorded/);
  });

  it('end a stream of rasters beyond 53 bits with an error', async () => {
    const raster = {
      steps: 1,
      channels: 1,
      dt: 1e-3,
      startTime: 2 ** 53,
      counts: Uint32Array.of(1),
    };
    const spiking = pipeline(dynapSim({ neurons: 1 }));
    await expect(
      firstValueFrom(from([raster]).pipe(runOn(simulator(), spiking), toArray())),
    ).rejects.toMatchObject({ name: 'DataError' });
  });
});
