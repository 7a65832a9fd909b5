/** How many events a second come in over USB, on one core: from devices that are always ready, so that only our part is measured. */
import { lastValueFrom, takeWhile } from 'rxjs';
import { dynapse1Board } from 'spikeline/devices';
import { fromCamera, type UsbAccess, type UsbDevice } from 'spikeline/sources';
import { type BenchRow, row } from './rows.ts';

/** Registers that a device answers with, by module and parameter. */
type Registers = Readonly<Record<string, number>>;

/** A device that fills every transfer, from words that come again and again with their wraps. */
function busyDevice(productId: number, firmware: number, registers: Registers, words: Uint16Array) {
  const bytes = new Uint8Array(words.buffer);
  let opened = false;
  let first: Uint8Array | undefined = Uint8Array.of(1, 0);
  let at = 0;
  const device: UsbDevice = {
    ...{ vendorId: 0x152a, productId, serialNumber: 'bench' },
    ...{ deviceVersionMajor: 0, deviceVersionMinor: 0, deviceVersionSubminor: firmware },
    configuration: { configurationValue: 1 },
    get opened() {
      return opened;
    },
    async open() {
      opened = true;
    },
    async close() {
      opened = false;
    },
    async selectConfiguration() {},
    async claimInterface() {},
    async releaseInterface() {},
    async clearHalt() {},
    async controlTransferIn({ request, value, index }, length) {
      const data = new DataView(new ArrayBuffer(length));
      if (request === 0xbf) data.setUint32(0, registers[`${value}.${index}`] ?? 0);
      else data.setUint8(0, request);
      return { status: 'ok', data };
    },
    controlTransferOut: async (_, data) => ({ status: 'ok', bytesWritten: data?.length ?? 0 }),
    async transferIn(_, length) {
      // A turn of the event loop for each, as a bus has it.
      await new Promise(setImmediate);
      if (!opened) throw new DOMException('closed', 'AbortError');
      if (first !== undefined) {
        const data = new DataView(first.slice().buffer);
        first = undefined;
        return { status: 'ok', data };
      }
      const part = bytes.slice(at, at + length);
      at = at + length >= bytes.length ? 0 : at + length;
      return { status: 'ok', data: new DataView(part.buffer) };
    },
  };
  return { getDevices: async () => [device] } satisfies UsbAccess;
}

/** Words of one period of the clock: a time before each event, and the wrap that begins it. */
function periodOf(event: (i: number) => readonly number[]): { words: Uint16Array; events: number } {
  const words: number[] = [0x7001];
  let events = 0;
  for (let time = 0; time < 0x8000; time++) {
    words.push(0x8000 | time, ...event(time));
    events++;
  }
  return { words: Uint16Array.from(words), events };
}

const davis = Object.fromEntries(
  [18, 5, 1, 104, 30, 80, 1000, 1].map((value, i) => [`6.${i}`, value] as const),
);

/** Million events/s of processor time of a camera. */
async function camera(count: number): Promise<number> {
  const { words } = periodOf((i) => [0x1000 | (i % 260), 0x2000 | ((i & 1) << 12) | (i % 346)]);
  const registers = { ...davis, '1.0': 346, '1.1': 260, '2.0': 346, '2.1': 260 };
  const access = busyDevice(0x841a, 6, registers, words);
  let seen = 0;
  let begin: NodeJS.CpuUsage | undefined;
  await lastValueFrom(
    fromCamera('davis346', { access }).pipe(
      takeWhile(({ addresses }) => {
        begin ??= process.cpuUsage();
        seen += addresses.length;
        return seen < count;
      }),
    ),
    { defaultValue: undefined },
  );
  const { user, system } = process.cpuUsage(begin);
  return seen / (user + system);
}

/** Million spikes/s of processor time of a DYNAP-SE1; fails if one is missing or out of order. */
async function spikes(count: number): Promise<number> {
  const { words } = periodOf((i) => [
    ([1, 2, 5, 6][i & 3]! << 12) | ((i & 255) << 4) | (((i >> 2) & 3) + 1),
  ]);
  const access = busyDevice(0x841d, 3, { '6.0': 5, '6.3': 90 }, words);
  const link = await dynapse1Board({ access, reset: false }).open();
  const begin = process.cpuUsage();
  let seen = 0;
  let before = -1;
  let wrong = 0;
  await new Promise<void>((resolve) => {
    const stop = link.listen({
      events({ timestamps }) {
        for (let i = 0; i < timestamps.length; i++) {
          if (before >= 0 && timestamps[i]! - before !== 1) wrong++;
          before = timestamps[i]!;
        }
        seen += timestamps.length;
        if (seen < count) return;
        stop();
        resolve();
      },
    });
  });
  const { user, system } = process.cpuUsage(begin);
  await link.close();
  if (wrong > 0) throw new Error(`${wrong} of ${seen} spikes were not where they belong`);
  return seen / (user + system);
}

/** What comes in over USB. */
export async function usb(quick: boolean): Promise<readonly BenchRow[]> {
  const count = quick ? 2e6 : 1e7;
  const best = async (measure: (count: number) => Promise<number>): Promise<number> => {
    const rates: number[] = [];
    for (let turn = 0; turn < 3; turn++) rates.push(await measure(count));
    return Math.max(...rates);
  };
  const fields = { events: count };
  return [
    row('usb.dynapse1', await best(spikes), 'million events/s', '>= 2', fields),
    row('usb.davis346', await best(camera), 'million events/s', '>= 2', fields),
  ];
}
