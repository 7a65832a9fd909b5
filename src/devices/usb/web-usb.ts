/** What Spikeline needs of WebUSB: a browser's `navigator.usb` fits, and so does the package `usb` behind `node-usb.ts`. */

/** The setup of a control transfer. */
export interface UsbControlSetup {
  readonly requestType: 'standard' | 'class' | 'vendor';
  readonly recipient: 'device' | 'interface' | 'endpoint' | 'other';
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

/** How a transfer ended. */
export type UsbStatus = 'ok' | 'stall' | 'babble';

/** What came in. */
export interface UsbInResult {
  readonly data?: DataView | undefined;
  readonly status?: UsbStatus | undefined;
}

/** What went out. */
export interface UsbOutResult {
  readonly bytesWritten: number;
  readonly status?: UsbStatus | undefined;
}

/**
 * A device as WebUSB has it. What fails rejects with a `DOMException`: `NotFoundError` if it is gone, `SecurityError` if it may
 * not be used, `NetworkError` if a transfer fails or somebody else uses it, `AbortError` if it was closed meanwhile.
 */
export interface UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  /** Strings; outside of a browser they are known once it has been opened. */
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  readonly opened: boolean;
  readonly configuration?: { readonly configurationValue: number } | null | undefined;
  open(): Promise<void>;
  /** Closes it; transfers that are under way reject. */
  close(): Promise<void>;
  selectConfiguration(value: number): Promise<void>;
  claimInterface(number: number): Promise<void>;
  releaseInterface(number: number): Promise<void>;
  controlTransferIn(setup: UsbControlSetup, length: number): Promise<UsbInResult>;
  controlTransferOut(setup: UsbControlSetup, data?: Uint8Array<ArrayBuffer>): Promise<UsbOutResult>;
  transferIn(endpoint: number, length: number): Promise<UsbInResult>;
  clearHalt(direction: 'in' | 'out', endpoint: number): Promise<void>;
}

/** Where devices are found: `navigator.usb`, the package `usb`, or a software device. */
export interface UsbAccess {
  /** Devices that are plugged in; in a browser those that the user has allowed. */
  getDevices(): Promise<UsbDevice[]>;
}

/** Version of the firmware as these boards tell it: the low byte of `bcdDevice`. */
export function firmwareOf(device: UsbDevice): number {
  return (device.deviceVersionMinor << 4) | device.deviceVersionSubminor;
}
