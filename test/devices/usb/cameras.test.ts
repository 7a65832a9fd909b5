import { type AerPacket, DeviceError, type InvalidArgumentError } from 'spikeline';
import { type PixelSpace, unpackPixel } from 'spikeline/events';
import { fromCamera } from 'spikeline/sources';
import { describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '#test/devices/fake-clock';
import { davis346, davisWords, wordBytes } from '#test/usb-emulator/davis346';
import { dvs128 } from '#test/usb-emulator/dvs128';
import { type Faults, fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';
import type { SoftwareDevice } from '#test/usb-emulator/software-device';

/** Lets time pass in small steps: a start is a hundred requests, each of which is answered in a turn of its own. */
async function steps(clock: FakeClock, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 2) await clock.pass(2);
}

/** Opens a camera, and lets its start pass. */
async function watch(
  camera: Parameters<typeof fromCamera>[0],
  device: SoftwareDevice,
  config: Parameters<typeof fromCamera>[1] = {},
  faults: Faults = {},
) {
  const plugged = plugIn(device, faults);
  const clock = fakeClock();
  const packets: AerPacket<PixelSpace>[] = [];
  const told: unknown[] = [];
  const access = fakeUsb(plugged);
  const source = fromCamera(camera, { access, clock, ...config });
  const { losses } = source;
  const subscription = source.subscribe({
    next: (packet) => packets.push(packet),
    error: (cause) => told.push(cause),
    complete: () => told.push('completed'),
  });
  await steps(clock, 400);
  /** Events as time, x, y, polarity. */
  const events = () =>
    packets.flatMap(({ timestamps, addresses, space }) =>
      Array.from(addresses, (address, i) => {
        const { x, y, polarity } = unpackPixel(space, address);
        return [timestamps[i], x, y, polarity];
      }),
    );
  const nothingLeft = async (): Promise<void> => {
    await steps(clock, 100);
    expect([plugged.opened, plugged.waiting, clock.pending]).toEqual([false, 0, 0]);
  };
  return { plugged, clock, losses, packets, told, subscription, events, nothingLeft };
}

const recording = [
  [5, 0, 0, 0],
  [5, 345, 0, 1],
  [40_000, 345, 259, 1],
  [1_000_000, 7, 100, 0],
] as const;
const played = (): ReturnType<typeof davis346> => davis346(wordBytes(davisWords(recording)));

describe('a camera', () => {
  it('gives what it sees, and is left as it was found', async () => {
    const camera = played();
    const { events, packets, subscription, losses, nothingLeft } = await watch('davis346', camera);
    expect(events()).toEqual(recording);
    expect(packets[0]!.until).toBe(1_000_000);
    expect(packets[0]!.space).toEqual({ kind: 'pixels', width: 346, height: 260 });
    expect(losses.byReason).toEqual({});
    expect(camera.running).toBe(true);
    subscription.unsubscribe();
    await nothingLeft();
    expect(camera.running).toBe(false);
  });

  it('is opened for each subscriber anew', async () => {
    const camera = played();
    for (let i = 0; i < 2; i++) {
      const { events, subscription, nothingLeft } = await watch('davis346', camera);
      expect(events()).toHaveLength(recording.length);
      subscription.unsubscribe();
      await nothingLeft();
    }
  });

  it('may be left at any moment of its start', async () => {
    for (let after = 0; after < 300; after += 50) {
      const plugged = plugIn(played());
      const clock = fakeClock();
      const subscription = fromCamera('davis346', { access: fakeUsb(plugged), clock }).subscribe({
        error: (cause) => expect(cause).toBeUndefined(),
      });
      await steps(clock, after);
      subscription.unsubscribe();
      await steps(clock, 600);
      expect([plugged.opened, plugged.waiting, clock.pending]).toEqual([false, 0, 0]);
    }
  });

  it('tells once when it is closed, and when it could not be opened', async () => {
    let closed = 0;
    const onClosed = () => closed++;
    const { plugged, clock, subscription } = await watch('davis346', played(), { onClosed });
    expect(closed).toBe(0);
    subscription.unsubscribe();
    expect(closed).toBe(0);
    while (plugged.opened) {
      expect(closed).toBe(0);
      await steps(clock, 2);
    }
    await steps(clock, 2);
    expect(closed).toBe(1);
    fromCamera('davis346', { access: fakeUsb(), clock, onClosed }).subscribe({ error() {} });
    await steps(clock, 100);
    expect(closed).toBe(2);
  });

  it('says that it was unplugged, after everything that it had sent', async () => {
    const { plugged, told, events, nothingLeft } = await watch('davis346', played());
    plugged.unplug();
    await nothingLeft();
    expect(events()).toEqual(recording);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeInstanceOf(DeviceError);
    expect(told[0]).toMatchObject({
      code: 'disconnected',
      message: expect.stringMatching(/DAVIS346 camera was unplugged; plug it in/),
    });
  });

  it('goes on after a halt, which is counted', async () => {
    const camera = played();
    const { clock, events, losses, told, subscription } = await watch('davis346', camera);
    camera.halt();
    await clock.pass(1);
    camera.send(wordBytes([0x7001, 0x1001, 0x3002]));
    await clock.pass(1);
    expect(told).toEqual([]);
    expect(losses.byReason).toEqual({ stall: 1 });
    expect(events()).toHaveLength(recording.length + 1);
    subscription.unsubscribe();
  });

  it('is given up if it halts again and again', async () => {
    const camera = played();
    const { clock, told, nothingLeft } = await watch('davis346', camera);
    for (let i = 0; i < 20; i++) {
      camera.halt();
      await clock.pass(1);
    }
    await nothingLeft();
    expect(told).toMatchObject([{ code: 'protocol' }]);
  });

  it('counts what is no pixel, what came odd, and what it had no room for', async () => {
    const camera = played();
    const { clock, losses, subscription } = await watch('davis346', camera);
    camera.send(Uint8Array.of(8, 0, 10, 0, 7, 0, 2, 0, 99, 0, 0xff, 0x2f, 0x12));
    camera.send(wordBytes([1, 0x8001]));
    camera.drop(123);
    await steps(clock, 1100);
    expect(losses.byReason).toEqual({
      frame: 1,
      motionSample: 1,
      trigger: 1,
      outsideSensor: 1,
      unknownWord: 1,
      oddByte: 1,
      clockReset: 1,
      overflow: 123,
    });
    subscription.unsubscribe();
  });

  it('never hangs on junk', async () => {
    const camera = played();
    const { clock, told, subscription, packets } = await watch('davis346', camera);
    for (let seed = 1; seed < 40; seed++) {
      camera.send(Uint8Array.from({ length: seed * 7 }, (_, i) => (i * seed * 2654435761) >>> 13));
    }
    await clock.pass(1);
    expect(told).toEqual([]);
    const times = packets.flatMap(({ timestamps }) => [...timestamps]);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    subscription.unsubscribe();
  });

  it('says who may not use it, and what to do', async () => {
    const { told, nothingLeft } = await watch('davis346', played(), {}, { denied: true });
    expect(told[0]).toMatchObject({ code: 'refused' });
    expect((told[0] as Error).message).toContain(
      'SUBSYSTEM=="usb", ATTR{idVendor}=="152a", ATTR{idProduct}=="841a", MODE="0666"',
    );
    expect((told[0] as Error).message).toContain('/etc/udev/rules.d/65-spikeline.rules');
    await nothingLeft();
  });

  it('says that another program has it', async () => {
    const { told, nothingLeft } = await watch('davis346', played(), {}, { claimed: true });
    expect(told[0]).toMatchObject({
      code: 'busy',
      message: expect.stringMatching(/another program/),
    });
    await nothingLeft();
  });

  it('says that there is none, or none with this number', async () => {
    const none = await watch('dvs128', played());
    expect(none.told[0]).toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/DVS128.*152a:8400/),
    });
    const other = await watch('davis346', played(), { serial: '7' });
    expect(other.told[0]).toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/00000042/),
    });
    await other.nothingLeft();
  });

  it('says that it does not answer', async () => {
    const silent: SoftwareDevice = { ...played(), control: () => 'silence' };
    const { clock, told, nothingLeft } = await watch('davis346', silent);
    await clock.pass(3000);
    expect(told[0]).toMatchObject({ code: 'timed-out', message: expect.stringMatching(/2 s/) });
    await nothingLeft();
  });

  it('says that it refuses a request, or is of another kind', async () => {
    const stalls: SoftwareDevice = { ...played(), control: () => 'stall' };
    expect((await watch('davis346', stalls)).told[0]).toMatchObject({ code: 'protocol' });
    const old = played();
    const { told } = await watch('davis346', {
      ...old,
      identity: { ...old.identity, version: 5 },
    });
    expect(told[0]).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/firmware/),
    });
    const other: SoftwareDevice = {
      ...old,
      control: ({ value, index, ...setup }, data) =>
        value === 6 && index === 0
          ? Uint8Array.of(0, 0, 0, 17)
          : old.control({ value, index, ...setup }, data),
    };
    const { told: logic } = await watch('davis346', other);
    expect(logic[0]).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/logic.*17/),
    });
  });
});

describe('a DVS128', () => {
  it('gives what it sees, with the biases that it was given', async () => {
    const camera = dvs128(Uint8Array.of(0xfe, 0, 10, 0, 0x01, 0x7f, 11, 0, 1, 2, 3));
    const { events, losses, subscription, nothingLeft } = await watch('dvs128', camera, {
      biases: { diffOn: 0x010203 },
    });
    expect(events()).toEqual([
      [10, 0, 127, 1],
      [11, 127, 0, 0],
    ]);
    expect(losses.byReason).toEqual({ oddByte: 3 });
    expect(camera.biases).toHaveLength(36);
    expect([...camera.biases.subarray(24, 27)]).toEqual([1, 2, 3]);
    subscription.unsubscribe();
    await nothingLeft();
  });
});

it('refuses cameras and biases that cannot be', () => {
  const refused = (act: () => unknown): readonly string[] => {
    try {
      act();
    } catch (cause) {
      return (cause as InvalidArgumentError).reasons;
    }
    throw new Error('nothing was refused');
  };
  expect(refused(() => fromCamera('dvs640' as 'dvs128'))[0]).toMatch(/davis346/);
  const biases = { refr: { coarse: 8, fine: 0 }, nonsense: { coarse: 1, fine: 1 } };
  expect(refused(() => fromCamera('davis346', { biases }))).toHaveLength(2);
  expect(refused(() => fromCamera('dvs128', { biases: { diff: -1 } }))).toHaveLength(1);
  expect(refused(() => fromCamera('davis240', { transfers: 0 }))).toHaveLength(1);
});
