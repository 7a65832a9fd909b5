// Writes events, as long as they come in order and the counter of the format does not begin anew.

/** Numbers of four times above a base, which lie below 2^32. */
// @ts-ignore: decorator
@inline
function whole(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(i32x4.trunc_sat_f64x2_u_zero(low), i32x4.trunc_sat_f64x2_u_zero(high), 0, 1, 4, 5);
}

/** State: f64 time at which the counter was 0, f64 last time. Gives how many events have been written. */
export function packDat(
  state: usize,
  times: usize,
  addresses: usize,
  count: i32,
  to: usize,
  yShift: i32,
  xMask: i32,
): i32 {
  const base = load<f64>(state);
  let last = load<f64>(state, 8);
  const zero = f64x2.splat(base);
  const wrap = f64x2.splat(base + 4294967296);
  const half = f64x2.splat(2147483648);
  const nothing = f64x2.splat(0);
  let n = 0;
  for (; n + 4 <= count; n += 4) {
    const one = v128.load(times + (<usize>n << 3));
    const two = v128.load(times + (<usize>n << 3), 16);
    const steps = v128.shuffle<f64>(f64x2.splat(last), one, 0, 2);
    const more = v128.shuffle<f64>(one, two, 1, 2);
    const first = f64x2.sub(one, steps);
    const second = f64x2.sub(two, more);
    const calm = v128.and(
      v128.and(v128.and(f64x2.ge(first, nothing), f64x2.lt(first, half)), v128.and(f64x2.ge(second, nothing), f64x2.lt(second, half))),
      v128.and(f64x2.ge(one, zero), f64x2.lt(two, wrap)),
    );
    if (!i64x2.all_true(calm)) break;
    const t = whole(f64x2.sub(one, zero), f64x2.sub(two, zero));
    const address = v128.load(addresses + (<usize>n << 2));
    const x = v128.and(i32x4.shr_u(address, 1), i32x4.splat(xMask));
    const on = i32x4.shl(v128.and(address, i32x4.splat(1)), 28);
    const data = v128.or(v128.or(on, i32x4.shl(i32x4.shr_u(address, yShift), 14)), x);
    v128.store(to + (<usize>n << 3), v128.shuffle<i32>(t, data, 0, 4, 1, 5));
    v128.store(to + (<usize>n << 3), v128.shuffle<i32>(t, data, 2, 6, 3, 7), 16);
    last = f64x2.extract_lane(two, 1);
  }
  for (; n < count; n++) {
    const time = load<f64>(times + (<usize>n << 3));
    if (!(time >= last && time - last < 2147483648 && time >= base && time - base < 4294967296)) break;
    const address = load<u32>(addresses + (<usize>n << 2));
    const data = ((address & 1) << 28) | ((address >>> yShift) << 14) | ((address >>> 1) & xMask);
    store<u32>(to + (<usize>n << 3), <u32>(time - base));
    store<u32>(to + (<usize>n << 3), data, 4);
    last = time;
  }
  store<f64>(state, last, 8);
  return n;
}

/** State: f64 time at which the counter was 0, i32 TIME_HIGH, u32 words written then. Gives how many events have been written. */
export function packEvt2(
  state: usize,
  times: usize,
  addresses: usize,
  count: i32,
  to: usize,
  yShift: i32,
  xMask: i32,
): i32 {
  const start = load<f64>(state);
  let high = load<i32>(state, 8);
  let from = start + <f64>high * 64;
  const end = f64x2.splat(64);
  const nothing = f64x2.splat(0);
  let at = to;
  let n = 0;
  while (n < count) {
    if (n + 4 <= count) {
      // Four are written, and as many taken as TIME_HIGH holds for.
      const one = f64x2.sub(v128.load(times + (<usize>n << 3)), f64x2.splat(from));
      const two = f64x2.sub(v128.load(times + (<usize>n << 3), 16), f64x2.splat(from));
      const ones = i64x2.bitmask(v128.and(f64x2.ge(one, nothing), f64x2.lt(one, end)));
      const mask = ones | (i64x2.bitmask(v128.and(f64x2.ge(two, nothing), f64x2.lt(two, end))) << 2);
      const address = v128.load(addresses + (<usize>n << 2));
      const x = v128.and(i32x4.shr_u(address, 1), i32x4.splat(xMask));
      const pixel = v128.or(i32x4.shl(x, 11), i32x4.shr_u(address, yShift));
      const type = i32x4.shl(v128.and(address, i32x4.splat(1)), 28);
      v128.store(at, v128.or(v128.or(type, i32x4.shl(whole(one, two), 22)), pixel));
      if (mask == 15) {
        n += 4;
        at += 16;
        continue;
      }
      const taken = ctz(~mask);
      n += taken;
      at += <usize>taken << 2;
    }
    const time = load<f64>(times + (<usize>n << 3));
    if (!(time >= from && time - from < 64)) {
      const above = time - start;
      if (!(above >= 0 && above < 17179869184)) break;
      const next = <i32>(above * 0.015625);
      if (next <= high || next - high >= 1 << 27) break;
      high = next;
      from = start + <f64>high * 64;
      store<u32>(at, 0x8000_0000 | high);
      at += 4;
    }
    const address = load<u32>(addresses + (<usize>n << 2));
    const pixel = (((address >>> 1) & xMask) << 11) | (address >>> yShift);
    store<u32>(at, ((address & 1) << 28) | (<u32>(time - from) << 22) | pixel);
    at += 4;
    n++;
  }
  store<i32>(state, high, 8);
  store<u32>(state, <u32>((at - to) >> 2), 12);
  return n;
}
