/** A USB device in software: what it says of itself, what it answers, and what it sends. */

/** Setup of a control transfer. */
export interface Setup {
  /** Direction, type and recipient, as on the bus. */
  readonly kind: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

/** Whether an answer halts instead. */
export type Answer = Uint8Array | 'stall' | 'silence';

/** What a device is. */
export interface Identity {
  readonly vendorId: number;
  readonly productId: number;
  /** Version in binary-coded decimals; its low byte is the firmware. */
  readonly version: number;
  readonly manufacturer: string;
  readonly product: string;
  readonly serial: string;
  /** Endpoint of its stream. */
  readonly endpoint: number;
}

/** A device in software. */
export interface SoftwareDevice {
  readonly identity: Identity;
  /** Answers a vendor request: bytes for what asks, nothing for what tells. */
  control(setup: Setup, data: Uint8Array): Answer;
  /** What it sends next, at most so many bytes; undefined if it has nothing now. */
  pull(length: number): Answer | undefined;
  /** Is called when there is something to pull; one listener. */
  onReady(listener: () => void): void;
  /** Learns that the host freed its endpoint. */
  clearHalt?(): void;
  /** Learns that the host has let it go. */
  closed?(): void;
  /** Ends what it has running. */
  dispose(): void;
}

/** Descriptors of a device, with one interface. */
export function descriptors({ vendorId, productId, version, endpoint }: Identity): Uint8Array {
  const two = (value: number): number[] => [value & 255, value >> 8];
  const device = [18, 1, 0, 2, 0, 0, 0, 64];
  device.push(...two(vendorId), ...two(productId), ...two(version), 1, 2, 3, 1);
  const configuration = [9, 2, 25, 0, 1, 1, 0, 0x80, 250, 9, 4, 0, 0, 1, 0xff, 0, 0, 0];
  configuration.push(7, 5, 0x80 | endpoint, 2, ...two(512), 0);
  return Uint8Array.from([...device, ...configuration]);
}

/** A queue of bytes on their way to the host, as the memory between a chip and the bus. */
export interface OutQueue {
  /** Bytes that wait. */
  readonly size: number;
  /** Adds bytes that go out as they are, a transfer for themselves. */
  push(bytes: Uint8Array): void;
  /** Has the next transfer halt. */
  halt(): void;
  pull(length: number): Answer | undefined;
  onReady(listener: () => void): void;
  clear(): void;
}

/** Makes a queue. */
export function outQueue(): OutQueue {
  const waiting: Answer[] = [];
  let ready = (): void => {};
  let size = 0;
  return {
    get size() {
      return size;
    },
    push(bytes) {
      waiting.push(bytes);
      size += bytes.length;
      ready();
    },
    halt() {
      waiting.push('stall');
      ready();
    },
    pull(length) {
      const [first] = waiting;
      if (first === undefined || typeof first === 'string') {
        waiting.shift();
        return first;
      }
      const part = first.subarray(0, length);
      size -= part.length;
      if (part.length < first.length) waiting[0] = first.subarray(part.length);
      else waiting.shift();
      return part;
    },
    onReady(listener) {
      ready = listener;
    },
    clear() {
      waiting.length = 0;
      size = 0;
    },
  };
}
