/** The stream of a device: several transfers at a time are under way, so that none of it waits in the device. */
import type { UsbDevice } from './web-usb.ts';

/** How a stream is read. */
export interface BulkInConfig {
  readonly device: Pick<UsbDevice, 'transferIn' | 'clearHalt'>;
  readonly endpoint: number;
  /** Transfers that are under way at a time. */
  readonly transfers: number;
  /** Bytes of one. */
  readonly size: number;
  /** Takes the bytes of a transfer, oldest first; they are its own. */
  data(bytes: Uint8Array): void;
  /** Learns that the device halted the stream; it goes on. */
  stalled(): void;
  /** Learns that nothing follows. */
  failed(cause: unknown): void;
}

/** Halts in a row, without anything between, after which a device is given up. */
const mostHalts = 16;

/** Begins to read, until the returned function is called; what is under way then is not given any more. */
export function bulkIn(config: BulkInConfig): () => void {
  const { device, endpoint, transfers, size, data } = config;
  let stopped = false;
  /** Number of times that the endpoint was freed: transfers from before may still tell of the same halt. */
  let freed = 0;
  const begin = () => {
    const result = device.transferIn(endpoint, size);
    // It is waited for in its turn; until then a failure is nobody's.
    result.catch(() => {});
    return { result, begun: freed };
  };
  const read = async (): Promise<void> => {
    const waiting = Array.from({ length: transfers }, begin);
    let halts = 0;
    for (let turn = 0; ; turn = (turn + 1) % transfers) {
      const { result, begun } = waiting[turn]!;
      const { data: view, status } = await result;
      if (stopped) return;
      if (status === 'babble') throw new Error('it sent more than it was asked for');
      if (status === 'stall') {
        if (begun === freed) {
          if (++halts > mostHalts) throw new Error(`it halts again and again`);
          await device.clearHalt('in', endpoint);
          freed++;
          config.stalled();
        }
      } else if (view !== undefined && view.byteLength > 0) {
        halts = 0;
        data(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      }
      if (stopped) return;
      waiting[turn] = begin();
    }
  };
  read().catch((cause: unknown) => {
    if (!stopped) config.failed(cause);
  });
  return () => {
    stopped = true;
  };
}
