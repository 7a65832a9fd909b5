/** A USB device that answers as one did in a recording, and writes down what it is asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Clock } from '../src/clock.ts';
import { type KnownDevice, knownDevices } from '../src/devices/usb/known.ts';
import { openPort, type UsbPort } from '../src/devices/usb/port.ts';
import type { UsbControlSetup, UsbDevice } from '../src/devices/usb/web-usb.ts';
import { StorageError } from '../src/errors.ts';

/** A line of a recording. */
export interface UsbLine {
  /** What was being done. */
  readonly ph: string;
  /** Host time, milliseconds. */
  readonly t: number;
  readonly bm?: number;
  readonly rq?: number;
  readonly v?: number;
  readonly x?: number;
  readonly len?: number;
  /** Bytes that went out, hexadecimal. */
  readonly d?: string;
  /** Bytes of the answer. */
  readonly a?: string;
  readonly io?: string;
  readonly urb?: string;
  readonly ep?: number;
}

/** Reads the lines of a recording. */
export function readLines(folder: string, name: string): UsbLine[] {
  const file = join(folder, 'usb', name);
  try {
    const text = gunzipSync(readFileSync(file)).toString('utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as UsbLine);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new StorageError(file, `cannot be read as lines of JSON (${why})`, { cause });
  }
}

/** What a driver did, a text each: requests that change something, and what else may not be missed. */
export interface Replay {
  readonly device: UsbDevice;
  readonly done: string[];
}

/** What of a recording is compared: requests that change something, reads that confirm, halts, waits, and where the stream begins. */
export function deeds(lines: readonly UsbLine[]): string[] {
  const done: string[] = [];
  let before = lines[0]?.t ?? 0;
  for (const { bm, rq, v, x, d, io, urb, ep, t } of lines) {
    if (t - before >= shortestWait) done.push(waitText(t - before));
    before = t;
    if (bm === 0x40) done.push(outText(rq!, v!, x!, d!));
    else if (bm === 0xc0 && rq === confirm) done.push('confirm');
    else if (io === 'clear_halt') done.push('clear halt');
    else if (urb === 'submit' && ep !== interrupts && done.at(-1) !== 'stream') done.push('stream');
  }
  return done;
}

/** Shorter times between requests are those of the bus, milliseconds. */
const shortestWait = 10;

/** A wait as it is compared: whole tens of milliseconds. */
function waitText(milliseconds: number): string {
  return `wait ${Math.floor(milliseconds / 10) * 10} ms`;
}

/** The endpoint of texts for those who debug the board. */
const interrupts = 0x81;
/** The read that tells whether the chips took words. */
const confirm = 0xc6;

function outText(request: number, value: number, index: number, data: string): string {
  return `${request.toString(16)} ${value} ${index} ${data}`;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Makes a device that answers as it did in a recording. */
export function replay(kind: KnownDevice, lines: readonly UsbLine[]): Replay {
  const answers = new Map<string, string>();
  for (const { bm, rq, v, x, a } of lines) {
    if (bm === 0xc0 && a !== undefined) answers.set(`${rq} ${v} ${x}`, a);
  }
  const done: string[] = [];
  let opened = false;
  const device: UsbDevice = {
    ...kind,
    deviceVersionMajor: 0,
    deviceVersionMinor: kind.firmware >> 4,
    deviceVersionSubminor: kind.firmware & 15,
    serialNumber: '00000042',
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
    async controlTransferIn({ request, value, index }: UsbControlSetup, length: number) {
      if (request === confirm) done.push('confirm');
      const bytes = Buffer.from(answers.get(`${request} ${value} ${index}`) ?? '', 'hex');
      const data = new DataView(Uint8Array.from(bytes.subarray(0, length)).buffer);
      return { status: data.byteLength === length ? 'ok' : 'stall', data };
    },
    async controlTransferOut({ request, value, index }, data = new Uint8Array()) {
      done.push(outText(request, value, index, hex(data)));
      return { status: 'ok', bytesWritten: data.length };
    },
    async transferIn() {
      if (done.at(-1) !== 'stream') done.push('stream');
      return new Promise(() => {});
    },
    async clearHalt() {
      done.push('clear halt');
    },
  };
  return { device, done };
}

/** A clock that nobody has to wait for; waits are written down. */
function hurriedClock(done: string[]): Clock {
  return {
    now: () => 0,
    schedule(work, delay = 0) {
      let on = true;
      // The time for an answer is never over: answers come at once.
      if (delay !== answerTime) {
        done.push(waitText(delay));
        queueMicrotask(() => {
          if (on) work();
        });
      }
      return {
        unsubscribe() {
          on = false;
        },
      };
    },
  };
}

const answerTime = 2000;

/** Opens the device of a recording. */
export async function openReplay(
  name: string,
  lines: readonly UsbLine[],
): Promise<Pick<Replay, 'done'> & { readonly port: UsbPort; readonly clock: Clock }> {
  const kind = knownDevices.find((one) => one.name === name)!;
  const { device, done } = replay(kind, lines);
  const clock = hurriedClock(done);
  const access = { getDevices: async () => [device] };
  const port = await openPort({ kind, access, clock, transfers: 1, serial: undefined });
  return { done, port, clock };
}
