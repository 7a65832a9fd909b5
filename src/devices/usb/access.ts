/** Where USB devices are found: what is given, the browser, or the package `usb`. */
import { DeviceError } from '../../errors.ts';
import { type Check, having, keeping, listOf } from '../../options.ts';
import { problemText } from '../../problems.ts';
import { nodeUsb } from './node-usb.ts';
import type { UsbAccess, UsbDevice } from './web-usb.ts';

/** Checks what stands for `navigator.usb`. */
export const accessCheck: Check = keeping('something like navigator.usb', {
  methods: ['getDevices'],
});

const devicesCheck = listOf(having('a USB device', 'open', 'close', 'claimInterface'));

/**
 * The devices that are plugged in.
 *
 * @throws DeviceError `protocol` if what is given is no list of them
 */
export async function devicesOf(access: UsbAccess): Promise<readonly UsbDevice[]> {
  const devices = await access.getDevices();
  const problems = devicesCheck(devices);
  if (problems.length === 0) return devices;
  const what = problems.map(problemText).join('; ');
  throw new DeviceError('protocol', `getDevices() gave no list of USB devices: ${what}`);
}

/**
 * Finds the way to USB devices.
 *
 * @throws MissingLibraryError if this is no browser, and the package `usb` is not installed
 */
export async function usbAccess(given?: UsbAccess): Promise<UsbAccess> {
  if (given !== undefined) return given;
  const { navigator } = globalThis as { readonly navigator?: { readonly usb?: UsbAccess } };
  return navigator?.usb ?? nodeUsb();
}
