/** Software devices as `navigator.usb` has them. */
import type { UsbAccess, UsbDevice, UsbInResult, UsbOutResult } from '#src/devices/usb/web-usb';
import type { Answer, SoftwareDevice } from './software-device.ts';

/** A software device that is plugged in. */
export interface PluggedIn extends UsbDevice {
  /** Transfers that wait for the device. */
  readonly waiting: number;
  /** Pulls the plug. */
  unplug(): void;
}

/** What a fake bus can be told to do wrong. */
export interface Faults {
  /** Refuses to open it, as a system without the right permission does. */
  readonly denied?: boolean;
  /** Another program has claimed it. */
  readonly claimed?: boolean;
}

const fail = (name: string, message: string): DOMException => new DOMException(message, name);
const gone = (): DOMException => fail('NotFoundError', 'The device was disconnected.');

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(Uint8Array.prototype.slice.call(bytes).buffer);
}

/** Plugs a software device in. */
export function plugIn(device: SoftwareDevice, faults: Faults = {}): PluggedIn {
  const { identity } = device;
  interface Waiting {
    readonly length: number;
    resolve(result: UsbInResult): void;
    reject(cause: Error): void;
  }
  let waiting: Waiting[] = [];
  let opened = false;
  let unplugged = false;
  let halted = false;
  const silent: { reject(cause: Error): void }[] = [];
  const end = (cause: Error): void => {
    const all = [...waiting, ...silent.splice(0)];
    waiting = [];
    for (const { reject } of all) reject(cause);
  };
  const pump = (): void => {
    while (waiting.length > 0 && !unplugged) {
      const answer: Answer | undefined = halted ? 'stall' : device.pull(waiting[0]!.length);
      if (answer === undefined || answer === 'silence') return;
      const { resolve } = waiting.shift()!;
      if (answer === 'stall') {
        halted = true;
        resolve({ status: 'stall', data: viewOf(new Uint8Array()) });
      } else resolve({ status: 'ok', data: viewOf(answer) });
    }
  };
  device.onReady(pump);
  const there = (): void => {
    if (unplugged) throw gone();
    if (!opened) throw fail('InvalidStateError', 'The device must be opened first.');
  };
  const answered = async <Result>(
    answer: Answer,
    give: (bytes: Uint8Array) => Result,
    stall: Result,
  ): Promise<Result> => {
    if (answer === 'silence') {
      return new Promise((_, reject) => {
        silent.push({ reject });
      });
    }
    return answer === 'stall' ? stall : give(answer);
  };
  return {
    vendorId: identity.vendorId,
    productId: identity.productId,
    deviceVersionMajor: identity.version >> 8,
    deviceVersionMinor: (identity.version >> 4) & 15,
    deviceVersionSubminor: identity.version & 15,
    manufacturerName: identity.manufacturer,
    productName: identity.product,
    serialNumber: identity.serial,
    get opened() {
      return opened;
    },
    get waiting() {
      return waiting.length;
    },
    configuration: { configurationValue: 1 },
    async open() {
      if (unplugged) throw gone();
      if (faults.denied === true) throw fail('SecurityError', 'Access denied.');
      opened = true;
    },
    async close() {
      if (!opened) return;
      opened = false;
      halted = false;
      end(fail('AbortError', 'The transfer was cancelled.'));
      device.closed?.();
    },
    async selectConfiguration() {
      there();
    },
    async claimInterface() {
      there();
      if (faults.claimed === true) throw fail('NetworkError', 'Unable to claim interface.');
    },
    async releaseInterface() {
      there();
    },
    async controlTransferIn({ request, value, index }, length) {
      there();
      const answer = device.control(
        { kind: 0xc0, request, value, index, length },
        new Uint8Array(),
      );
      return answered<UsbInResult>(
        answer,
        (bytes) => ({ status: 'ok', data: viewOf(bytes.subarray(0, length)) }),
        { status: 'stall' },
      );
    },
    async controlTransferOut({ request, value, index }, data = new Uint8Array()) {
      there();
      const { length } = data;
      const answer = device.control({ kind: 0x40, request, value, index, length }, data);
      return answered<UsbOutResult>(answer, () => ({ status: 'ok', bytesWritten: length }), {
        status: 'stall',
        bytesWritten: 0,
      });
    },
    async transferIn(_, length) {
      there();
      return new Promise((resolve, reject) => {
        waiting.push({ length, resolve, reject });
        pump();
      });
    },
    async clearHalt() {
      there();
      halted = false;
      device.clearHalt?.();
      pump();
    },
    unplug() {
      unplugged = true;
      end(gone());
    },
  };
}

/** A bus with devices. */
export function fakeUsb(...devices: UsbDevice[]): UsbAccess {
  return { getDevices: async () => devices };
}
