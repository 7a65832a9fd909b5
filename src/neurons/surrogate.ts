/** What stands in for the derivative of a spike. */
/** How fast the surrogate falls off beside the threshold, per unit of potential. */
const steepness = 10;

/**
 * Stands in for the derivative of a spike with respect to the potential, which is zero or infinite:
 * 1/(1 + β·|v - threshold|)² with β = 10, the derivative of a fast sigmoid (SuperSpike, Zenke &
 * Ganguli 2018, Neural Comp. 30(6); β as in Zenke & Vogels 2021, Neural Comp. 33(4)).
 *
 * @param distance v - threshold
 */
export function surrogate(distance: number): number {
  const fall = 1 + steepness * Math.abs(distance);
  return 1 / (fall * fall);
}
