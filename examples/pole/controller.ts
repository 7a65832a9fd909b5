// What the network learns from: a linear controller of least cost (LQR) for the cart near rest, its gains found by going
// through the Riccati equation of discrete time until nothing changes.

import { cart, change } from './cart.ts';

type Matrix = readonly (readonly number[])[];

const multiply = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const transpose = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
const combine = (a: Matrix, b: Matrix, scale: number): number[][] =>
  a.map((row, i) => row.map((value, j) => value + scale * b[i]![j]!));

/** The cart near rest in steps of dt: next state = A·state + B·force, by small differences of the model. */
function linearised(dt: number): { A: Matrix; B: Matrix } {
  const small = 1e-6;
  const slopes = [0, 1, 2, 3].map((k) => {
    const state = new Float64Array(4);
    state[k] = small;
    return change(state, 0).map((value) => value / small);
  });
  const A = transpose(slopes).map((row, i) => row.map((slope, j) => +(i === j) + dt * slope));
  const B = change(new Float64Array(4), small).map((value) => [(dt * value) / small]);
  return { A, B };
}

/** Gains of least cost: force = -gains·state. `costs` are of the squared numbers of the state, `effort` of the squared force. */
export function gainsOf(costs: readonly number[], effort: number, dt = 5e-3): number[] {
  const { A, B } = linearised(dt);
  const Q = costs.map((cost, i) => costs.map((_, j) => (i === j ? cost * dt : 0)));
  let P: number[][] = Q;
  let gains = costs.map(() => 0);
  for (let round = 0; round < 4000; round++) {
    const PB = multiply(P, B);
    const scale = effort * dt + multiply(transpose(B), PB)[0]![0]!;
    const before = gains;
    gains = multiply(transpose(PB), A)[0]!.map((value) => value / scale);
    if (gains.every((gain, i) => Math.abs(gain - before[i]!) <= 1e-13 * Math.abs(gain))) break;
    const back = multiply(transpose(A), P);
    const next = combine(
      combine(Q, multiply(back, A), 1),
      multiply(multiply(back, B), [gains]),
      -1,
    );
    // What rounding makes lopsided would grow.
    P = next.map((row, i) => row.map((value, j) => (value + next[j]![i]!) / 2));
  }
  return gains;
}

const gains = gainsOf([1, 1, 10, 1], 0.1);

/** The force that the linear controller gives in a state, N, within what the motor can do. */
export function decision(state: ArrayLike<number>): number {
  const force = gains.reduce((sum, gain, i) => sum - gain * state[i]!, 0);
  return Math.max(-cart.force, Math.min(cart.force, force));
}
