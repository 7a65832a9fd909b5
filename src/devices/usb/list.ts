/** What is plugged in: which devices are known, and why one of them cannot be used. */
import { DeviceError, InvalidArgumentError } from '../../errors.ts';
import { type OptionTable, optionProblems } from '../../options.ts';
import { readOnce } from '../../reading.ts';
import { accessCheck, devicesOf, usbAccess } from './access.ts';
import { usbFailure } from './failures.ts';
import { knownDevices } from './known.ts';
import type { UsbAccess, UsbDevice } from './web-usb.ts';

/** Where devices are looked for. */
export interface ListUsbConfig {
  /** Where devices are found; `navigator.usb` or the package `usb` if left out. */
  readonly access?: UsbAccess;
}

const table: OptionTable<ListUsbConfig> = { access: accessCheck };

/** A device that is plugged in. */
export interface PluggedDevice {
  readonly vendorId: number;
  readonly productId: number;
  /** Name by which it is asked for; undefined if it is not known here. */
  readonly name?: string;
  /** What it is; undefined if it is not known here. */
  readonly what?: string;
  /** Serial number; undefined if it has none, or cannot be opened. */
  readonly serial?: string;
  /** Why it cannot be used now; undefined if it can. */
  readonly obstacle?: DeviceError;
}

/** Finds out whether a device can be used: opens it, and closes it again. */
async function inspect(device: UsbDevice): Promise<PluggedDevice> {
  const { vendorId, productId } = device;
  const kind = knownDevices.find((one) => one.vendorId === vendorId && one.productId === productId);
  // What is not ours is left alone.
  if (kind === undefined) return { vendorId, productId };
  const { name, what } = kind;
  const own = { vendorId, productId, name, what };
  if (device.opened) {
    const busy = new DeviceError('busy', `the ${what} is open already; close it first`);
    return { ...own, obstacle: busy };
  }
  let doing: 'open' | 'claim' = 'open';
  try {
    await device.open();
    doing = 'claim';
    await device.claimInterface(0);
    const { serialNumber } = device;
    return { ...own, ...(typeof serialNumber === 'string' && { serial: serialNumber }) };
  } catch (cause) {
    const { serialNumber } = device;
    return {
      ...own,
      ...(typeof serialNumber === 'string' && { serial: serialNumber }),
      obstacle: usbFailure(kind, doing, cause),
    };
  } finally {
    await device.close().catch(() => {});
  }
}

/**
 * Lists the USB devices that are plugged in: DYNAP-SE1 boards and event cameras with their names, and why one of them cannot be
 * used (another program has it; the system forbids it: then with the udev rule that allows it); others with their numbers
 * only. Devices that are known are opened for a moment.
 *
 * @throws InvalidArgumentError with all problems
 * @throws MissingLibraryError if this is no browser, and the package `usb` is not installed
 * @example
 * ```ts
 * const access = { getDevices: async () => [] };
 * await listUsb({ access }); // []
 * ```
 */
export async function listUsb(config: ListUsbConfig = {}): Promise<PluggedDevice[]> {
  config = readOnce(config, table);
  const problems = optionProblems<ListUsbConfig>(config, table);
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be listed', problems);
  const access = await usbAccess(config.access);
  const found: PluggedDevice[] = [];
  for (const device of await devicesOf(access)) found.push(await inspect(device));
  return found;
}
