/** The WebAssembly of the codecs, and the memory in which it works: one of each, for work that ends before it is given back. */
import { binary } from './binary.ts';
import { maxEvents, maxSlack, type Stand } from './loops.ts';

/** What the WebAssembly side offers: see `assembly`. Pointers are bytes. */
interface Exports {
  decompressBlock(from: number, end: number, to: number, low: number, toEnd: number): number;
  compressBlock(from: number, end: number, to: number, table: number): number;
  /** Gives where what the frames hold ends; 0 if they are damaged. */
  decompressZstd(from: number, end: number, to: number, toEnd: number, literals: number): number;
  /** Gives where the frame ends. */
  compressZstd(from: number, end: number, to: number, room: number): number;
  unpackRecords(
    from: number,
    count: number,
    times: number,
    addresses: number,
    yShift: number,
    sums: number,
  ): void;
  packRecords(
    times: number,
    addresses: number,
    count: number,
    to: number,
    yShift: number,
    xMask: number,
  ): void;
}

/** Memory in which one piece of work is done, and what does it. */
export interface Workshop {
  readonly run: Exports;
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly f64: Float64Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** Events that become a packet. */
  readonly room: Stand;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What is used of WebAssembly, of which the language library knows nothing without a browser's. */
declare const WebAssembly: {
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Exports };
};

const pageBytes = 65_536;
const roomEvents = maxEvents + maxSlack;
/** Where events stand before they become a packet: after the first page, which is for tables. */
const roomAt = { times: pageBytes, addresses: pageBytes + 8 * roomEvents } as const;
/** Where work may begin: after that. */
export const workAt: number = lined(roomAt.addresses + 4 * roomEvents + 64);
/** Bytes at most, so that no input can fill the memory. */
const mostPages = 1280;

let memory: Memory | undefined;
let made: Workshop | undefined;
let run: Exports | undefined;

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/**
 * Gives the memory, with at least `bytes` of it after {@link workAt}. What is in it stays until it is asked for again; when
 * it grows, the views of before are no more.
 */
export function workshop(bytes: number): Workshop {
  memory ??= new WebAssembly.Memory({ initial: 16, maximum: mostPages });
  run ??= new WebAssembly.Instance(new WebAssembly.Module(bytesOf(binary)), { env: { memory } })
    .exports;
  const needed = workAt + bytes + 256;
  const there = memory.buffer.byteLength;
  if (needed > there) memory.grow(Math.ceil((needed - there) / pageBytes));
  const { buffer } = memory;
  if (made === undefined || made.u8.buffer !== buffer) {
    made = {
      run,
      u8: new Uint8Array(buffer),
      u32: new Uint32Array(buffer),
      f64: new Float64Array(buffer),
      view: new DataView(buffer),
      room: {
        timestamps: new Float64Array(buffer, roomAt.times, roomEvents),
        addresses: new Uint32Array(buffer, roomAt.addresses, roomEvents),
        at: roomAt,
      },
    };
  }
  return made;
}

/** Bytes in the {@link workshop}. */
export interface Unpacked {
  readonly shop: Workshop;
  readonly at: number;
  readonly length: number;
}

/** The next multiple of 64. */
export function lined(at: number): number {
  return Math.ceil(at / 64) * 64;
}
