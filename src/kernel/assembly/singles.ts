// Rows of neurons of a lumped synapse that fill one vector each, side by side: while one waits for its own step before, the
// machine has the others to work on, in each half of a step. The same operations as in `single.ts`, to the last bit.
import {
  DC, DRIVE_SLOPE, FEEDBACK, IMEM, ISYN, MEMBRANE, MEM_GAIN, MEM_LEAK, MEM_LEAK_INVERSE, MEM_RATE, SPIKES, STATE,
  SYN_CHARGE, SYN_LOSS, TIMER, VECTOR,
} from '../layout';
import { Workspace } from './block';
import { one } from './constants';
import { adapt, fire, furtherSpikes, manyFired } from './membrane';
import { fourRows, joined, twoRows } from './single';
import { clip, madd } from './vector';

/** Goes on from the states that `rows` rows of the same neurons have left, on the weighted input at `drive`; see `streamSingle`. */
export function streamSingles(
  c: usize, states: usize, drive: usize, steps: usize, rows: usize, recurrent: usize, w: Workspace,
): void {
  const halved = w.halved;
  const first = halved && recurrent ? joined(recurrent, 0) : i64x2.splat(0);
  const second = halved && recurrent ? joined(recurrent, 1) : i64x2.splat(0);
  const end = states + rows * STATE;
  for (let t: usize = 0; t < steps; t++) {
    const row = drive;
    for (let state = states; state < end; state += STATE, drive += VECTOR) {
      const unit = one();
      const before = v128.load(state, SPIKES);
      let total = v128.load(drive);
      if (recurrent) {
        const echo = halved ? twoRows(first, second, before) : fourRows(recurrent, before);
        total = f32x4.add(total, echo);
      }
      const imem = v128.load(state, IMEM);
      const feedback = v128.load(state, FEEDBACK);
      const timer = v128.load(state, TIMER);
      const open = f32x4.eq(timer, i64x2.splat(0));
      const isyn = v128.load(state, ISYN);
      const held = f32x4.sub(isyn, f32x4.mul(isyn, v128.load(c, SYN_LOSS)));
      const Igain = v128.load(c, MEM_GAIN);
      const shared = f32x4.mul(Igain, f32x4.div(unit, f32x4.add(imem, Igain)));
      const byTotal = f32x4.mul(imem, v128.load(c, MEM_RATE));
      const adaptation = adapt(c, state, before, 0, false, unit);
      const Ileak = f32x4.add(v128.load(c, MEM_LEAK), clip(adaptation, unit));
      const leakRatio = f32x4.mul(Ileak, v128.load(c, MEM_LEAK_INVERSE));
      const byInput = f32x4.mul(f32x4.mul(byTotal, shared), leakRatio);
      const base = madd(byTotal, f32x4.sub(feedback, f32x4.mul(leakRatio, Ileak)), imem);
      const charge = f32x4.mul(total, v128.load(c, DRIVE_SLOPE));
      const charged = f32x4.pmax(charge, v128.load(c, SYN_CHARGE));
      v128.store(state, f32x4.add(held, charged), ISYN);
      const input = v128.and(
        f32x4.add(f32x4.add(f32x4.sub(held, Ileak), v128.load(c, DC)), charged), open,
      );
      v128.store(state, f32x4.add(f32x4.mul(byInput, clip(input, unit)), base), MEMBRANE);
    }
    drive = row;
    for (let state = states; state < end; state += STATE, drive += VECTOR) {
      const membrane = v128.load(state, MEMBRANE);
      fire(c, state, membrane);
      let spikes = v128.load(state, SPIKES);
      if (i32x4.bitmask(manyFired(membrane, c))) {
        spikes = f32x4.add(spikes, furtherSpikes(membrane, c));
        v128.store(state, spikes, SPIKES);
      }
      v128.store(drive, i32x4.trunc_sat_f32x4_s(spikes));
    }
  }
}
