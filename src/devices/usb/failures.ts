/** What can go wrong with a USB device, in words that say what to do. */
import { DeviceError } from '../../errors.ts';
import { causeText } from '../../problems.ts';
import { type KnownDevice, usbId } from './known.ts';

/** Where the rule goes that lets everybody at the machine use the devices. */
export const ruleFile = '/etc/udev/rules.d/65-spikeline.rules';

/** The udev rule for a device. */
export function udevRule({
  vendorId,
  productId,
}: Pick<KnownDevice, 'vendorId' | 'productId'>): string {
  const hex = (value: number): string => value.toString(16).padStart(4, '0');
  return `SUBSYSTEM=="usb", ATTR{idVendor}=="${hex(vendorId)}", ATTR{idProduct}=="${hex(productId)}", MODE="0666"`;
}

/** What to do where the system forbids to use a device. */
export function permissionAdvice(device: Pick<KnownDevice, 'vendorId' | 'productId'>): string {
  return `write this line to ${ruleFile} (as root), then run "udevadm control --reload" and plug it in again:\n  ${udevRule(device)}`;
}

/** What was being done when something failed. */
export type UsbDoing = 'open' | 'claim' | 'ask' | 'stream';

/** Name of a failure, as WebUSB has it. */
function nameOf(cause: unknown): string {
  return cause instanceof Error || cause instanceof DOMException ? cause.name : '';
}

/** Says what went wrong with a device. */
export function usbFailure(kind: KnownDevice, doing: UsbDoing, cause: unknown): DeviceError {
  if (cause instanceof DeviceError) return cause;
  const name = nameOf(cause);
  const { what } = kind;
  if (name === 'NotFoundError') {
    return new DeviceError(
      'disconnected',
      `the ${what} was unplugged; plug it in and open it again`,
      {
        cause,
      },
    );
  }
  if (name === 'SecurityError') {
    return new DeviceError(
      'refused',
      `the system does not let us use the ${what} (${usbId(kind)}); ${permissionAdvice(kind)}`,
      {
        cause,
      },
    );
  }
  if (doing === 'claim') {
    return new DeviceError('busy', `the ${what} is used by another program; close that first`, {
      cause,
    });
  }
  if (doing === 'open') {
    return new DeviceError(
      'not-found',
      `the ${what} cannot be opened (${causeText(cause)}); unplug it, and plug it in again`,
      {
        cause,
      },
    );
  }
  if (name === 'AbortError') {
    return new DeviceError('disconnected', `the ${what} was closed; open it again`, { cause });
  }
  const where = doing === 'ask' ? 'did not take a request' : 'broke off its stream';
  return new DeviceError(
    'protocol',
    `the ${what} ${where} (${causeText(cause)}); unplug it, and plug it in again`,
    {
      cause,
    },
  );
}
