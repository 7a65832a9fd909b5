// Records of 8 bytes: a time of 32 bits, and x, y and polarity in 14, 14 and 4.
import { pack, storeTimes, timeOffset } from './lanes';

/** Steps back of more than this are a wrap of the counter. */
const half: f64 = 2147483648;
const wrap: f64 = 4294967296;
/** How far behind a wrap a late event may come. */
const late: f64 = 1048576;

/** State: f64 origin, f64 base, u32 last. Gives how many events there are then. */
export function dat(
  state: usize,
  input: usize,
  records: i32,
  times: usize,
  addresses: usize,
  count: i32,
  width: i32,
  height: i32,
  rowShift: i32,
): i32 {
  const origin = load<f64>(state);
  let base = load<f64>(state, 8);
  let last = load<u32>(state, 16);
  let at = input;
  const end = input + (<usize>records << 3);
  let toTimes = times + (<usize>count << 3);
  let toAddresses = addresses + (<usize>count << 2);
  const lastColumn = i32x4.splat(width - 1);
  const lastRow = i32x4.splat(height - 1);
  const low14 = i32x4.splat(0x3fff);
  const one = i32x4.splat(1);
  while (at < end) {
    let stop = end;
    if (at + 32 <= end) {
      // Times whose uppermost bits are those of the one before are no step over the end of the counter.
      const sign = i32x4.splat(<i32>last >> 31);
      const offset = timeOffset(base);
      // Four are written, and taken if nothing is odd. In a loop of one block the engine leaves what never changes outside.
      for (;;) {
        const front = v128.load(at);
        const back = v128.load(at, 16);
        const t = v128.shuffle<i32>(front, back, 0, 2, 4, 6);
        const data = v128.shuffle<i32>(front, back, 1, 3, 5, 7);
        const x = v128.and(data, low14);
        const y = v128.and(i32x4.shr_u(data, 14), low14);
        const outside = v128.or(i32x4.sub(lastColumn, x), i32x4.sub(lastRow, y));
        storeTimes(toTimes, t, offset);
        v128.store(toAddresses, pack(x, y, i32x4.min_u(i32x4.shr_u(data, 28), one), rowShift));
        if (i32x4.bitmask(v128.or(outside, v128.xor(t, sign))) != 0) break;
        toTimes += 32;
        toAddresses += 16;
        at += 32;
        if (at + 32 > end) break;
      }
      if (at > input) last = load<u32>(at - 8);
      if (at + 32 <= end) stop = at + 32;
    }
    for (; at < stop; at += 8) {
      const t = load<u32>(at);
      const data = load<u32>(at, 4);
      const distance = <f64>t - <f64>last;
      if (distance < -half) base += wrap;
      else if (distance > wrap - late && base > origin) base -= wrap;
      last = t;
      const x = data & 0x3fff;
      const y = (data >>> 14) & 0x3fff;
      store<f64>(toTimes, base + <f64>t);
      store<u32>(toAddresses, (y << rowShift) | (x << 1) | (((data >>> 28) + 15) >>> 4));
      const there = usize(i32(x < <u32>width) & i32(y < <u32>height));
      toTimes += there << 3;
      toAddresses += there << 2;
    }
  }
  if (end > input) store<u32>(state, load<u32>(end - 8), 16);
  store<f64>(state, base, 8);
  return <i32>((toAddresses - addresses) >> 2);
}
