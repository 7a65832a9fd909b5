/** How neurons fire in NIR. */
import { listOf, nirList } from '../nir/graph/arrays.ts';
import type { NirCubaLif, NirIntegrateAndFire, NirLif } from '../nir/graph/types.ts';
import type { Firing, FiringValues } from './firing.ts';

/** The fields of neurons that fire. */
export function firingFieldsOf({
  threshold,
  reset,
}: Firing): Pick<NirLif, 'v_threshold' | 'v_reset'> {
  return { v_threshold: nirList(threshold), v_reset: nirList(reset) };
}

/** How `size` neurons of a node fire. */
export function firingOf(
  { v_threshold, v_reset }: NirIntegrateAndFire | NirLif | NirCubaLif,
  size: number,
): FiringValues {
  return { threshold: listOf(v_threshold, size), reset: listOf(v_reset, size) };
}
