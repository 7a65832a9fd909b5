/** The package `usb` as WebUSB: what it opens behaves as in a browser, where closing ends what is under way. */
import { MissingLibraryError } from '../../errors.ts';
import type { UsbAccess, UsbControlSetup, UsbDevice, UsbInResult } from './web-usb.ts';

type Library = typeof import('usb');
type NativeDevice = ReturnType<Library['getDeviceList']>[number];
type NativeTransfer = InstanceType<Library['Transfer']>;
/** What the library fails with: a number of libusb. */
interface NativeFailure extends Error {
  readonly errno?: number;
}

/** Wraps of devices, so that one who opens a device twice is told so. */
const wraps = new WeakMap<NativeDevice, UsbDevice>();

/**
 * Loads the package `usb`.
 *
 * @throws MissingLibraryError if it is not installed
 */
export async function nodeUsb(): Promise<UsbAccess> {
  let library: Library;
  try {
    const loaded = (await import('usb')) as Library & { readonly default?: Library };
    library = loaded.default ?? loaded;
  } catch (cause) {
    throw new MissingLibraryError('usb@2.18.0', 'boards and cameras are reached over USB with it', {
      cause,
    });
  }
  return {
    async getDevices() {
      return library.getDeviceList().map((native) => {
        const known = wraps.get(native) ?? wrap(library, native);
        wraps.set(native, known);
        return known;
      });
    },
  };
}

/** Numbers of libusb under the names that WebUSB has for what failed. */
function failure(library: Library, cause: NativeFailure): Error {
  const { usb } = library;
  const named: Readonly<Record<number, string>> = {
    [usb.LIBUSB_ERROR_NO_DEVICE]: 'NotFoundError',
    [usb.LIBUSB_ERROR_NOT_FOUND]: 'NotFoundError',
    [usb.LIBUSB_ERROR_ACCESS]: 'SecurityError',
    [usb.LIBUSB_TRANSFER_NO_DEVICE]: 'NotFoundError',
    [usb.LIBUSB_TRANSFER_CANCELLED]: 'AbortError',
    [usb.LIBUSB_TRANSFER_TIMED_OUT]: 'TimeoutError',
  };
  const name = cause.errno === undefined ? undefined : named[cause.errno];
  return new DOMException(cause.message, name ?? 'NetworkError');
}

/** Text of a string descriptor; null if there is none, or the device does not tell. */
function text(native: NativeDevice, index: number): Promise<string | null> {
  return new Promise((resolve) => {
    native.getStringDescriptor(index, (cause, value) =>
      resolve(cause === undefined && value !== undefined ? value : null),
    );
  });
}

function wrap(library: Library, native: NativeDevice): UsbDevice {
  const { usb } = library;
  const { idVendor, idProduct, bcdDevice, iManufacturer, iProduct, iSerialNumber } =
    native.deviceDescriptor;
  const pending = new Set<NativeTransfer>();
  const claimed = new Set<number>();
  let texts: Pick<UsbDevice, 'manufacturerName' | 'productName' | 'serialNumber'> = {};
  let opened = false;
  let idle = (): void => {};
  const failed = (cause: unknown): Error => failure(library, cause as NativeFailure);

  /** Starts a transfer, and keeps it until it has ended. */
  const transfer = (
    endpoint: number,
    type: number,
    timeout: number,
    bytes: Buffer,
  ): Promise<UsbInResult & { readonly actual: number }> =>
    new Promise((resolve, reject) => {
      const ended = (cause: NativeFailure | undefined, actual: number): void => {
        pending.delete(one);
        if (pending.size === 0) idle();
        const data = new DataView(bytes.buffer, bytes.byteOffset, actual);
        if (cause === undefined) resolve({ status: 'ok', data, actual });
        else if (cause.errno === usb.LIBUSB_TRANSFER_STALL)
          resolve({ status: 'stall', data, actual });
        else if (cause.errno === usb.LIBUSB_TRANSFER_OVERFLOW)
          resolve({ status: 'babble', data, actual });
        else reject(failed(cause));
      };
      const one = new usb.Transfer(native, endpoint, type, timeout, (cause, _, actual) =>
        ended(cause, actual),
      );
      pending.add(one);
      try {
        one.submit(bytes);
      } catch (cause) {
        ended(cause as NativeFailure, 0);
      }
    });

  const control = (setup: UsbControlSetup, direction: number, length: number): Buffer => {
    const types = { standard: 0, class: 1, vendor: 2 } as const;
    const recipients = { device: 0, interface: 1, endpoint: 2, other: 3 } as const;
    const bytes = Buffer.alloc(8 + length);
    bytes[0] = direction | (types[setup.requestType] << 5) | recipients[setup.recipient];
    bytes[1] = setup.request;
    bytes.writeUInt16LE(setup.value, 2);
    bytes.writeUInt16LE(setup.index, 4);
    bytes.writeUInt16LE(length, 6);
    return bytes;
  };
  const answered = (ask: (done: (cause?: NativeFailure) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      ask((cause) => (cause === undefined ? resolve() : reject(failed(cause))));
    });
  const attempt = async (act: () => void): Promise<void> => {
    try {
      act();
    } catch (cause) {
      throw failed(cause);
    }
  };

  return {
    vendorId: idVendor,
    productId: idProduct,
    deviceVersionMajor: bcdDevice >> 8,
    deviceVersionMinor: (bcdDevice >> 4) & 15,
    deviceVersionSubminor: bcdDevice & 15,
    get manufacturerName() {
      return texts.manufacturerName;
    },
    get productName() {
      return texts.productName;
    },
    get serialNumber() {
      return texts.serialNumber;
    },
    get opened() {
      return opened;
    },
    get configuration() {
      const { configDescriptor } = native;
      return configDescriptor && { configurationValue: configDescriptor.bConfigurationValue };
    },
    async open() {
      if (opened) throw new DOMException('it is open already', 'InvalidStateError');
      await attempt(() => native.open());
      opened = true;
      texts = {
        manufacturerName: await text(native, iManufacturer),
        productName: await text(native, iProduct),
        serialNumber: await text(native, iSerialNumber),
      };
    },
    async close() {
      if (!opened) return;
      opened = false;
      if (pending.size > 0) {
        const all = new Promise<void>((resolve) => {
          idle = resolve;
        });
        for (const one of pending) one.cancel();
        await all;
      }
      for (const number of [...claimed]) {
        claimed.delete(number);
        // A device that is gone has nothing to give back.
        await answered((done) => native.interface(number).release(done)).catch(() => {});
      }
      await attempt(() => native.close()).catch(() => {});
    },
    selectConfiguration: (value) => answered((done) => native.setConfiguration(value, done)),
    async claimInterface(number) {
      await attempt(() => native.interface(number).claim());
      claimed.add(number);
    },
    async releaseInterface(number) {
      claimed.delete(number);
      await answered((done) => native.interface(number).release(done));
    },
    async controlTransferIn(setup, length) {
      const bytes = control(setup, 0x80, length);
      const { status, actual } = await transfer(0, usb.LIBUSB_TRANSFER_TYPE_CONTROL, 0, bytes);
      return { status, data: new DataView(bytes.buffer, bytes.byteOffset + 8, actual) };
    },
    async controlTransferOut(setup, data = new Uint8Array()) {
      const bytes = control(setup, 0, data.length);
      bytes.set(data, 8);
      const { status, actual } = await transfer(0, usb.LIBUSB_TRANSFER_TYPE_CONTROL, 0, bytes);
      return { status, bytesWritten: actual };
    },
    transferIn: (endpoint, length) =>
      transfer(0x80 | endpoint, usb.LIBUSB_TRANSFER_TYPE_BULK, 0, Buffer.allocUnsafeSlow(length)),
    clearHalt: (direction, endpoint) => {
      const address = (direction === 'in' ? 0x80 : 0) | endpoint;
      const ends = native.interfaces?.flatMap(({ endpoints }) => endpoints) ?? [];
      const end = ends.find(({ address: own }) => own === address);
      return answered((done) => {
        if (end === undefined) done(new Error(`there is no endpoint ${address}`));
        else end.clearHalt(done);
      });
    },
  };
}
