// Tables of finite state entropy codes (RFC 8878, section 4.1). An entry has 8 bytes: u16 the least state that may follow,
// u8 bits that are added to it, u8 bits that are added to the value, u32 the least value.
import {
  counts,
  literalLengths,
  matchLengths,
  offsets,
  symbols,
  values,
  weightCodes,
} from './zstd-memory';

/** Symbols of the distribution that was read last. */
export let symbolCount: u32 = 0;
/** States of it, as a power of two. */
export let stateLog: u32 = 0;

/**
 * Reads how often each symbol comes, at most `most` of them and 2^`mostLog` states. Gives where that ends; 0 if it is
 * damaged.
 */
export function readCounts(from: usize, end: usize, most: u32, mostLog: u32): usize {
  if (from >= end) return 0;
  stateLog = (load<u8>(from) & 15) + 5;
  if (stateLog > mostLog) return 0;
  let at: u32 = 4;
  let left: u32 = 1 << stateLog;
  let symbol: u32 = 0;
  while (left > 0) {
    if (symbol >= most || from + (at >> 3) >= end) return 0;
    const bits = 32 - clz(left + 1);
    let value = (load<u32>(from + (at >> 3)) >> (at & 7)) & ((1 << bits) - 1);
    // The smallest values are one bit shorter.
    const low: u32 = (1 << (bits - 1)) - 1;
    const threshold: u32 = (1 << bits) - 2 - left;
    at += bits;
    if ((value & low) < threshold) {
      value &= low;
      at--;
    } else if (value > low) value -= threshold;
    store<i16>(counts + (<usize>symbol << 1), <i16>value - 1);
    symbol++;
    // A count of 0 means less than one state, but one.
    left -= value == 0 ? 1 : value - 1;
    if (value != 1) continue;
    let repeats: u32;
    do {
      repeats = (load<u32>(from + (at >> 3)) >> (at & 7)) & 3;
      at += 2;
      if (symbol + repeats > most || from + (at >> 3) > end) return 0;
      for (let i: u32 = 0; i < repeats; i++, symbol++) store<i16>(counts + (<usize>symbol << 1), 0);
    } while (repeats == 3);
  }
  symbolCount = symbol;
  from += (at + 7) >> 3;
  return from <= end ? from : 0;
}

/** Lays down counts of 4 bits each, the first lowest, 15 for less than one. */
function layCounts(from: u32, many: u64, count: u32): void {
  for (let i: u32 = 0; i < count; i++, many >>= 4) {
    const one = <i16>(many & 15);
    store<i16>(counts + (<usize>(from + i) << 1), one == 15 ? -1 : one);
  }
}

/** Lays down the distribution that a table has where none is given. */
export function usualCounts(table: usize): void {
  if (table == literalLengths) {
    layCounts(0, 0x1112222222222234, 16);
    layCounts(16, 0x1111123222222222, 16);
    layCounts(32, 0xffff, 4);
    symbolCount = 36;
    stateLog = 6;
  } else if (table == matchLengths) {
    layCounts(0, 0x1111111222222341, 16);
    layCounts(16, 0x1111111111111111, 16);
    layCounts(32, 0xff11111111111111, 16);
    layCounts(48, 0xfffff, 5);
    symbolCount = 53;
    stateLog = 6;
  } else {
    layCounts(0, 0x1111111222111111, 16);
    layCounts(16, 0xfffff11111111, 13);
    symbolCount = 29;
    stateLog = 5;
  }
}

/** Bits that are added to the value of a symbol. */
export function extraBits(table: usize, symbol: u32): u32 {
  if (table == offsets) return symbol;
  if (table == literalLengths) {
    if (symbol < 16) return 0;
    return symbol < 25 ? <u32>((<u64>0x433221111 >> (4 * (symbol - 16))) & 15) : symbol - 19;
  }
  if (table == weightCodes || symbol < 32) return 0;
  return symbol < 43 ? <u32>((<u64>0x54433221111 >> (4 * (symbol - 32))) & 15) : symbol - 36;
}

/** Writes the bits that are added to each of the first symbols, and their least values, each of which follows the one before. */
export function layValues(table: usize, count: u32): void {
  let value: u32 = table == matchLengths ? 3 : table == offsets ? 1 : 0;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const extra = extraBits(table, symbol);
    store<u32>(values + (<usize>symbol << 3), extra << 24);
    store<u32>(values + (<usize>symbol << 3), value, 4);
    value += 1 << extra;
  }
}

/** Writes a table with the one state of a symbol that always comes. */
export function oneState(table: usize, symbol: u32): void {
  layValues(table, symbol + 1);
  store<u64>(table, load<u64>(values + (<usize>symbol << 3)));
}

/** Says how many symbols and states a distribution has that was laid down elsewhere. */
export function setDistribution(count: u32, log: u32): void {
  symbolCount = count;
  stateLog = log;
}

/** Spreads the symbols of the distribution that was laid down last over its states. */
export function spreadSymbols(): void {
  const size: u32 = 1 << stateLog;
  const mask = size - 1;
  const step = (size >> 1) + (size >> 3) + 3;
  let high = size;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    if (load<i16>(counts + (<usize>symbol << 1)) < 0) store<u8>(symbols + --high, <u8>symbol);
  }
  let at: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const count = load<i16>(counts + (<usize>symbol << 1));
    for (let i: i16 = 0; i < count; i++) {
      store<u8>(symbols + at, <u8>symbol);
      do at = (at + step) & mask;
      while (at >= high);
    }
    // From here on: the next state of the symbol.
    if (count < 0) store<i16>(counts + (<usize>symbol << 1), 1);
  }
}

/** Writes the table of the distribution that was laid down last. */
export function layTable(table: usize): void {
  const size: u32 = 1 << stateLog;
  spreadSymbols();
  layValues(table, symbolCount);
  for (let state: u32 = 0; state < size; state++) {
    const symbol = <usize>load<u8>(symbols + state);
    const next = <u32>load<u16>(counts + (symbol << 1));
    store<u16>(counts + (symbol << 1), <u16>(next + 1));
    const bits = stateLog + clz(next) - 31;
    const entry = table + (<usize>state << 3);
    const value = load<u64>(values + (symbol << 3));
    store<u64>(entry, value | <u64>(((next << bits) - size) | (bits << 16)));
  }
}
