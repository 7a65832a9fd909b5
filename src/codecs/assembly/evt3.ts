// Words of 16 bits, each of which changes a part of what holds for those after it.
import { front8, lastOf8, storeTimes, timeOffset } from './lanes';

/** TIME_HIGH that falls by more than this has begun anew. */
const loopDrop: i32 = 2048;
/** Microseconds in which all times of the counter pass. */
const loop: f64 = 16777216;
/** Words of the types that come most: ADDR_Y, ADDR_X, TIME_LOW. */
const frequent: u32 = 0b100_0101;

/**
 * State: f64 origin, i32 high, low, y, column, polarity; u32 number of events then; u32 events without time, without row, outside;
 * u32 words of each type from byte 64. Gives the first word that is left.
 */
export function evt3(
  state: usize,
  input: usize,
  end: usize,
  times: usize,
  addresses: usize,
  count: i32,
  limit: i32,
  width: i32,
  height: i32,
  rowShift: i32,
): usize {
  let origin = load<f64>(state);
  let high = load<i32>(state, 8);
  let low = load<i32>(state, 12);
  let y = load<i32>(state, 16);
  let column = load<i32>(state, 20);
  let polarity = load<i32>(state, 24);
  let base = origin + <f64>high * 4096;
  let live: i32 = high < 0 ? 0 : width;
  let columns: i32 = y < 0 || y >= height ? 0 : live;
  let n = count;
  let at = input;
  const vectors = end - at >= 16 ? end - 16 : 0;
  const low11 = i16x8.splat(0x7ff);
  while (at < end && n < limit) {
    if (at <= vectors && columns != 0) {
      const eight = v128.load(at);
      const type = i16x8.shr_u(eight, 12);
      const value = v128.and(eight, low11);
      const low12 = v128.and(eight, i16x8.splat(0xfff));
      const isRow = i16x8.eq(type, i16x8.splat(0));
      const isEvent = i16x8.eq(type, i16x8.splat(2));
      const isLow = i16x8.eq(type, i16x8.splat(6));
      // TIME_HIGH that says what holds already.
      const isHigh = i16x8.eq(eight, i16x8.splat(<i16>(0x8000 | high)));
      const ys = lastOf8(value, isRow, y);
      const outside = v128.or(i16x8.ge_s(value, i16x8.splat(<i16>width)), i16x8.ge_s(ys, i16x8.splat(<i16>height)));
      const known = v128.or(v128.or(isRow, isHigh), v128.or(v128.andnot(isEvent, outside), isLow));
      if (i16x8.all_true(known)) {
        const lows = lastOf8(low12, isLow, low);
        const mask = i16x8.bitmask(isEvent);
        const order = v128.load(front8 + (<usize>mask << 4));
        const pixel = v128.or(i16x8.shl(value, 1), v128.and(i16x8.shr_u(eight, 11), i16x8.splat(1)));
        const xs = i8x16.swizzle(pixel, order);
        const rows = i8x16.swizzle(ys, order);
        const micros = i8x16.swizzle(lows, order);
        const to = addresses + (<usize>n << 2);
        v128.store(to, v128.or(i32x4.shl(i32x4.extend_low_i16x8_u(rows), rowShift), i32x4.extend_low_i16x8_u(xs)));
        const offset = timeOffset(base);
        storeTimes(times + (<usize>n << 3), i32x4.extend_low_i16x8_u(micros), offset);
        const events = popcnt(mask);
        if (events > 4) {
          v128.store(to, v128.or(i32x4.shl(i32x4.extend_high_i16x8_u(rows), rowShift), i32x4.extend_high_i16x8_u(xs)), 16);
          storeTimes(times + (<usize>n << 3) + 32, i32x4.extend_high_i16x8_u(micros), offset);
        }
        n += events;
        y = i16x8.extract_lane_u(ys, 7);
        low = i16x8.extract_lane_u(lows, 7);
        columns = y < height ? live : 0;
        at += 16;
        continue;
      }
    }
    const stop = at + 16 < end ? at + 16 : end;
    for (; at < stop && n < limit; at += 2) {
    const word: i32 = load<u16>(at);
    const type = word >>> 12;
    if ((frequent >>> type) & 1) {
      // Without a branch, and masks where an engine may make one of a choice: which of them comes next is anyone's guess.
      const isRow = i32(type == 0);
      const isEvent = i32(type == 2);
      const value = word & 0x7ff;
      low ^= (low ^ (word & 0xfff)) & -i32(type == 6);
      y ^= (y ^ value) & -isRow;
      columns ^= (columns ^ (live & -i32(value < height))) & -isRow;
      store<f64>(times + (<usize>n << 3), base + <f64>low);
      store<i32>(addresses + (<usize>n << 2), (y << rowShift) | (value << 1) | ((word >>> 11) & 1));
      const there = isEvent & i32(value < columns);
      n += there;
      if (isEvent ^ there) lose(state, high, y, 1);
    } else if (type == 8) {
      const next = word & 0xfff;
      if (next != high) {
        if (high - next > loopDrop) origin += loop;
        high = next;
        low = 0;
        base = origin + <f64>high * 4096;
        live = width;
        columns = y < 0 || y >= height ? 0 : width;
      }
    } else if (type == 3) {
      column = word & 0x7ff;
      polarity = (word >>> 11) & 1;
    } else if (type == 4 || type == 5) {
      const time = base + <f64>low;
      const pixel = (y << rowShift) | polarity;
      let lost = 0;
      for (let mask: i32 = word & (type == 4 ? 0xfff : 0xff); mask != 0; mask &= mask - 1) {
        const x = column + ctz(mask);
        store<f64>(times + (<usize>n << 3), time);
        store<i32>(addresses + (<usize>n << 2), pixel | (x << 1));
        const there = i32(x < columns);
        n += there;
        lost += there ^ 1;
      }
      if (lost > 0) lose(state, high, y, lost);
      column += type == 4 ? 12 : 8;
    } else {
      const seen = state + 64 + (<usize>type << 2);
      store<u32>(seen, load<u32>(seen) + 1);
    }
    }
  }
  store<f64>(state, origin);
  store<i32>(state, high, 8);
  store<i32>(state, low, 12);
  store<i32>(state, y, 16);
  store<i32>(state, column, 20);
  store<i32>(state, polarity, 24);
  store<i32>(state, n, 28);
  return at;
}

/** Counts events by why they are none. */
function lose(state: usize, high: i32, y: i32, count: i32): void {
  const at = state + (high < 0 ? 32 : y < 0 ? 36 : 40);
  store<u32>(at, load<u32>(at) + count);
}
