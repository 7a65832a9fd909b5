/** Least squares with no unknown below zero, solved again and again without allocating. */

/**
 * Solves four equations by elimination without exchanging rows. Written out: the search for base currents does so
 * a hundred thousand times for a core.
 *
 * @param gram normal equations, `[4][4]`, symmetrical
 * @param right their right side
 * @param solution where the unknowns are written
 * @returns false, with nothing of use written, if rows would have to be exchanged or the equations are singular
 */
function solveFour(gram: Float64Array, right: Float64Array, solution: Float64Array): boolean {
  const a00 = gram[0]!;
  const a01 = gram[1]!;
  const a02 = gram[2]!;
  const a03 = gram[3]!;
  let b0 = right[0]!;
  if (a00 < a01 || a00 < a02 || a00 < a03 || a00 < 1e-12) return false;
  const f10 = a01 / a00;
  const f20 = a02 / a00;
  const f30 = a03 / a00;
  const a11 = gram[5]! - f10 * a01;
  const a12 = gram[6]! - f10 * a02;
  let a13 = gram[7]! - f10 * a03;
  let b1 = right[1]! - f10 * b0;
  const a21 = gram[9]! - f20 * a01;
  let a22 = gram[10]! - f20 * a02;
  let a23 = gram[11]! - f20 * a03;
  let b2 = right[2]! - f20 * b0;
  const a31 = gram[13]! - f30 * a01;
  let a32 = gram[14]! - f30 * a02;
  let a33 = gram[15]! - f30 * a03;
  let b3 = right[3]! - f30 * b0;
  if (a11 < 1e-12 || a11 < Math.abs(a21) || a11 < Math.abs(a31)) return false;
  const f01 = a01 / a11;
  const f21 = a21 / a11;
  const f31 = a31 / a11;
  const a02b = a02 - f01 * a12;
  let a03b = a03 - f01 * a13;
  b0 -= f01 * b1;
  a22 -= f21 * a12;
  a23 -= f21 * a13;
  b2 -= f21 * b1;
  a32 -= f31 * a12;
  a33 -= f31 * a13;
  b3 -= f31 * b1;
  if (a22 < 1e-12 || a22 < Math.abs(a32)) return false;
  const f02 = a02b / a22;
  const f12 = a12 / a22;
  const f32 = a32 / a22;
  a03b -= f02 * a23;
  b0 -= f02 * b2;
  a13 -= f12 * a23;
  b1 -= f12 * b2;
  a33 -= f32 * a23;
  b3 -= f32 * b2;
  if (a33 < 1e-12) return false;
  b0 -= (a03b / a33) * b3;
  b1 -= (a13 / a33) * b3;
  b2 -= (a23 / a33) * b3;
  solution[0] = b0 / a00;
  solution[1] = b1 / a11;
  solution[2] = b2 / a22;
  solution[3] = b3 / a33;
  return true;
}

/**
 * Prepares least squares over `count` unknowns, none below zero: drops the most negative one and solves again.
 * The function that it gives moves `base` and tells whether there was a solution; it allocates nothing.
 *
 * @param gram normal equations, `[count][count]`; read at each call
 * @param right their right side
 */
export function nonNegativeSolver(
  gram: Float64Array,
  right: Float64Array,
  count: number,
): (base: Float64Array) => boolean {
  // Columns of the equations: the unknowns and the right side.
  const width = count + 1;
  const cells = new Float64Array(count * width);
  const active = new Uint8Array(count);
  const zero = new Uint8Array(count);
  const solution = new Float64Array(count);
  const swap = (a: number, b: number, size: number): void => {
    for (let c = 0; c <= size; c++) {
      const held = cells[a * width + c]!;
      cells[a * width + c] = cells[b * width + c]!;
      cells[b * width + c] = held;
    }
  };
  /** Solves for the first `size` active bases; false if they are singular. */
  const solve = (size: number): boolean => {
    for (let r = 0; r < size; r++) {
      const own = active[r]! * count;
      for (let c = 0; c < size; c++) cells[r * width + c] = gram[own + active[c]!]!;
      cells[r * width + size] = right[active[r]!]!;
    }
    for (let pivot = 0; pivot < size; pivot++) {
      let best = pivot;
      for (let r = pivot + 1; r < size; r++) {
        if (Math.abs(cells[r * width + pivot]!) > Math.abs(cells[best * width + pivot]!)) best = r;
      }
      if (best !== pivot) swap(pivot, best, size);
      const first = pivot * width;
      const divisor = cells[first + pivot]!;
      if (Math.abs(divisor) < 1e-12) return false;
      for (let r = 0; r < size; r++) {
        if (r === pivot) continue;
        const own = r * width;
        const factor = cells[own + pivot]! / divisor;
        for (let c = pivot + 1; c <= size; c++) {
          cells[own + c] = cells[own + c]! - factor * cells[first + c]!;
        }
      }
    }
    for (let r = 0; r < size; r++) {
      solution[r] = cells[r * width + size]! / cells[r * width + r]!;
    }
    return true;
  };
  return (base: Float64Array): boolean => {
    let size = 0;
    for (let i = 0; i < count; i++) if (gram[i * count + i]! > 0) active[size++] = i;
    let dropped = 0;
    while (size > 0) {
      if (!(size === 4 && solveFour(gram, right, solution)) && !solve(size)) return false;
      let worst = 0;
      for (let k = 1; k < size; k++) if (solution[k]! < solution[worst]!) worst = k;
      if (solution[worst]! >= 0) {
        for (let k = 0; k < dropped; k++) base[zero[k]!] = 0;
        for (let k = 0; k < size; k++) base[active[k]!] = solution[k]!;
        return true;
      }
      zero[dropped++] = active[worst]!;
      active.copyWithin(worst, worst + 1, size);
      size--;
    }
    return false;
  };
}
