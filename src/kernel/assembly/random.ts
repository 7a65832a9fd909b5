// The random streams of src/random.ts, number for number: FNV-1a of seed and labels, xoroshiro128+, Box and Muller.

/** FNV-1a: goes on with a code unit. */
// @ts-ignore: decorator
@inline
function hashUnit(hash: u32, unit: u32): u32 {
  return (hash ^ unit) * 0x01000193;
}

/** Goes on with a number as a label: its digits and a slash. */
export function hashNumber(hash: u32, value: u32): u32 {
  let place: u32 = 1;
  while (value / place >= 10) place *= 10;
  for (; place > 0; place /= 10) hash = hashUnit(hash, 48 + ((value / place) % 10));
  return hashUnit(hash, 47);
}

/** Goes on with the code units (u16) from `at` to `end`. */
// @ts-ignore: decorator
@inline
export function hashText(hash: u32, at: usize, end: usize): u32 {
  for (; at < end; at += 2) hash = hashUnit(hash, load<u16>(at));
  return hash;
}

/** The seed that all labels have made: the finaliser of MurmurHash3. */
// @ts-ignore: decorator
@inline
export function seedOf(hash: u32): u32 {
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

/** Taylor and minimax coefficients of fdlibm's sine and cosine on [-π/4, π/4], highest power first, side by side. */
const waves = memory.data<f64>([
  1.58969099521155010221e-10, -1.13596475577881948265e-11,
  -2.50507602534068634195e-8, 2.08757232129817482790e-9,
  2.75573137070700676789e-6, -2.75573143513906633035e-7,
  -1.98412698298579493134e-4, 2.48015872894767294178e-5,
  8.33333333332248946124e-3, -1.38888888888741095749e-3,
  -1.66666666666666324348e-1, 4.16666666666666019037e-2,
], 16);

// π/2 in two parts: the first has so few digits that four times it is exact.
const QUARTER: f64 = 1.57079632673412561417;
const QUARTER_REST: f64 = 6.07710050650619224932e-11;

/** Sine and cosine of an angle from 0 to 2π, side by side. */
// @ts-ignore: decorator
@inline
function sineAndCosine(angle: f64): v128 {
  const quarter = nearest(angle * 0.63661977236758134308);
  const x = angle - quarter * QUARTER - quarter * QUARTER_REST;
  const square = x * x;
  const z = f64x2.splat(square);
  let sum = v128.load(waves);
  sum = f64x2.add(f64x2.mul(sum, z), v128.load(waves, 16));
  sum = f64x2.add(f64x2.mul(sum, z), v128.load(waves, 32));
  sum = f64x2.add(f64x2.mul(sum, z), v128.load(waves, 48));
  sum = f64x2.add(f64x2.mul(sum, z), v128.load(waves, 64));
  sum = f64x2.add(f64x2.mul(sum, z), v128.load(waves, 80));
  const sine = x + square * x * f64x2.extract_lane(sum, 0);
  const half = 0.5 * square;
  const most = 1 - half;
  const cosine = most + (1 - most - half + square * square * f64x2.extract_lane(sum, 1));
  const turn = <i32>quarter;
  const both = f64x2(turn & 1 ? cosine : sine, turn & 1 ? sine : cosine);
  // The sine changes its sign in the second half of a turn, the cosine in the second and third quarter.
  const signs = i64x2(<i64>(turn & 2) << 62, <i64>((turn + 1) & 2) << 62);
  return v128.xor(both, signs);
}

/**
 * Lets `count` values (f64) deviate by `sigma` of themselves: value·(1 + sigma·z), where z are the standard normal
 * numbers of the stream of a seed, two at a time (Box & Muller 1958).
 */
export function deviate(seed: u32, values: usize, out: usize, count: usize, sigma: f64): void {
  let a = 0xffffffff00000000 | <u64>~seed;
  let b = <u64>seed << 32;
  const spread = f64x2.splat(sigma);
  for (let k: usize = 0; k < count; k += 2) {
    // Of xoroshiro128+ (Blackman & Vigna), the lower half of each number: 26 bits and 27 make one that is uniform.
    let uniform = 0.0;
    let radius = 0.0;
    for (let number = 0; number < 2; number++) {
      const high = <u64>((a + b) & 0x3ffffff);
      let mixed = a ^ b;
      a = rotl<u64>(a, 24) ^ mixed ^ (mixed << 16);
      b = rotl<u64>(mixed, 37);
      const low = <u64>((a + b) & 0x7ffffff);
      mixed = a ^ b;
      a = rotl<u64>(a, 24) ^ mixed ^ (mixed << 16);
      b = rotl<u64>(mixed, 37);
      uniform = <f64>((high << 27) | low) * 1.1102230246251565e-16;
      if (number == 0) radius = sqrt(-2 * Math.log(1 - uniform));
    }
    const waves = sineAndCosine(6.283185307179586 * uniform);
    const normals = f64x2.mul(f64x2.splat(radius), v128.shuffle<f64>(waves, waves, 1, 0));
    const factors = f64x2.add(f64x2.splat(1), f64x2.mul(spread, normals));
    const at = k << 3;
    // There is room for one more than there are.
    v128.store(out + at, f64x2.mul(v128.load(values + at), factors));
  }
}
