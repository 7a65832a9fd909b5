// Rows of neurons of a lumped synapse that fill one vector each, side by side: while one waits for its own step before, the
// machine has the others to work on, in each half of a step. The same operations as in `single.ts`, to the last bit.
import {
  AHP_JUMP, DC, DRIVE_SLOPE, FEEDBACK, IMEM, ISYN, MEMBRANE, MEM_GAIN, MEM_LEAK, MEM_LEAK_INVERSE, MEM_RATE, SPIKES, STATE,
  SYN_CHARGE, SYN_LOSS, TIMER, VECTOR,
} from '../layout';
import { Workspace } from './block';
import { one } from './constants';
import { adaptBy, fire, furtherSpikes, manyFired } from './membrane';
import { echoOfSpikes, heldRow } from './echo';
import { closed } from './single';
import { clip, madd } from './vector';

/** Goes on from the states that `rows` rows of the same neurons have left, on the weighted input at `drive`; see `streamSingle`. */
export function streamSingles(
  c: usize, states: usize, drive: usize, steps: usize, rows: usize, recurrent: usize, w: Workspace,
): void {
  const halved = w.halved;
  const none = i64x2.splat(0);
  const row0 = heldRow(recurrent, 0, halved);
  const row1 = heldRow(recurrent, 1, halved);
  const row2 = heldRow(recurrent, 2, halved);
  const row3 = heldRow(recurrent, 3, halved);
  const restDrain = f32x4.sub(none, v128.load(c, MEM_LEAK));
  const drainRate = f32x4.sub(none, f32x4.mul(v128.load(c, MEM_RATE), v128.load(c, MEM_LEAK_INVERSE)));
  const end = states + rows * STATE;
  for (let t: usize = 0; t < steps; t++) {
    const row = drive;
    for (let state = states; state < end; state += STATE, drive += VECTOR) {
      const unit = one();
      const before = v128.load(state, SPIKES);
      const byDrive = v128.load(c, DRIVE_SLOPE);
      let charge = f32x4.mul(v128.load(drive), byDrive);
      if (recurrent) charge = madd(echoOfSpikes(recurrent, row0, row1, row2, row3, halved, before), byDrive, charge);
      const isyn = v128.load(state, ISYN);
      const held = f32x4.sub(isyn, f32x4.mul(isyn, v128.load(c, SYN_LOSS)));
      const ready = closed(v128.load(state, TIMER), f32x4.add(held, v128.load(c, DC)));
      const charged = f32x4.pmax(charge, v128.load(c, SYN_CHARGE));
      v128.store(state, f32x4.add(held, charged), ISYN);
      const jump = f32x4.mul(before, v128.load(c, AHP_JUMP));
      const drain = f32x4.sub(restDrain, clip(adaptBy(c, state, jump, 0, false, unit), unit));
      const Iin = clip(f32x4.add(f32x4.add(ready, drain), charged), unit);
      const imem = v128.load(state, IMEM);
      const Igain = v128.load(c, MEM_GAIN);
      const shared = f32x4.div(Igain, f32x4.add(imem, Igain));
      const byTotal = f32x4.mul(imem, v128.load(c, MEM_RATE));
      const taken = f32x4.mul(f32x4.mul(imem, drainRate), drain);
      const drawn = madd(f32x4.mul(taken, shared), Iin, madd(taken, drain, imem));
      v128.store(state, madd(byTotal, v128.load(state, FEEDBACK), drawn), MEMBRANE);
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
