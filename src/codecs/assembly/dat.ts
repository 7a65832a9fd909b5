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
  let n = count;
  let at = input;
  const end = input + (<usize>records << 3);
  const lastColumn = i32x4.splat(width - 1);
  const lastRow = i32x4.splat(height - 1);
  const low14 = i32x4.splat(0x3fff);
  const fifteen = i32x4.splat(15);
  // Times whose uppermost bits are those of the one before are no step over the end of the counter.
  let halves = <i32>last < 0 ? 15 : 0;
  let offset = timeOffset(base);
  while (at < end) {
    const four = at + 32 <= end;
    if (four) {
      const one = v128.load(at);
      const two = v128.load(at, 16);
      const t = v128.shuffle<i32>(one, two, 0, 2, 4, 6);
      const data = v128.shuffle<i32>(one, two, 1, 3, 5, 7);
      const x = v128.and(data, low14);
      const y = v128.and(i32x4.shr_u(data, 14), low14);
      const outside = v128.or(i32x4.sub(lastColumn, x), i32x4.sub(lastRow, y));
      if ((i32x4.bitmask(outside) | (i32x4.bitmask(t) ^ halves)) == 0) {
        const on = i32x4.shr_u(i32x4.add(i32x4.shr_u(data, 28), fifteen), 4);
        storeTimes(times + (<usize>n << 3), t, offset);
        v128.store(addresses + (<usize>n << 2), pack(x, y, on, rowShift));
        n += 4;
        at += 32;
        continue;
      }
      if (at > input) last = load<u32>(at - 8);
    }
    const stop = four ? at + 32 : end;
    for (; at < stop; at += 8) {
      const t = load<u32>(at);
      const data = load<u32>(at, 4);
      const distance = <f64>t - <f64>last;
      if (distance < -half) base += wrap;
      else if (distance > wrap - late && base > origin) base -= wrap;
      last = t;
      const x = data & 0x3fff;
      const y = (data >>> 14) & 0x3fff;
      store<f64>(times + (<usize>n << 3), base + <f64>t);
      store<u32>(addresses + (<usize>n << 2), (y << rowShift) | (x << 1) | (((data >>> 28) + 15) >>> 4));
      n += i32(x < <u32>width) & i32(y < <u32>height);
    }
    halves = <i32>last < 0 ? 15 : 0;
    offset = timeOffset(base);
  }
  if (end > input) store<u32>(state, load<u32>(end - 8), 16);
  store<f64>(state, base, 8);
  return n;
}
