// How finite state entropy codes are written (RFC 8878, section 4.1). A table has 512 states of u16, sorted by the symbols
// that lead to them, and for each symbol 8 bytes: i32 what is added to a state for the bits that are written of it, above 16
// bits; i32 what is added to the rest of it for its place in the table.
import { setDistribution, spreadSymbols, stateLog, symbolCount } from './zstd-fse';
import { counts, symbols } from './zstd-memory';

/** Where a table has its symbols. */
const symbolsAt: usize = 1024;

/** Lays down the distribution of `count` symbols that come as often as `times` (u32) says, `total` in all. */
export function scaleCounts(times: usize, count: u32, total: u32, log: u32): void {
  const size: i32 = 1 << log;
  let left = size;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const often = <u64>load<u32>(times + (<usize>symbol << 2));
    let states = <i32>(((often << log) + (total >> 1)) / total);
    if (often > 0 && states == 0) states = 1;
    store<i16>(counts + (<usize>symbol << 1), <i16>states);
    left -= states;
  }
  while (left != 0) {
    let largest = counts;
    for (let at = counts; at < counts + (<usize>count << 1); at += 2) {
      if (load<i16>(at) > load<i16>(largest)) largest = at;
    }
    // What is too much is taken one by one, since none may lose its last.
    const step = left > 0 ? left : -1;
    store<i16>(largest, load<i16>(largest) + <i16>step);
    left -= step;
  }
  setDistribution(count, log);
}

/** Writes the distribution that was laid down last, which has no symbol with less than a state; gives where it ends. */
export function writeCounts(op: usize): usize {
  let bits: u64 = stateLog - 5;
  let filled: u64 = 4;
  let left: i32 = (1 << stateLog) + 1;
  let threshold: i32 = 1 << stateLog;
  let width: u64 = stateLog + 1;
  for (let symbol: u32 = 0; left > 1; ) {
    let value = <i32>load<i16>(counts + (<usize>symbol << 1));
    symbol++;
    const most = 2 * threshold - 1 - left;
    left -= value;
    const isNone = value == 0;
    if (++value >= threshold) value += most;
    bits |= <u64>value << filled;
    // The smallest values are one bit shorter.
    filled += width - (value < most ? 1 : 0);
    while (left < threshold) {
      width--;
      threshold >>= 1;
    }
    if (isNone) {
      let more: u64 = 0;
      for (; load<i16>(counts + (<usize>symbol << 1)) == 0; symbol++) {
        if (++more < 3) continue;
        bits |= (<u64>3) << filled;
        filled += 2;
        more = 0;
        store<u64>(op, bits);
        op += <usize>(filled >> 3);
        bits >>= filled & 56;
        filled &= 7;
      }
      bits |= more << filled;
      filled += 2;
    }
    store<u64>(op, bits);
    op += <usize>(filled >> 3);
    bits >>= filled & 56;
    filled &= 7;
  }
  return op + (filled > 0 ? 1 : 0);
}

/** Makes the table of the distribution that was laid down last. */
export function layPackTable(table: usize): void {
  const size: u32 = 1 << stateLog;
  spreadSymbols();
  let total: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const place = counts + (<usize>symbol << 1);
    const states = <u32>load<i16>(place);
    // From here on: where the next state of the symbol goes.
    store<i16>(place, <i16>total);
    if (states == 0) continue;
    const most = stateLog - (states == 1 ? 0 : 31 - clz(states - 1));
    const entry = table + symbolsAt + (<usize>symbol << 3);
    store<i32>(entry, (most << 16) - (states << most));
    store<i32>(entry, <i32>total - <i32>states, 4);
    total += states;
  }
  for (let state: u32 = 0; state < size; state++) {
    const place = counts + (<usize>load<u8>(symbols + state) << 1);
    const at = <usize>load<i16>(place);
    store<i16>(place, <i16>at + 1);
    store<u16>(table + (at << 1), <u16>(size + state));
  }
}

/** Makes the table of a symbol that always comes. */
export function layOnePackState(table: usize, symbol: u32): void {
  store<u16>(table, 0);
  store<u64>(table + symbolsAt + (<usize>symbol << 3), 0);
}

/** The first state of a symbol that is the last to be read. */
export function firstState(table: usize, symbol: u32): u32 {
  const entry = table + symbolsAt + (<usize>symbol << 3);
  const added = load<i32>(entry);
  const bits = <u32>(added + 0x8000) >> 16;
  return load<u16>(table + (<usize>(<i32>(<u32>((bits << 16) - added) >> bits) + load<i32>(entry, 4)) << 1));
}

/** How many bits of a state are written before a symbol. */
// @ts-ignore: decorator
@inline
export function bitsBefore(table: usize, symbol: usize, state: u32): u32 {
  return (state + load<u32>(table + symbolsAt + (symbol << 3))) >> 16;
}

/** The state after a symbol, when `bits` of the one before are written. */
// @ts-ignore: decorator
@inline
export function stateAfter(table: usize, symbol: usize, state: u32, bits: u32): u32 {
  const at = <i32>(state >> bits) + load<i32>(table + symbolsAt + (symbol << 3), 4);
  return load<u16>(table + (<usize>at << 1));
}
