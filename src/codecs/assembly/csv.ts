// Lines of nothing but numbers of up to 16 digits, eight at once, and separators; times may have as many after a point, polarities a minus.

const zeros: u64 = 0x3030303030303030;
const sevens: u64 = 0x7676767676767676;
const tops: u64 = 0x8080808080808080;
const point = 46;
const minus = 45;
/** What a column is. */
const time: usize = 0;
const polarity: usize = 3;
const skipped: usize = 4;
/** The last microsecond that is whole. */
const latestWhole: f64 = 9007199254740991;

/** How many digits there are in front, at most 8, of bytes from which that of 0 was taken. */
// @ts-ignore: decorator
@inline
function digitsOf(bytes: u64): u64 {
  return ctz(((bytes + sevens) | bytes) & tops) >> 3;
}

/** The number that 1 to 8 digits are. */
// @ts-ignore: decorator
@inline
function numberOf(bytes: u64, digits: u64): u64 {
  const pairs = ((bytes << (64 - (digits << 3))) * 2561) >> 8;
  const fours = ((pairs & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return ((fours & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

/** The number that up to 8 digits more make of one. */
// @ts-ignore: decorator
@inline
function longer(value: u64, bytes: u64, digits: u64): u64 {
  return digits == 0 ? value : value * powerOf(digits) + numberOf(bytes, digits);
}

/** A power of ten. */
// @ts-ignore: decorator
@inline
function powerOf(digits: u64): u64 {
  let power: u64 = 1;
  for (let i: u64 = 0; i < digits; i++) power *= 10;
  return power;
}

/** Whole microseconds of the digits after a point, of which the first `places` are such; half of one makes one more. */
function microsOf(fraction: u64, digits: u64, places: u64): u64 {
  if (digits <= places) return fraction * powerOf(places - digits);
  const unit = powerOf(digits - places);
  return fraction / unit + u64((fraction % unit) * 2 >= unit);
}

/**
 * State: f64 what a time is multiplied by, f64 what it is divided by and then cut off, unless 1, f64 the latest time; u32 separator,
 * columns, number of events then, lines, events outside; i32 digits after the point of a time that are whole microseconds, less than 0 if it
 * may have no point; from byte 64 what each column is (t, x, y, p or nothing), from byte
 * 80 a u64 for the last value of each. Gives where the first line begins that is left.
 */
export function csv(
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
  const factor = load<f64>(state);
  const divisor = load<f64>(state, 8);
  const latest = load<f64>(state, 16);
  const separator = load<i32>(state, 24);
  const columns = load<i32>(state, 28);
  const places = load<i32>(state, 44);
  let n = count;
  let lines = 0;
  let outside = 0;
  let begin = input;
  while (begin < end && n < limit) {
    let at = begin;
    let column = 0;
    let part: u64 = 0;
    for (; column < columns; column++) {
      const what = <usize>load<u8>(state + 64 + <usize>column);
      let eight = load<u64>(at) ^ zeros;
      let digits = digitsOf(eight);
      let sign: u64 = 1;
      if (digits == 0) {
        if (what != polarity || load<u8>(at) != minus) break;
        eight = load<u64>(++at) ^ zeros;
        digits = digitsOf(eight);
        if (digits == 0) break;
        // What is below 0 is OFF as 0 is.
        sign = 0;
      }
      let value = numberOf(eight, digits);
      let next = at + <usize>digits;
      if (digits == 8) {
        const more = load<u64>(next) ^ zeros;
        const few = digitsOf(more);
        value = longer(value, more, few);
        next += <usize>few;
      }
      store<u64>(state + 80 + (what << 3), value * sign);
      let byte: i32 = load<u8>(next);
      if (byte == point && places >= 0 && (what == time || what == skipped)) {
        const first = load<u64>(next, 1) ^ zeros;
        let after = digitsOf(first);
        let fraction = longer(0, first, after);
        if (after == 8) {
          const more = load<u64>(next, 9) ^ zeros;
          const few = digitsOf(more);
          fraction = longer(fraction, more, few);
          after += few;
        }
        if (what == time) part = microsOf(fraction, after, places);
        next += 1 + <usize>after;
        byte = load<u8>(next);
      }
      if (column == columns - 1) {
        if (byte == 13) byte = load<u8>(++next);
        if (byte != 10) break;
      } else if (byte != separator) break;
      at = next + 1;
    }
    if (column < columns || at > end) break;
    const units = <f64>load<u64>(state, 80);
    if (units > latest) break;
    const x = load<u64>(state, 88);
    const y = load<u64>(state, 96);
    const whole = divisor == 1 ? units * factor + <f64>part : Math.floor(units / divisor);
    if (whole > latestWhole) break;
    store<f64>(times + (<usize>n << 3), whole);
    const pixel = (<i32>y << rowShift) | (<i32>x << 1);
    store<i32>(addresses + (<usize>n << 2), pixel | i32(load<u64>(state, 104) != 0));
    const there = i32(x < <u64>width) & i32(y < <u64>height);
    n += there;
    outside += there ^ 1;
    lines++;
    begin = at;
  }
  store<i32>(state, n, 32);
  store<i32>(state, lines, 36);
  store<i32>(state, outside, 40);
  return begin;
}
