/** SHA-256 (FIPS 180-4) over bytes that come bit by bit, in any JavaScript engine. */

/** A digest in the making. */
export interface Sha256 {
  /** Takes bytes. */
  add(bytes: Uint8Array): void;
  /** The digest of all bytes so far, hexadecimal; more may follow. */
  hex(): string;
}

const blockBytes = 64;

/** The first 32 bits of what follows the point of a root. */
function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
}

const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
const initial = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const constants = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));

/** Mixes the block that stands in the first 16 words into the state. */
function mix(state: Int32Array, w: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const p = w[i - 15]!;
    const q = w[i - 2]!;
    const s0 = ((p >>> 7) | (p << 25)) ^ ((p >>> 18) | (p << 14)) ^ (p >>> 3);
    const s1 = ((q >>> 17) | (q << 15)) ^ ((q >>> 19) | (q << 13)) ^ (q >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

/** Starts a digest. */
export function sha256(): Sha256 {
  const state = Int32Array.from(initial);
  const w = new Int32Array(64);
  const block = new Uint8Array(blockBytes);
  let held = 0;
  let length = 0;
  const load = (from: Uint8Array, at: number): void => {
    for (let i = 0, j = at; i < 16; i++, j += 4) {
      w[i] = (from[j]! << 24) | (from[j + 1]! << 16) | (from[j + 2]! << 8) | from[j + 3]!;
    }
  };
  return {
    add(bytes) {
      length += bytes.length;
      let at = 0;
      if (held > 0) {
        at = Math.min(bytes.length, blockBytes - held);
        block.set(bytes.subarray(0, at), held);
        held += at;
        if (held < blockBytes) return;
        load(block, 0);
        mix(state, w);
      }
      for (; at + blockBytes <= bytes.length; at += blockBytes) {
        load(bytes, at);
        mix(state, w);
      }
      block.set(bytes.subarray(at));
      held = bytes.length - at;
    },
    hex() {
      const own = state.slice();
      const last = new Uint8Array(held + 9 > blockBytes ? 2 * blockBytes : blockBytes);
      last.set(block.subarray(0, held));
      last[held] = 0x80;
      const view = new DataView(last.buffer);
      view.setUint32(last.length - 8, Math.floor(length / 2 ** 29));
      view.setUint32(last.length - 4, (length * 8) >>> 0);
      for (let at = 0; at < last.length; at += blockBytes) {
        load(last, at);
        mix(own, w);
      }
      return Array.from(own, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    },
  };
}
