/** The memory that all decoders work in, one after the other, and their hot loops in WebAssembly, where there is SIMD. */
import { binary } from './binary.ts';

/** Reads records of DAT; gives how many events there are then. */
type Records = (
  state: number,
  input: number,
  records: number,
  times: number,
  addresses: number,
  count: number,
  width: number,
  height: number,
  rowShift: number,
) => number;

/** Reads words or lines from `input` to `end` and gives where the first begins that is left. */
type Units = (
  state: number,
  input: number,
  end: number,
  times: number,
  addresses: number,
  count: number,
  limit: number,
  width: number,
  height: number,
  rowShift: number,
) => number;

/** Writes events; gives how many it has written before one that needs thought. */
type Pack = (
  state: number,
  times: number,
  addresses: number,
  count: number,
  to: number,
  yShift: number,
  xMask: number,
) => number;

/** The loops. Pointers are bytes; a state is a record, see each loop in `assembly`. */
export interface Loops {
  readonly dat: Records;
  readonly evt2: Records;
  readonly packDat: Pack;
  readonly packEvt2: Pack;
  /** Reads records of pixels; `base` is added to their times. */
  polarity(...given: [...Parameters<Records>, base: number]): number;
  readonly evt3: Units;
  readonly csv: Units;
}

/** What is used of WebAssembly, of which the language library knows nothing without a browser's. */
interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (
    module: object,
    imports: { env: { memory: object } },
  ) => { readonly exports: Loops };
}

declare const WebAssembly: WebAssemblyInterface | undefined;

/** Where things are in the memory, bytes; `times` and `addresses` are of events that are to be written. */
export const places = {
  state: 1024,
  input: 2048,
  times: 69_632,
  addresses: 204_800,
  front8: 274_432,
  front4: 278_528,
  stands: 278_784,
} as const;

/** Bytes of a piece of input. */
export const pieceBytes: number = 2 ** 16;
/** Events of a packet at most, and how many more a last record may add. */
export const maxEvents: number = 2 ** 13;
/** Events that a record may have, less one. */
export const maxSlack = 64;

/** Events that a {@link Stand} holds. */
const standEvents = maxEvents + maxSlack;
/** Stands at most. */
export const mostStands = 17;
const standBytes = 12 * standEvents;
const pageBytes = 2 ** 16;
const pages = Math.ceil((places.stands + mostStands * standBytes) / pageBytes);

/** Where the events of a packet are laid down. */
export interface Stand {
  readonly timestamps: Float64Array<ArrayBuffer>;
  readonly addresses: Uint32Array<ArrayBuffer>;
  /** Where both begin, bytes. */
  readonly at: { readonly times: number; readonly addresses: number };
}

/** The stand of a number below {@link mostStands}. */
export function standOf(number: number): Stand {
  const { buffer } = arena();
  const times = places.stands + number * standBytes;
  const addresses = times + 8 * standEvents;
  return {
    timestamps: new Float64Array(buffer, times, standEvents),
    addresses: new Uint32Array(buffer, addresses, standEvents),
    at: { times, addresses },
  };
}

/** Memory of decoders. It is used within one call alone, but for stands that have gone out as packets. */
export interface Arena {
  readonly buffer: ArrayBuffer;
  /** State of a loop, as numbers of each size. */
  readonly floats: Float64Array;
  readonly words: Int32Array;
  /** Absent where there is no SIMD: then loops in JavaScript do the same. */
  readonly loops?: Loops;
}

function viewsOf(buffer: ArrayBuffer): Arena {
  return {
    buffer,
    floats: new Float64Array(buffer, places.state, 16),
    words: new Int32Array(buffer, places.state, 32),
  };
}

function make(): Arena {
  const bytes = Uint8Array.from(atob(binary), (character) => character.charCodeAt(0));
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes)) {
    return viewsOf(new ArrayBuffer(pages * pageBytes));
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  layFronts(memory.buffer, places.front8, 8);
  layFronts(memory.buffer, places.front4, 4);
  return { ...viewsOf(memory.buffer), loops: exports };
}

/** Lays down, for each mask of some lanes of a vector, the bytes of those that are set, first lanes first. */
function layFronts(buffer: ArrayBuffer, at: number, lanes: number): void {
  const rows = new Uint8Array(buffer, at, 2 ** lanes * 16);
  const laneBytes = 16 / lanes;
  for (let mask = 0; mask < 2 ** lanes; mask++) {
    let to = mask * 16;
    for (let lane = 0; lane < lanes; lane++) {
      if (((mask >>> lane) & 1) === 0) continue;
      for (let byte = 0; byte < laneBytes; byte++) rows[to++] = laneBytes * lane + byte;
    }
  }
}

let made: Arena | undefined;
let scalar: boolean | undefined;

/** The memory of all decoders. */
export function arena(): Arena {
  made ??= make();
  return made;
}

/** The loops in WebAssembly; undefined where JavaScript must do. */
export function fastLoops(): Loops | undefined {
  return scalar === true ? undefined : arena().loops;
}

/** Does without the loops in WebAssembly while `work` is done, so that both can be compared. */
export function withoutFastLoops<Result>(work: () => Result): Result {
  scalar = true;
  try {
    return work();
  } finally {
    scalar = undefined;
  }
}
