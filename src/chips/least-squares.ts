/** Least squares with no unknown below zero, solved again and again without allocating. */

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
    while (size > 0) {
      if (!solve(size)) return false;
      let worst = 0;
      for (let k = 1; k < size; k++) if (solution[k]! < solution[worst]!) worst = k;
      if (solution[worst]! >= 0) {
        for (let k = 0; k < size; k++) base[active[k]!] = solution[k]!;
        return true;
      }
      base[active[worst]!] = 0;
      active.copyWithin(worst, worst + 1, size);
      size--;
    }
    return false;
  };
}
