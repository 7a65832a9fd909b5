/** An open USB device: requests with answers in time, a stream, and an end that leaves nothing open. */
import type { Clock } from '../../clock.ts';
import { DeviceError } from '../../errors.ts';
import { devicesOf } from './access.ts';
import { bulkIn } from './bulk-in.ts';
import { usbFailure } from './failures.ts';
import { type KnownDevice, usbId } from './known.ts';
import { firmwareOf, type UsbAccess, type UsbDevice, type UsbInResult } from './web-usb.ts';

/** Which device is opened. */
export interface PortConfig {
  readonly kind: KnownDevice;
  /** Serial number; the first that can be opened if left out. */
  readonly serial?: string | undefined;
  readonly access: UsbAccess;
  readonly clock: Clock;
  /** Transfers of its stream that are under way at a time. */
  readonly transfers: number;
}

/** What is told of a stream. */
export interface PortListener {
  data(bytes: Uint8Array): void;
  /** The device halted its stream, and was freed. */
  stalled(): void;
  /** The device is lost; it is closed by itself. */
  lost(cause: DeviceError): void;
}

/** An open device. */
export interface UsbPort {
  readonly kind: KnownDevice;
  /** Serial number; empty if it has none. */
  readonly serial: string;
  /**
   * Sends a vendor request.
   *
   * @throws DeviceError if the device is gone, does not take it, or does not answer
   */
  send(
    request: number,
    value: number,
    index: number,
    data?: Uint8Array<ArrayBuffer>,
  ): Promise<void>;
  /**
   * Asks for bytes, exactly so many.
   *
   * @throws DeviceError as for `send`
   */
  ask(request: number, value: number, index: number, length: number): Promise<DataView>;
  /** Frees the endpoint of the stream. */
  clearHalt(): Promise<void>;
  /** Begins to read the stream. */
  listen(listener: PortListener): void;
  /** Ends all, and frees the device; may be called twice. */
  close(): Promise<void>;
}

/** Time for an answer, milliseconds. */
const patience = 2000;

/** Opens the first of some devices that can be opened. */
async function openFirst(devices: readonly UsbDevice[], config: PortConfig): Promise<UsbDevice> {
  const { kind, serial } = config;
  let failure: DeviceError | undefined;
  const serials: string[] = [];
  for (const device of devices) {
    if (device.opened) {
      failure ??= new DeviceError('busy', `the ${kind.what} is open already; close it first`);
      continue;
    }
    try {
      await device.open();
    } catch (cause) {
      failure ??= usbFailure(kind, 'open', cause);
      continue;
    }
    const own = device.serialNumber ?? '';
    if (serial !== undefined && own !== serial) {
      serials.push(own);
      await device.close();
      continue;
    }
    try {
      await claim(device, kind);
      return device;
    } catch (cause) {
      failure ??= usbFailure(kind, 'claim', cause);
      await device.close();
    }
  }
  if (failure !== undefined) throw failure;
  const named = serial === undefined ? '' : ` with serial number ${serial}`;
  const others = serials.length === 0 ? '' : `; there is ${serials.join(', ')}`;
  throw new DeviceError(
    'not-found',
    `no ${kind.what}${named} (${usbId(kind)}) is plugged in${others}; "spikeline devices" lists what is`,
  );
}

async function claim(device: UsbDevice, kind: KnownDevice): Promise<void> {
  const firmware = firmwareOf(device);
  if (firmware < kind.firmware) {
    throw new DeviceError(
      'unsupported',
      `the firmware of the ${kind.what} is version ${firmware}; ${kind.firmware} or newer is needed: update it with its maker's tool`,
    );
  }
  if (device.configuration?.configurationValue !== 1) await device.selectConfiguration(1);
  await device.claimInterface(0);
}

/**
 * Opens a device.
 *
 * @throws DeviceError `not-found` if there is none, `busy` if another program or another part of this one has it, `refused` if the
 * system forbids it, `unsupported` if its firmware is too old
 */
export async function openPort(config: PortConfig): Promise<UsbPort> {
  const { kind, access, clock, transfers } = config;
  const { vendorId, productId } = kind;
  const devices = (await devicesOf(access)).filter(
    (one) => one.vendorId === vendorId && one.productId === productId,
  );
  const device = await openFirst(devices, config);
  let stop = (): void => {};
  let closing: Promise<void> | undefined;

  /** Gives an answer, if it comes in time. */
  const inTime = <Answer>(answer: Promise<Answer>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const timer = clock.schedule(() => {
        const told = `the ${kind.what} did not answer for ${patience / 1000} s; unplug it, and plug it in again`;
        reject(new DeviceError('timed-out', told));
      }, patience);
      answer.then(resolve, reject).finally(() => timer.unsubscribe());
    });
  const asked = async <Answer extends { readonly status?: UsbInResult['status'] }>(
    begin: () => Promise<Answer>,
  ): Promise<Answer> => {
    if (closing !== undefined) {
      throw new DeviceError('disconnected', `the ${kind.what} is closed; open it again`);
    }
    try {
      const answer = await inTime(begin());
      if (answer.status !== undefined && answer.status !== 'ok') {
        throw new Error(`a request ended with ${answer.status}`);
      }
      return answer;
    } catch (cause) {
      throw usbFailure(kind, 'ask', cause);
    }
  };
  const setup = (request: number, value: number, index: number) =>
    ({ requestType: 'vendor', recipient: 'device', request, value, index }) as const;

  return {
    kind,
    serial: device.serialNumber ?? '',
    async send(request, value, index, data = new Uint8Array()) {
      const { bytesWritten } = await asked(() =>
        device.controlTransferOut(setup(request, value, index), data),
      );
      if (bytesWritten !== data.length) {
        const told = `took ${bytesWritten} of ${data.length} bytes`;
        throw new DeviceError(
          'protocol',
          `the ${kind.what} ${told}; unplug it, and plug it in again`,
        );
      }
    },
    async ask(request, value, index, length) {
      const { data } = await asked(() =>
        device.controlTransferIn(setup(request, value, index), length),
      );
      if (data?.byteLength === length) return data;
      const told = `answered with ${data?.byteLength ?? 0} of ${length} bytes`;
      throw new DeviceError(
        'protocol',
        `the ${kind.what} ${told}; unplug it, and plug it in again`,
      );
    },
    async clearHalt() {
      try {
        await inTime(device.clearHalt('in', kind.endpoint));
      } catch (cause) {
        throw usbFailure(kind, 'ask', cause);
      }
    },
    listen({ data, stalled, lost }) {
      stop = bulkIn({
        device,
        endpoint: kind.endpoint,
        transfers,
        size: kind.transferSize,
        data,
        stalled,
        failed: (cause) => lost(usbFailure(kind, 'stream', cause)),
      });
    },
    close() {
      stop();
      closing ??= device.close().catch(() => {});
      return closing;
    },
  };
}
