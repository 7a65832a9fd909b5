// Huffman codes of the bytes of literals: how long each is, so that none is too long (RFC 8878, section 4.2.1).
import { codes, leaves, parents, sums, times, weights } from './zstd-memory';

/** Bits of the longest code. */
const longest: u32 = 11;
/** What codes take up of all there could be, of which those of the longest take one. */
const whole: i32 = 1 << longest;

/** Bits that all bytes that were counted take in the codes that were made last. */
export let codedBits: u32 = 0;

/** Lists the bytes that come, the rarest first; gives how many. */
function sortBytes(): u32 {
  let count: u32 = 0;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const often = load<u32>(times + (<usize>byte << 2));
    if (often == 0) continue;
    store<u32>(leaves + (<usize>count << 2), (often << 8) | byte);
    count++;
  }
  // A sort of Shell's, by five gaps of Ciura (2001).
  for (let gaps: u64 = 0x01040a1739; gaps > 0; gaps >>= 8) {
    const gap = <u32>gaps & 255;
    for (let i = gap; i < count; i++) {
      const one = load<u32>(leaves + (<usize>i << 2));
      let to = i;
      for (; to >= gap; to -= gap) {
        const before = load<u32>(leaves + (<usize>(to - gap) << 2));
        if (before <= one) break;
        store<u32>(leaves + (<usize>to << 2), before);
      }
      store<u32>(leaves + (<usize>to << 2), one);
    }
  }
  return count;
}

/** How often what is below a node comes. */
// @ts-ignore: decorator
@inline
function sumOf(node: u32, count: u32): u32 {
  if (node < count) return load<u32>(leaves + (<usize>node << 2)) >> 8;
  return load<u32>(sums + (<usize>(node - count) << 2));
}

/** Finds how deep each leaf of the tree is, in the place of what it is below. */
function growTree(count: u32): void {
  let leaf: u32 = 0;
  let branch = count;
  for (let node = count; node < 2 * count - 1; node++) {
    let sum: u32 = 0;
    for (let i = 0; i < 2; i++) {
      const isLeaf =
        leaf < count && (branch == node || sumOf(leaf, count) <= sumOf(branch, count));
      const one = isLeaf ? leaf++ : branch++;
      sum += sumOf(one, count);
      store<u16>(parents + (<usize>one << 1), <u16>node);
    }
    store<u32>(sums + (<usize>(node - count) << 2), sum);
  }
  let node = 2 * count - 2;
  store<u16>(parents + (<usize>node << 1), 0);
  while (node-- > 0) {
    const place = parents + (<usize>node << 1);
    store<u16>(place, load<u16>(parents + (<usize>load<u16>(place) << 1)) + 1);
  }
}

/** Shortens codes that are too long, and lengthens others for it. Gives the bits of the longest. */
function limitLengths(count: u32): u32 {
  let left = whole;
  for (let i: u32 = 0; i < count; i++) {
    const place = parents + (<usize>i << 1);
    const length = min<u32>(load<u16>(place), longest);
    store<u16>(place, <u16>length);
    left -= whole >> length;
  }
  // The rarest that can be longer take up less.
  for (let i: u32 = 0; left < 0; ) {
    const place = parents + (<usize>i << 1);
    const length = <u32>load<u16>(place);
    if (length == longest) i++;
    else {
      store<u16>(place, <u16>(length + 1));
      left += whole >> (length + 1);
    }
  }
  // What is left goes to the most frequent for which it is enough.
  for (let i = count; left > 0; ) {
    i = i == 0 ? count - 1 : i - 1;
    const place = parents + (<usize>i << 1);
    const length = <u32>load<u16>(place);
    const more = whole >> length;
    if (more > left) continue;
    store<u16>(place, <u16>(length - 1));
    left -= more;
  }
  let most: u32 = 0;
  for (let i: u32 = 0; i < count; i++) most = max(most, load<u16>(parents + (<usize>i << 1)));
  return most;
}

/** Makes codes for the bytes that were counted, two of them at least, and their weights. Gives the last that comes. */
export function layCodes(): u32 {
  const count = sortBytes();
  growTree(count);
  const log = limitLengths(count);
  memory.fill(weights, 0, 256);
  // How many codes have each weight, and then the first of them.
  memory.fill(sums, 0, 64);
  let last: u32 = 0;
  codedBits = 0;
  for (let i: u32 = 0; i < count; i++) {
    const leaf = load<u32>(leaves + (<usize>i << 2));
    const byte = leaf & 255;
    const length = <u32>load<u16>(parents + (<usize>i << 1));
    const weight = log + 1 - length;
    codedBits += (leaf >> 8) * length;
    store<u8>(weights + byte, <u8>weight);
    const place = sums + (<usize>weight << 2);
    store<u32>(place, load<u32>(place) + 1);
    if (byte > last) last = byte;
  }
  let at: u32 = 0;
  for (let weight: u32 = 1; weight <= log; weight++) {
    const place = sums + (<usize>weight << 2);
    const next = at + (load<u32>(place) << (weight - 1));
    store<u32>(place, at);
    at = next;
  }
  for (let byte: u32 = 0; byte <= last; byte++) {
    const weight = <u32>load<u8>(weights + byte);
    if (weight == 0) continue;
    const place = sums + (<usize>weight << 2);
    const first = load<u32>(place);
    store<u32>(place, first + (1 << (weight - 1)));
    store<u32>(codes + (<usize>byte << 2), ((first >> (weight - 1)) << 8) | (log + 1 - weight));
  }
  return last;
}
