/** A DAVIS346 in software, which plays a recording of pixels. */
import { registers } from './registers.ts';
import { outQueue, type SoftwareDevice } from './software-device.ts';

/** A pixel that changed, at a time in microseconds. */
export type DavisEvent = readonly [time: number, x: number, y: number, polarity: number];

/** A DAVIS346 in software. */
export interface SoftwareDavis extends SoftwareDevice {
  /** Sends bytes as they are, in one transfer. */
  send(bytes: Uint8Array): void;
  /** Has the next transfer halt. */
  halt(): void;
  /** Counts events as dropped for want of room. */
  drop(events: number): void;
  /** Bytes that wait for the host. */
  readonly waiting: number;
  /** Whether its pixels run. */
  readonly running: boolean;
}

/** Words of 16 bits of events: their times with all wraps, rows and columns. */
export function davisWords(events: Iterable<DavisEvent>): Uint16Array {
  const words: number[] = [];
  let turn = 0;
  let before = -1;
  let row = -1;
  for (const [time, x, y, polarity] of events) {
    for (let left = Math.floor(time / 0x8000) - turn; left > 0; left -= 0xfff) {
      words.push(0x7000 | Math.min(left, 0xfff));
    }
    turn = Math.floor(time / 0x8000);
    if (time !== before) words.push(0x8000 | (time % 0x8000));
    before = time;
    if (y !== row) words.push(0x1000 | y);
    row = y;
    words.push((polarity === 1 ? 0x3000 : 0x2000) | x);
  }
  return Uint16Array.from(words);
}

/** Bytes of words, low byte first. */
export function wordBytes(words: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(2 * words.length);
  for (let i = 0; i < words.length; i++) {
    bytes[2 * i] = words[i]! & 255;
    bytes[2 * i + 1] = words[i]! >> 8;
  }
  return bytes;
}

/** Makes a camera. It plays `bytes` once its pixels run, as fast as the host takes them; then it calls `ended`. */
export function davis346(
  bytes: Uint8Array = new Uint8Array(),
  ended: () => void = () => {},
): SoftwareDavis {
  const queue = outQueue();
  let played = false;
  const state = registers(
    [
      ...([18, 5, 1, 104, 30, 80, 1000, 1] as const).map((value, i) => [6, i, value] as const),
      ...[10, 30, 40, 50, 60, 80].map((at) => [1, at, 1] as const),
      ...([
        [0, 80, 1],
        [1, 0, 346],
        [1, 1, 260],
        [2, 0, 346],
        [2, 1, 260],
        [2, 6, 1],
        [3, 0, 2],
        [4, 10, 1],
      ] as const),
    ],
    () => {
      if (played || !running()) return;
      played = true;
      if (bytes.length > 0) queue.push(bytes);
    },
  );
  const running = (): boolean =>
    [
      [0, 0],
      [0, 1],
      [0, 3],
      [1, 3],
      [9, 0],
    ].every(([module, parameter]) => state.get(module!, parameter!) === 1);
  return {
    identity: {
      vendorId: 0x152a,
      productId: 0x841a,
      version: 6,
      manufacturer: 'iniLabs',
      product: 'DAVIS346',
      serial: '00000042',
      endpoint: 2,
    },
    control: (setup, data) => state.control(setup, data) ?? 'stall',
    pull(length) {
      const answer = queue.pull(length);
      if (answer === undefined && played) ended();
      return answer;
    },
    onReady: (listener) => queue.onReady(listener),
    send: (more) => queue.push(more),
    halt: () => queue.halt(),
    drop(events) {
      state.set(0, 84, state.get(0, 84) + events);
    },
    get waiting() {
      return queue.size;
    },
    get running() {
      return running();
    },
    closed() {
      played = false;
      queue.clear();
    },
    dispose() {},
  };
}
