// Events of pixels of AEDAT 3.1: 8 bytes, a word of validity, polarity, y and x, and a time of 31 bits.
import { allInside, pack, storeTimes, timeOffset } from './lanes';

/** State: u32 invalid, u32 outside. Gives how many events there are then. */
export function polarity(
  state: usize,
  input: usize,
  events: i32,
  times: usize,
  addresses: usize,
  count: i32,
  width: i32,
  height: i32,
  rowShift: i32,
  base: f64,
): i32 {
  let n = count;
  let at = input;
  const end = input + (<usize>events << 3);
  const columns = i32x4.splat(width);
  const rows = i32x4.splat(height);
  const low15 = i32x4.splat(0x7fff);
  const one = i32x4.splat(1);
  let invalid = 0;
  let outside = 0;
  while (at < end) {
    const four = at + 32 <= end;
    if (four) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const data = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
      const t = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
      const x = i32x4.shr_u(data, 17);
      const y = v128.and(i32x4.shr_u(data, 2), low15);
      const valid = v128.and(v128.and(data, one), i32x4.ge_s(t, i32x4.splat(0)));
      if (i32x4.all_true(valid) && allInside(x, y, columns, rows)) {
        const on = v128.and(i32x4.shr_u(data, 1), one);
        storeTimes(times + (<usize>n << 3), t, timeOffset(base));
        v128.store(addresses + (<usize>n << 2), pack(x, y, on, rowShift));
        n += 4;
        at += 32;
        continue;
      }
    }
    const stop = four ? at + 32 : end;
    for (; at < stop; at += 8) {
      const data = load<u32>(at);
      const x = data >>> 17;
      const y = (data >>> 2) & 0x7fff;
      store<f64>(times + (<usize>n << 3), base + <f64>load<i32>(at, 4));
      store<u32>(addresses + (<usize>n << 2), (y << rowShift) | (x << 1) | ((data >>> 1) & 1));
      const valid = data & 1;
      const inside = i32(x < <u32>width) & i32(y < <u32>height);
      n += valid & inside;
      invalid += valid ^ 1;
      outside += valid & (inside ^ 1);
    }
  }
  store<u32>(state, load<u32>(state) + invalid);
  store<u32>(state, load<u32>(state, 4) + outside, 4);
  return n;
}
