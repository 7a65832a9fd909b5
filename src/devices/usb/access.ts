/** Where USB devices are found: what is given, the browser, or the package `usb`. */
import { type Check, having } from '../../options.ts';
import { nodeUsb } from './node-usb.ts';
import type { UsbAccess } from './web-usb.ts';

/** Checks what stands for `navigator.usb`. */
export const accessCheck: Check = having('something like navigator.usb', 'getDevices');

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
