/** A look over MessagePack before it is read, so that bytes from outside can neither hang nor fill the memory. */
import { DataError } from '../errors.ts';

/** Values, lists and objects, and how deep they may lie: a configuration of four full chips needs a tenth of it. */
const limits = { values: 2 ** 24, containers: 2 ** 21, depth: 64 } as const;

/** What is left to allow. */
interface Budget {
  values: number;
  containers: number;
}

/** Extensions that are read: `undefined` and typed arrays. */
const extensions: ReadonlySet<number> = new Set([0x00, 0x74]);

/** Bytes of an element of a typed array, by its code; 16 and 17 are an ArrayBuffer and a DataView. */
const elementBytes = [1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 0, 0, 0, 0, 0, 1, 1];

function refuse(reason: string): never {
  throw new DataError(`these bytes are no message: ${reason}`);
}

/**
 * Refuses what is not exactly one value of MessagePack, or more than a budget allows.
 *
 * @throws DataError
 */
export function checkMsgpack(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const budget: Budget = { values: limits.values, containers: limits.containers };
  const end = valueEnd(view, 0, 0, budget);
  if (end !== bytes.length) refuse(`${bytes.length - end} bytes follow its body`);
}

/** Where the value at `at` ends. */
function valueEnd(view: DataView, at: number, depth: number, budget: Budget): number {
  if (at >= view.byteLength) refuse('its body is cut off');
  if (--budget.values < 0) refuse('its body has too many values');
  const token = view.getUint8(at);
  if (token <= 0x7f || token >= 0xe0) return at + 1;
  if (token <= 0x8f) return containerEnd(view, at + 1, token & 15, true, depth, budget);
  if (token <= 0x9f) return containerEnd(view, at + 1, token & 15, false, depth, budget);
  if (token <= 0xbf) return within(view, at + 1 + (token & 31));
  switch (token) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return at + 1;
    case 0xc4:
    case 0xd9:
      return within(view, at + 2 + sized(view, at + 1, 1));
    case 0xc5:
    case 0xda:
      return within(view, at + 3 + sized(view, at + 1, 2));
    case 0xc6:
    case 0xdb:
      return within(view, at + 5 + sized(view, at + 1, 4));
    case 0xc7:
      return extensionEnd(view, at + 2, sized(view, at + 1, 1));
    case 0xc8:
      return extensionEnd(view, at + 3, sized(view, at + 1, 2));
    case 0xc9:
      return extensionEnd(view, at + 5, sized(view, at + 1, 4));
    case 0xcc:
    case 0xd0:
      return within(view, at + 2);
    case 0xcd:
    case 0xd1:
      return within(view, at + 3);
    case 0xca:
    case 0xce:
    case 0xd2:
      return within(view, at + 5);
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return within(view, at + 9);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return extensionEnd(view, at + 1, 2 ** (token - 0xd4));
    case 0xdc:
      return containerEnd(view, at + 3, sized(view, at + 1, 2), false, depth, budget);
    case 0xdd:
      return containerEnd(view, at + 5, sized(view, at + 1, 4), false, depth, budget);
    case 0xde:
      return containerEnd(view, at + 3, sized(view, at + 1, 2), true, depth, budget);
    case 0xdf:
      return containerEnd(view, at + 5, sized(view, at + 1, 4), true, depth, budget);
    default:
      return refuse(`there is no token ${token}`);
  }
}

/** Refuses an end that lies beyond the bytes. */
function within(view: DataView, end: number): number {
  if (end > view.byteLength) refuse('its body is cut off');
  return end;
}

/** A length of 1, 2 or 4 bytes. */
function sized(view: DataView, at: number, bytes: 1 | 2 | 4): number {
  within(view, at + bytes);
  if (bytes === 1) return view.getUint8(at);
  return bytes === 2 ? view.getUint16(at) : view.getUint32(at);
}

/** Where an extension ends whose type stands at `at`. */
function extensionEnd(view: DataView, at: number, length: number): number {
  const end = within(view, at + 1 + length);
  const type = view.getUint8(at);
  if (!extensions.has(type)) refuse(`there is no extension ${type}`);
  if (type === 0x74) {
    const size = length === 0 ? 0 : (elementBytes[view.getUint8(at + 1)] ?? 0);
    if (size === 0 || (length - 1) % size !== 0) refuse('a typed array in it cannot be');
  }
  return end;
}

/** Where a list or object ends whose entries begin at `at`. */
function containerEnd(
  view: DataView,
  at: number,
  count: number,
  keyed: boolean,
  depth: number,
  budget: Budget,
): number {
  if (--budget.containers < 0) refuse('its body has too many lists and objects');
  if (depth >= limits.depth) refuse(`its body is more than ${limits.depth} deep`);
  // Each entry takes a byte at least: what cannot be there must not be made room for.
  if (count * (keyed ? 2 : 1) > view.byteLength - at) refuse('its body is cut off');
  let end = at;
  for (let i = 0; i < count; i++) {
    if (keyed) end = keyEnd(view, end, budget);
    end = valueEnd(view, end, depth + 1, budget);
  }
  return end;
}

/** Where a name ends: names are texts. */
function keyEnd(view: DataView, at: number, budget: Budget): number {
  if (at >= view.byteLength) refuse('its body is cut off');
  const token = view.getUint8(at);
  const isText = (token >= 0xa0 && token <= 0xbf) || (token >= 0xd9 && token <= 0xdb);
  if (!isText) refuse('a name in it is no text');
  return valueEnd(view, at, 0, budget);
}
