// Words of 32 bits: events, and the upper bits of the time.
import { pack, storeTimes, timeOffset } from './lanes';

/** TIME_HIGH that falls by more than this has begun anew. */
const loopDrop: i32 = 1 << 27;
/** Microseconds in which all times of the counter pass. */
const loop: f64 = 17179869184;

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
  let n = count;
  let at = input;
  const end = input + (<usize>words << 2);
  const vectors = words >= 4 ? end - 16 : 0;
  const lastColumn = i32x4.splat(width - 1);
  const lastRow = i32x4.splat(height - 1);
  const lastEvent = i32x4.splat(0x1fffffff);
  const low11 = i32x4.splat(0x7ff);
  const low6 = i32x4.splat(0x3f);
  while (at < end) {
    if (at <= vectors) {
      // Four are written, and as many taken as are events before another word comes.
      const word = v128.load(at);
      const x = v128.and(i32x4.shr_u(word, 11), low11);
      const y = v128.and(word, low11);
      // The sign of each lane says whether it is no event, or none of this geometry.
      const beyond = v128.or(i32x4.sub(lastColumn, x), i32x4.sub(lastRow, y));
      const other = v128.or(word, i32x4.sub(lastEvent, word));
      const mask = i32x4.bitmask(v128.or(beyond, other));
      storeTimes(times + (<usize>n << 3), v128.and(i32x4.shr_u(word, 22), low6), timeOffset(base));
      // Types of events are 0 and 1.
      v128.store(addresses + (<usize>n << 2), pack(x, y, i32x4.shr_u(word, 28), rowShift));
      if (mask == 0) {
        n += 4;
        at += 16;
        continue;
      }
      const taken = ctz(mask);
      n += taken;
      at += <usize>taken << 2;
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
        store<f64>(times + (<usize>n << 3), base + <f64>((word >>> 22) & 0x3f));
        store<u32>(addresses + (<usize>n << 2), (y << rowShift) | (x << 1) | type);
        n++;
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
  return n;
}
