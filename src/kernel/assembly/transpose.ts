/** Copies four numbers of each of four rows to four columns; rows are `stride` bytes apart, and `across` where they are written. */
// @ts-ignore: decorator
@inline
export function transposeFour(row: usize, stride: usize, to: usize, across: usize): void {
  const a = v128.load(row);
  const b = v128.load(row + stride);
  const c = v128.load(row + 2 * stride);
  const d = v128.load(row + 3 * stride);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const upperAb = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const upperCd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(to + across, v128.shuffle<f64>(ab, cd, 1, 3));
  v128.store(to + 2 * across, v128.shuffle<f64>(upperAb, upperCd, 0, 2));
  v128.store(to + 3 * across, v128.shuffle<f64>(upperAb, upperCd, 1, 3));
}
