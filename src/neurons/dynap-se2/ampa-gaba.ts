/** Signed weights on the dendrites of DYNAP-SE2 neurons. */
import { type Matrix, type MatrixInput, matrix } from '../../matrix.ts';
import { dendriteNames } from './parameters.ts';

/**
 * Spreads signed weights `[pre][post]` over the dendrites of DYNAP-SE2 neurons, `[pre][4·post]`: what is
 * above zero excites through AMPA, what is below inhibits through GABA with its size. NMDA and SHUNT get
 * nothing.
 *
 * @example
 * ```ts
 * matrixRows(ampaGaba([[2, -3]])); // [[2, 0, 0, 3, 0, 0, 0, 0]]
 * ```
 */
export function ampaGaba(weight: MatrixInput): Matrix {
  const { rows, columns: neurons, values } = matrix(weight);
  const columns = dendriteNames.length * neurons;
  const spread = new Float64Array(rows * columns);
  for (const [at, value] of values.entries()) {
    const to = Math.floor(at / neurons) * columns + (at % neurons);
    if (value < 0) spread[to + neurons] = -value;
    else spread[to] = value;
  }
  return { rows, columns, values: spread };
}
