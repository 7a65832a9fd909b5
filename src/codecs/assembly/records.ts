// The records of AEDAT4: 16 bytes with i64 time, i16 x, i16 y, u8 polarity and 3 bytes of nothing.

/**
 * Takes `count` records apart, into times f64 and addresses u32. Writes to `sums` the bits that are set in any time, u64
 * twice, and the greatest y and x in any of its 4 halves, as u16: whoever calls sees from them whether all is sound.
 */
export function unpackRecords(
  from: usize,
  count: usize,
  times: usize,
  addresses: usize,
  yShift: i32,
  sums: usize,
): void {
  // Whole numbers below 2^52 are the lower bits of 2^52 plus them.
  const magic = i64x2.splat(0x4330000000000000);
  const offset = f64x2.splat(4503599627370496);
  const low = i32x4.splat(0xffff);
  const one = i32x4.splat(1);
  const byte = i32x4.splat(0xff);
  let bits = i64x2.splat(0);
  let most = i16x8.splat(0);
  const end = from + (count << 4);
  const fast = from + ((count & ~3) << 4);
  for (; from < fast; from += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const t0 = v128.shuffle<u64>(a, b, 0, 2);
    const t1 = v128.shuffle<u64>(c, d, 0, 2);
    bits = v128.or(bits, v128.or(t0, t1));
    v128.store(times, f64x2.sub(v128.or(t0, magic), offset));
    v128.store(times, f64x2.sub(v128.or(t1, magic), offset), 16);
    const ab = v128.shuffle<u64>(a, b, 1, 3);
    const cd = v128.shuffle<u64>(c, d, 1, 3);
    const xy = v128.shuffle<u32>(ab, cd, 0, 2, 4, 6);
    const on = v128.shuffle<u32>(ab, cd, 1, 3, 5, 7);
    most = i16x8.max_u(most, xy);
    const y = i32x4.shl(i32x4.shr_u(xy, 16), yShift);
    const x = i32x4.shl(v128.and(xy, low), 1);
    v128.store(addresses, v128.or(v128.or(y, x), i32x4.min_u(v128.and(on, byte), one)));
    times += 32;
    addresses += 16;
  }
  for (; from < end; from += 16) {
    const t = load<u64>(from);
    const xy = load<u32>(from, 8);
    bits = v128.or(bits, i64x2.splat(t));
    most = i16x8.max_u(most, i32x4.splat(xy));
    store<f64>(times, <f64>(<i64>t));
    const on: u32 = load<u8>(from, 12) != 0 ? 1 : 0;
    store<u32>(addresses, ((xy >> 16) << yShift) | ((xy & 0xffff) << 1) | on);
    times += 8;
    addresses += 4;
  }
  v128.store(sums, bits);
  v128.store(sums, most, 16);
}

/** Makes `count` records of times f64 and addresses u32. */
export function packRecords(
  times: usize,
  addresses: usize,
  count: usize,
  to: usize,
  yShift: u32,
  xMask: u32,
): void {
  const end = to + (count << 4);
  for (; to < end; to += 16) {
    const address = load<u32>(addresses);
    store<i64>(to, <i64>load<f64>(times));
    store<u32>(to, ((address >> yShift) << 16) | ((address >> 1) & xMask), 8);
    store<u32>(to, address & 1, 12);
    times += 8;
    addresses += 4;
  }
}
