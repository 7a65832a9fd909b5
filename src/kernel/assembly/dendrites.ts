import {
  DRIVE_SLOPE, D_IGABA, D_INMDA, D_ISHUNT, GABA_CHARGE, GABA_DECAY, GABA_DRIVE_SLOPE, GABA_LOSS, IGABA, IMEM,
  INMDA, ISHUNT, ISYN, MEM_LEAK, NMDA_CHARGE, NMDA_DECAY, NMDA_DRIVE_SLOPE, NMDA_GATE, NMDA_LOSS,
  SHUNT_CHARGE, SHUNT_DECAY, SHUNT_DRIVE_SLOPE, SHUNT_LOSS, SYN_CHARGE, SYN_LOSS, SPIKES, TAPE_GABA,
  TAPE_NMDA,
} from '../layout';
import { one } from './constants';
import { adapt, membraneStep } from './membrane';
import { charged, driveGradient } from './synapse';
import { clip, madd } from './vector';

/**
 * First half of a step of four neurons with AMPA, GABA, NMDA and SHUNT. Each is a synapse like the lumped
 * one; the drives of a dendrite stand `row` bytes behind those of the one before.
 *
 *   Ileak = Itau + igaba + iahp
 *   Iin   = clip((inmda·imem/(imem + gate) + iampa - ishunt - Ileak + Idc)·[timer = 0])
 *
 * and all else as in `integrate`.
 */
// @ts-ignore: decorator
@inline
export function integrateDendrites(
  c: usize, state: usize, drive: usize, row: usize, tape: usize, record: bool,
): v128 {
  const unit = one();
  const ampa = charged(
    v128.load(state, ISYN), v128.load(drive),
    v128.load(c, DRIVE_SLOPE), v128.load(c, SYN_CHARGE), v128.load(c, SYN_LOSS),
  );
  v128.store(state, ampa, ISYN);
  const gaba = charged(
    v128.load(state, IGABA), v128.load(drive + row),
    v128.load(c, GABA_DRIVE_SLOPE), v128.load(c, GABA_CHARGE), v128.load(c, GABA_LOSS),
  );
  v128.store(state, gaba, IGABA);
  if (record) v128.store(tape, gaba, TAPE_GABA);
  const nmda = charged(
    v128.load(state, INMDA), v128.load(drive + 2 * row),
    v128.load(c, NMDA_DRIVE_SLOPE), v128.load(c, NMDA_CHARGE), v128.load(c, NMDA_LOSS),
  );
  v128.store(state, nmda, INMDA);
  if (record) v128.store(tape, nmda, TAPE_NMDA);
  const shunt = charged(
    v128.load(state, ISHUNT), v128.load(drive + 3 * row),
    v128.load(c, SHUNT_DRIVE_SLOPE), v128.load(c, SHUNT_CHARGE), v128.load(c, SHUNT_LOSS),
  );
  v128.store(state, shunt, ISHUNT);

  const imem = v128.load(state, IMEM);
  const gated = f32x4.mul(nmda, openGate(c, imem));
  const current = f32x4.sub(f32x4.add(gated, ampa), shunt);
  const iahp = clip(adapt(c, state, v128.load(state, SPIKES), tape, record, unit), unit);
  const Ileak = f32x4.add(f32x4.add(v128.load(c, MEM_LEAK), gaba), iahp);
  return membraneStep(c, state, current, Ileak, tape, record, unit);
}

/** The part of NMDA that flows: imem/(imem + gate). */
// @ts-ignore: decorator
@inline
function openGate(c: usize, imem: v128): v128 {
  return f32x4.div(imem, f32x4.add(imem, v128.load(c, NMDA_GATE)));
}

/** By how much more NMDA flows where the membrane is higher: inmda·gate/(imem + gate)². */
// @ts-ignore: decorator
@inline
export function gateSlope(c: usize, tape: usize, imem: v128): v128 {
  const gate = v128.load(c, NMDA_GATE);
  const sum = f32x4.add(imem, gate);
  return f32x4.mul(f32x4.div(v128.load(tape, TAPE_NMDA), sum), f32x4.div(gate, sum));
}

/** The adjoint of GABA, NMDA and SHUNT: `byInput` and `byLeak` are how the membrane follows input and leak. */
// @ts-ignore: decorator
@inline
export function stepDendritesBackward(
  c: usize, gradient: usize, drive: usize, row: usize, dMembrane: v128, imem: v128, byInput: v128,
  byLeak: v128,
): void {
  const dGaba = madd(dMembrane, byLeak, v128.load(gradient, D_IGABA));
  v128.store(gradient, f32x4.mul(dGaba, v128.load(c, GABA_DECAY)), D_IGABA);
  const gabaAt = drive + row;
  v128.store(gabaAt, driveGradient(
    dGaba, v128.load(gabaAt), v128.load(c, GABA_DRIVE_SLOPE), v128.load(c, GABA_CHARGE),
  ));
  const byNmda = f32x4.mul(byInput, openGate(c, imem));
  const dNmda = madd(dMembrane, byNmda, v128.load(gradient, D_INMDA));
  v128.store(gradient, f32x4.mul(dNmda, v128.load(c, NMDA_DECAY)), D_INMDA);
  const nmdaAt = drive + 2 * row;
  v128.store(nmdaAt, driveGradient(
    dNmda, v128.load(nmdaAt), v128.load(c, NMDA_DRIVE_SLOPE), v128.load(c, NMDA_CHARGE),
  ));
  const dShunt = f32x4.sub(v128.load(gradient, D_ISHUNT), f32x4.mul(dMembrane, byInput));
  v128.store(gradient, f32x4.mul(dShunt, v128.load(c, SHUNT_DECAY)), D_ISHUNT);
  const shuntAt = drive + 3 * row;
  v128.store(shuntAt, driveGradient(
    dShunt, v128.load(shuntAt), v128.load(c, SHUNT_DRIVE_SLOPE), v128.load(c, SHUNT_CHARGE),
  ));
}
