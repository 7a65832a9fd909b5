import type { DeviceError } from 'spikeline';
import { linkSuite } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';
import { camWord } from '#src/chips/dynapse1/words';
import { type Dynapse1BoardConfig, dynapse1Board } from '#src/devices/usb/dynapse1/board';
import { type FakeClock, fakeClock } from '#test/devices/fake-clock';
import { davis346 } from '#test/usb-emulator/davis346';
import { dynapse1, type SoftwareBoardConfig } from '#test/usb-emulator/dynapse1';
import { type Faults, fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';
import type { SoftwareDevice } from '#test/usb-emulator/software-device';
import { configuration, word } from './board-network.ts';

/** Lets time pass until something has come. */
async function soon<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let over = false;
  promise.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  for (let i = 0; i < 20_000 && !over; i++) await clock.pass(0.5);
  return promise;
}

function plugged(clock: FakeClock, board: Omit<SoftwareBoardConfig, 'clock'> = {}) {
  const device = dynapse1({ clock, ...board });
  const usb = plugIn(device);
  const open = (config: Dynapse1BoardConfig = {}) =>
    dynapse1Board({
      access: fakeUsb(usb),
      clock,
      chips: 1,
      reset: false,
      restTime: 0.01,
      ...config,
    });
  return { device, usb, open };
}

describe('a DYNAP-SE1 board on USB', () => {
  const clock = fakeClock();
  const { usb, open } = plugged(clock);
  const board = open();
  /** Plugged in for one case, since it is pulled out, or starts elsewhere. */
  let own = { usb, open };
  const opened = (made: Omit<SoftwareBoardConfig, 'clock'>) => async () => {
    own = plugged(clock, made);
    return soon(clock, own.open().open());
  };
  const delta = {
    biases: [{ chip: 0, core: 0, name: 'IF_DC_P', setting: { coarse: 7, fine: 3 } }],
  } as const;
  const bench = {
    configuration,
    word,
    left: () => clock.pending,
    pass: (milliseconds: number) => clock.pass(milliseconds),
    patience: 20_000,
  };
  const suite = linkSuite({
    ...bench,
    open: () => soon(clock, board.open()),
    delta,
    openBeforeWrap: opened({ startTime: 2 ** 32 - 150_000 }),
  });
  for (const { name, run } of suite) it(name, run);
  const breaking = linkSuite({ ...bench, open: opened({}), unplug: () => own.usb.unplug() });
  const { name, run } = breaking.find((one) => /unplugged/.test(one.name))!;
  it(name, run);
});

/** Opens a board that is at hand for one test. */
async function atHand(
  board: Omit<SoftwareBoardConfig, 'clock'> = {},
  config: Dynapse1BoardConfig = {},
) {
  const clock = fakeClock();
  const { device, usb, open } = plugged(clock, board);
  const link = await soon(clock, open(config).open());
  const times: number[] = [];
  const told: unknown[] = [];
  link.listen({
    events: ({ timestamps }) => times.push(...timestamps),
    closed: (cause) => told.push(cause),
  });
  const end = async (): Promise<void> => {
    await soon(clock, link.close());
    expect([usb.opened, usb.waiting, clock.pending]).toEqual([false, 0, 0]);
  };
  return { clock, device, usb, link, times, told, end };
}

describe('a DYNAP-SE1 board', () => {
  it('is given its first state when it is opened, and time to settle', async () => {
    const clock = fakeClock();
    const { device, open } = plugged(clock);
    const from = clock.now();
    const link = await soon(clock, open({ reset: true, settleTime: 4 }).open());
    expect(device.written).toHaveLength(33_616);
    expect(clock.now() - from).toBeGreaterThan(4000);
    expect(link.board).toEqual({
      logicVersion: 5,
      isMaster: true,
      logicClock: 90,
      countsAer: true,
      countsDrops: true,
    });
    await soon(clock, link.close());
    expect(clock.pending).toBe(0);
  });

  it('that refuses a word says so, and can be configured again', async () => {
    const { clock, link, end } = await atHand({ refused: 500 });
    await expect(soon(clock, link.configure(configuration))).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/did not take words .* of/),
    });
    expect(link.closed).toBe(false);
    await soon(clock, link.configure(configuration));
    await end();
  });

  it('writes only what has changed', async () => {
    const { clock, device, link, end } = await atHand();
    await soon(clock, link.configure(configuration));
    const before = device.written.length;
    await soon(clock, link.configure(configuration));
    // Its biases are silent meanwhile.
    expect(device.written.length - before).toBeLessThan(250);
    const synapse = { tag: 9, type: 'fastExc' } as const;
    const place = { chip: 0, core: 0, neuron: 7, entry: 5 };
    const then = device.written.length;
    await soon(clock, link.update({ synapses: [{ ...place, synapse }] }));
    expect(device.written.slice(then)).toEqual([
      camWord({ neuron: 7, entry: 5, tag: 9, type: 'fastExc' }),
    ]);
    await end();
  });

  it('goes on after a halt and after junk, both counted', async () => {
    const { clock, device, link, times, told, end } = await atHand();
    device.halt();
    await clock.pass(1);
    device.send(Uint8Array.of(0x12, 0x30, 0x12, 0x40, 5, 0, 0x10, 0x10, 0x15, 0x10, 7));
    for (let seed = 1; seed < 30; seed++) {
      device.send(Uint8Array.from({ length: 50 }, (_, i) => (i * seed * 2654435761) >>> 11));
    }
    await clock.pass(50);
    expect(told).toEqual([]);
    expect(link.losses.byReason).toMatchObject({ stall: 1, oddByte: 1 });
    expect(link.losses.byReason['unknownWord']).toBeGreaterThan(5);
    const steps = times.slice(1).map((time, i) => (time - times[i]!) | 0);
    expect(Math.min(0, ...steps)).toBe(0);
    await end();
  });

  it('counts what found no room on its way to the host', async () => {
    const { clock, device, link, end } = await atHand({ room: 24 }, { packetDelay: 800 });
    await soon(clock, link.configure(configuration));
    await soon(clock, link.poisson(0, new Map([[word & 0x3ff, 4000]])));
    await clock.pass(300);
    await soon(clock, link.poisson(0, new Map()));
    for (let passed = 0; passed < 1100; passed += 50) await clock.pass(50);
    expect(device.dropped).toBeGreaterThan(0);
    expect(link.statistics.overflowed).toBe(device.dropped);
    await end();
  });

  it('brings events at their times, from several senders, in trains with gaps and crowds', async () => {
    const played: number[][] = [];
    const memoryWords = 64;
    const { clock, link, end } = await atHand(
      { played: (time, one) => played.push([time, one]) },
      { memoryWords },
    );
    const start = (await link.time()) + 10_000;
    const send = (times: readonly number[], tag: number): void =>
      link.send({
        timestamps: Uint32Array.from(times, (time) => start + time),
        words: new Uint32Array(times.length).fill((1 << 10) | tag),
      });
    // A crowd that fills more than the memory, a gap that no train can have, and one between the others.
    const crowd = Array.from({ length: 100 }, (_, i) => 20 * i);
    send([...crowd, 200_000, 200_001], 5);
    send([1, 30_000, 1_000_000], 6);
    await soon(clock, link.time(start + 1_010_000));
    const wanted = [...crowd.map((time) => [time, 5]), [1, 6], [30_000, 6]];
    wanted.push([200_000, 5], [200_001, 5], [1_000_000, 6]);
    wanted.sort(([a], [b]) => a! - b!);
    const found = played.map(([time, one]) => [time! - start, one! & 1023]);
    expect(found.map(([, tag]) => tag)).toEqual(wanted.map(([, tag]) => tag));
    const late = found.map(([time], i) => time! - wanted[i]![0]!);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(-1);
    // The train that follows at once comes up to the rest.
    expect(Math.max(...late)).toBeLessThan(3000);
    expect(Math.max(...late.slice(-4))).toBeLessThan(50);
    expect(link.statistics).toMatchObject({ sent: 105, dropped: 0 });
    await end();
  });

  it('has no counter that it has not', async () => {
    const { link, end } = await atHand({ counts: false });
    expect(Object.keys(link.statistics)).toEqual(['sent', 'late', 'dropped', 'received']);
    await end();
  });

  it('makes noise of its own', async () => {
    const { clock, link, times, end } = await atHand();
    await soon(clock, link.configure(configuration));
    await soon(clock, link.poisson(0, new Map([[word & 0x3ff, 2000]])));
    await clock.pass(200);
    expect(times.length).toBeGreaterThan(3);
    await soon(clock, link.poisson(0, new Map()));
    await clock.pass(200);
    const { length } = times;
    await clock.pass(200);
    expect(times).toHaveLength(length);
    await expect(link.poisson(1, new Map([[1024, 5000]]))).rejects.toMatchObject({
      reasons: [expect.any(String), expect.any(String), expect.any(String)],
    });
    await end();
  });

  it('has one neuron watched', async () => {
    const { clock, device, link, end } = await atHand();
    await soon(clock, link.monitor(0, 2, 177));
    expect(device.written.slice(-2)).toEqual([0x0a00, 0x02b1]);
    await expect(link.monitor(0, 4, 256)).rejects.toThrow(/core.*\n.*neuron/);
    await end();
  });

  it('refuses events that it cannot bring to where they are for', async () => {
    const { link, end } = await atHand({}, { chips: 2 });
    const events = (one: number) => ({ timestamps: Uint32Array.of(0), words: Uint32Array.of(one) });
    const code = (act: () => void): unknown => {
      try {
        act();
      } catch (cause) {
        return (cause as DeviceError).code;
      }
      return 'taken';
    };
    expect(code(() => link.send(events(word | (1 << 14))))).toBe('unsupported');
    expect(code(() => link.send(events(2 ** 31)))).toBe('INVALID_ARGUMENT');
    expect(code(() => link.send(events(word)))).toBe('taken');
    expect(link.statistics).toMatchObject({ sent: 1 });
    await end();
  });

  it('is told apart from one that sends nothing, one that others have, and none', async () => {
    const clock = fakeClock();
    const failure = async (device: SoftwareDevice, faults: Faults = {}): Promise<unknown> => {
      const usb = plugIn(device, faults);
      const board = dynapse1Board({ access: fakeUsb(usb), clock, reset: false });
      const cause = await soon(clock, board.open()).catch((thrown: unknown) => thrown);
      expect([usb.opened, usb.waiting]).toEqual([false, 0]);
      return cause;
    };
    const board = dynapse1({ clock });
    const silent: SoftwareDevice = { ...board, pull: () => undefined };
    expect(await failure(silent)).toMatchObject({ code: 'timed-out' });
    expect(await failure(board, { claimed: true })).toMatchObject({ code: 'busy' });
    expect(await failure(board, { denied: true })).toMatchObject({ code: 'refused' });
    expect(await failure(davis346())).toMatchObject({ code: 'not-found' });
    board.dispose();
    expect(clock.pending).toBe(0);
  });

  it('refuses options that cannot be', () => {
    const wrong = { chips: 5, settleTime: -1, packetDelay: 0 };
    expect(() => dynapse1Board(wrong)).toThrow(/chips[\s\S]*settleTime[\s\S]*packetDelay/);
  });
});
