// Words of 32 bits: events, and the upper bits of the time.
import { front4, pack, storeLong, storeTimes, timeOffset } from './lanes';

/** TIME_HIGH that falls by more than this has begun anew. */
const loopDrop: i32 = 1 << 27;
/** Microseconds in which all times of the counter pass. */
const loop: f64 = 17179869184;
/** Vectors that are read one after the other as if TIME_HIGH came often. */
const often: usize = 32;

/** State: f64 origin, i32 high (not before the first), u32 outside, u32 words of each type. Gives how many events there are then. */
export function evt2(
  state: usize,
  input: usize,
  words: i32,
  times: usize,
  addresses: usize,
  count: i32,
  width: i32,
  height: i32,
  rowShift: i32,
): i32 {
  let origin = load<f64>(state);
  let high = load<i32>(state, 8);
  let base = origin + <f64>high * 64;
  let outside = 0;
  let at = input;
  const end = input + (<usize>words << 2);
  let toTimes = times + (<usize>count << 3);
  let toAddresses = addresses + (<usize>count << 2);
  const lastColumn = i32x4.splat(width - 1);
  const lastRow = i32x4.splat(height - 1);
  const lastEvent = i32x4.splat(0x1fffffff);
  const low11 = i32x4.splat(0x7ff);
  const low6 = i32x4.splat(0x3f);
  const low28 = i32x4.splat(0xfffffff);
  while (at < end) {
    if (at + 16 <= end) {
      // Nothing but events. Four are written, and taken if they are; in loops of one block the engine leaves outside what
      // never changes.
      const here = timeOffset(base);
      for (;;) {
        const word = v128.load(at);
        const x = v128.and(i32x4.shr_u(word, 11), low11);
        const y = v128.and(word, low11);
        storeTimes(toTimes, v128.and(i32x4.shr_u(word, 22), low6), here);
        // Types of events are 0 and 1.
        v128.store(toAddresses, pack(x, y, i32x4.shr_u(word, 28), rowShift));
        // The sign of each lane says whether it is no event, or none of this geometry.
        const beyond = v128.or(i32x4.sub(lastColumn, x), i32x4.sub(lastRow, y));
        if (i32x4.bitmask(v128.or(beyond, v128.or(word, i32x4.sub(lastEvent, word)))) != 0) break;
        toTimes += 32;
        toAddresses += 16;
        at += 16;
        if (at + 16 > end) break;
      }
      if (at == end) break;
    }
    if (at + 16 <= end) {
      // Events and TIME_HIGH that does not fall.
      const some = at + (often << 4);
      const last = (some < end ? some : end) - 16;
      const offset = timeOffset(origin);
      let highs = i32x4.splat(high);
      let odd: i32;
      for (;;) {
        const word = v128.load(at);
        const x = v128.and(i32x4.shr_u(word, 11), low11);
        const y = v128.and(word, low11);
        const type = i32x4.shr_u(word, 28);
        const isHigh = i32x4.eq(type, i32x4.splat(8));
        const beyond = v128.or(i32x4.sub(lastColumn, x), i32x4.sub(lastRow, y));
        const none = v128.or(beyond, v128.or(word, i32x4.sub(lastEvent, word)));
        // The greatest is the last.
        const value = v128.and(v128.and(word, low28), isHigh);
        const two = i32x4.max_s(value, v128.shuffle<i32>(value, i32x4.splat(0), 4, 0, 1, 2));
        const four = i32x4.max_s(two, v128.shuffle<i32>(two, i32x4.splat(0), 4, 4, 0, 1));
        const now = i32x4.max_s(four, highs);
        const falls = v128.and(isHigh, i32x4.ne(now, value));
        odd = i32x4.bitmask(v128.or(v128.andnot(none, isHigh), falls));
        const mask = i32x4.bitmask(none) ^ 15;
        const order = v128.load(front4 + (<usize>mask << 4));
        const low = v128.or(i32x4.shl(now, 6), v128.and(i32x4.shr_u(word, 22), low6));
        storeLong(toTimes, i8x16.swizzle(low, order), i8x16.swizzle(i32x4.shr_u(now, 26), order), offset);
        v128.store(toAddresses, i8x16.swizzle(pack(x, y, type, rowShift), order));
        if (odd != 0) break;
        highs = v128.shuffle<i32>(now, now, 3, 3, 3, 3);
        const events = <usize>popcnt(mask);
        toTimes += events << 3;
        toAddresses += events << 2;
        at += 16;
        if (at > last) break;
      }
      high = i32x4.extract_lane(highs, 0);
      base = origin + <f64>high * 64;
      if (odd == 0) continue;
    }
    const word = load<u32>(at);
    const type = word >>> 28;
    at += 4;
    if (type == 8) {
      const next: i32 = word & 0xfff_ffff;
      if (high - next > loopDrop) origin += loop;
      high = next;
      base = origin + <f64>high * 64;
    } else if (type < 2) {
      const x = (word >>> 11) & 0x7ff;
      const y = word & 0x7ff;
      if (x < <u32>width && y < <u32>height) {
        store<f64>(toTimes, base + <f64>((word >>> 22) & 0x3f));
        store<u32>(toAddresses, (y << rowShift) | (x << 1) | type);
        toTimes += 8;
        toAddresses += 4;
      } else {
        outside++;
      }
    } else {
      const seen = state + 16 + (<usize>type << 2);
      store<u32>(seen, load<u32>(seen) + 1);
    }
  }
  store<f64>(state, origin);
  store<i32>(state, high, 8);
  store<u32>(state, load<u32>(state, 12) + outside, 12);
  return <i32>((toAddresses - addresses) >> 2);
}
