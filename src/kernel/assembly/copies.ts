// What comes in is f64 and stands close together; neurons have f32, and rows that are padded to whole vectors.

/**
 * Rounds `pieces` runs of `length` f64 to f32. Runs begin `fromStride` bytes apart, and `toStride` where they
 * are written.
 */
export function packInput(
  from: usize, fromStride: usize, to: usize, toStride: usize, pieces: u32, length: u32,
): void {
  for (let piece: u32 = 0; piece < pieces; piece++, from += fromStride, to += toStride) {
    let source = from;
    let at = to;
    let left = length;
    for (; left >= 4; left -= 4, source += 32, at += 16) {
      const low = f32x4.demote_f64x2_zero(v128.load(source));
      const high = f32x4.demote_f64x2_zero(v128.load(source, 16));
      v128.store(at, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
    }
    if (left >= 2) {
      v128.store_lane<u64>(at, f32x4.demote_f64x2_zero(v128.load(source)), 0);
      left -= 2;
      source += 16;
      at += 8;
    }
    if (left) store<f32>(at, <f32>load<f64>(source));
  }
}

/** Four u32, or the same as f32. */
// @ts-ignore: decorator
@inline
function widened(four: v128, real: bool): v128 {
  return real ? f32x4.convert_i32x4_u(four) : four;
}

// @ts-ignore: decorator
@inline
function widen(from: usize, to: usize, length: usize, real: bool): void {
  for (const end = from + (length & ~15); from < end; from += 16, to += 64) {
    const bytes = v128.load(from);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(to, widened(i32x4.extend_low_i16x8_u(low), real), 0);
    v128.store(to, widened(i32x4.extend_high_i16x8_u(low), real), 16);
    v128.store(to, widened(i32x4.extend_low_i16x8_u(high), real), 32);
    v128.store(to, widened(i32x4.extend_high_i16x8_u(high), real), 48);
  }
  for (let left = length & 15; left > 0; left--, from++, to += 4) {
    const byte = load<u8>(from);
    if (real) store<f32>(to, <f32>byte);
    else store<u32>(to, byte);
  }
}

/** Copies bytes to u32, or to f32 where they are `real`. */
export function widenBytes(from: usize, to: usize, length: usize, real: bool): void {
  if (real) widen(from, to, length, true);
  else widen(from, to, length, false);
}

/** {@link unpackSpikes} of pairs, two rows at a time. */
function unpackPairs(from: usize, fromStride: usize, to: usize, rows: u32): u32 {
  let most = i64x2.splat(0);
  for (; rows >= 2; rows -= 2, from += 2 * fromStride, to += 16) {
    const two = v128.load_lane<u64>(from + fromStride, v128.load64_zero(from), 1);
    most = i32x4.max_u(most, two);
    v128.store(to, two);
  }
  if (rows) {
    const last = v128.load64_zero(from);
    most = i32x4.max_u(most, last);
    v128.store_lane<u64>(to, last, 0);
  }
  return largestOf(most);
}

/** The largest of four u32. */
// @ts-ignore: decorator
@inline
function largestOf(four: v128): u32 {
  const left = max<u32>(i32x4.extract_lane(four, 0), i32x4.extract_lane(four, 1));
  return max<u32>(left, max<u32>(i32x4.extract_lane(four, 2), i32x4.extract_lane(four, 3)));
}

/**
 * Copies `rows` rows of `length` u32, which begin `fromStride` bytes apart, so that nothing is between them. Returns
 * the largest.
 */
export function unpackSpikes(from: usize, fromStride: usize, to: usize, rows: u32, length: u32): u32 {
  if (length == 2) return unpackPairs(from, fromStride, to, rows);
  let most = i64x2.splat(0);
  let largest: u32 = 0;
  for (let row: u32 = 0; row < rows; row++, from += fromStride) {
    let source = from;
    let left = length;
    for (; left >= 4; left -= 4, source += 16, to += 16) {
      const four = v128.load(source);
      most = i32x4.max_u(most, four);
      v128.store(to, four);
    }
    if (left >= 2) {
      const two = load<u64>(source);
      most = i32x4.max_u(most, i64x2(two, 0));
      store<u64>(to, two);
      left -= 2;
      source += 8;
      to += 8;
    }
    if (left) {
      const last = load<u32>(source);
      largest = max(largest, last);
      store<u32>(to, last);
      to += 4;
    }
  }
  return max(largest, largestOf(most));
}

/** Copies `rows` rows of `length` f32, which begin `fromStride` bytes apart, as f64, so that nothing is between them. */
export function unpackValues(from: usize, fromStride: usize, to: usize, rows: u32, length: u32): void {
  for (let row: u32 = 0; row < rows; row++, from += fromStride) {
    for (let k: u32 = 0; k < length; k++, to += 8) {
      store<f64>(to, <f64>load<f32>(from + (<usize>k << 2)));
    }
  }
}
