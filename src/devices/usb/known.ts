/** The USB devices that Spikeline knows. */

/** A kind of device. */
export interface KnownDevice {
  /** Name by which it is asked for. */
  readonly name: string;
  /** What it is. */
  readonly what: string;
  readonly vendorId: number;
  readonly productId: number;
  /** Endpoint that its stream comes from. */
  readonly endpoint: number;
  /** Bytes of a transfer of its stream, as its maker's own driver asks for them. */
  readonly transferSize: number;
  /** Least version of its firmware that is known to work. */
  readonly firmware: number;
}

/** Board with four DYNAP-SE chips of the first generation. */
export const dynapse1Device: KnownDevice = {
  name: 'dynapse1',
  what: 'DYNAP-SE1 board',
  vendorId: 0x152a,
  productId: 0x841d,
  endpoint: 2,
  transferSize: 8192,
  firmware: 3,
};

/** Name of a camera. */
export type CameraName = 'dvs128' | 'davis240' | 'davis346';

/** Event cameras. */
export const cameraDevices: Readonly<Record<CameraName, KnownDevice>> = {
  dvs128: {
    name: 'dvs128',
    what: 'DVS128 camera',
    vendorId: 0x152a,
    productId: 0x8400,
    endpoint: 6,
    transferSize: 4096,
    firmware: 14,
  },
  davis240: {
    name: 'davis240',
    what: 'DAVIS240 camera',
    vendorId: 0x152a,
    productId: 0x841b,
    endpoint: 2,
    transferSize: 8192,
    firmware: 4,
  },
  davis346: {
    name: 'davis346',
    what: 'DAVIS346 camera',
    vendorId: 0x152a,
    productId: 0x841a,
    endpoint: 2,
    transferSize: 8192,
    firmware: 6,
  },
};

/** All of them. */
export const knownDevices: readonly KnownDevice[] = [
  dynapse1Device,
  ...Object.values(cameraDevices),
];

/** Numbers of a kind of device as people write them: `152a:841a`. */
export function usbId(device: Pick<KnownDevice, 'vendorId' | 'productId'>): string {
  const hex = (part: number): string => part.toString(16).padStart(4, '0');
  return `${hex(device.vendorId)}:${hex(device.productId)}`;
}
