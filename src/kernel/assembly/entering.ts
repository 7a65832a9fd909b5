// What enters neurons that fill one vector, in all steps. Rows of a list are gone through in the order of how many entries they
// have, where it has one: the machine then expects how often it goes through the loop over them.
import { VECTOR } from '../layout';
import { addRowOf } from './narrow';
import { Entering, listOf, SparseRows } from './sparse';

/** Brings a list through a matrix to the drive: adds to what stands there, or to `start` where it `begins`. */
// @ts-ignore: decorator
@inline
function feedList(
  drive: usize, steps: usize, start: v128, begins: bool, matrix: usize, list: SparseRows, first: usize, counted: bool,
): void {
  const order = list.order;
  for (let i: usize = 0; i < steps; i++) {
    const r = order ? <usize>load<u32>(order + (i << 2)) : i + first;
    const at = drive + (r - first) * VECTOR;
    v128.store(at, addRowOf(begins ? start : v128.load(at), matrix, list, r, counted));
  }
}

/** Brings all that enters in `steps` steps through the rows of a matrix, each a single vector, to the drive, and adds it to `start`. */
export function feedEntering(drive: usize, steps: usize, start: v128, feed: usize, input: Entering): void {
  for (let part: u32 = 0; part < input.parts; part++) {
    const list = listOf(input, part);
    const matrix = feed + part * input.stride;
    const begins = part == 0;
    if (list.counted) feedList(drive, steps, start, begins, matrix, list, input.first, true);
    else feedList(drive, steps, start, begins, matrix, list, input.first, false);
  }
}
