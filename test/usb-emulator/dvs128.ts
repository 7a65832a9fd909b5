/** A DVS128 in software. */
import { outQueue, type SoftwareDevice } from './software-device.ts';

/** A DVS128 in software. */
export interface SoftwareDvs128 extends SoftwareDevice {
  /** Sends bytes as they are, in one transfer. */
  send(bytes: Uint8Array): void;
  /** Biases that it was given last, as they came. */
  readonly biases: Uint8Array;
}

/** Makes a camera; it plays `bytes` once it has been started. */
export function dvs128(bytes: Uint8Array = new Uint8Array()): SoftwareDvs128 {
  const queue = outQueue();
  let biases = new Uint8Array();
  return {
    identity: {
      vendorId: 0x152a,
      productId: 0x8400,
      version: 14,
      manufacturer: 'iniLabs',
      product: 'DVS128',
      serial: '00000128',
      endpoint: 6,
    },
    control({ kind, request }, data) {
      if (kind !== 0x40 || request < 0xb3 || request > 0xbe) return 'stall';
      if (request === 0xb8) biases = Uint8Array.from(data);
      if (request === 0xb3 && bytes.length > 0) queue.push(bytes);
      return new Uint8Array();
    },
    pull: (length) => queue.pull(length),
    onReady: (listener) => queue.onReady(listener),
    send: (more) => queue.push(more),
    get biases() {
      return biases;
    },
    closed: () => queue.clear(),
    dispose() {},
  };
}
