/** A step of DYNAP-SE2 neurons: the meaning of the full circuit. */
import type { SynapseCoefficients } from '../coefficients.ts';
import { type MembraneTape, membraneForward, membraneTape } from '../membrane.ts';
import type { DynapSe2Coefficients } from './coefficients.ts';
import { type DendriteName, dendriteNames } from './parameters.ts';
import type { DynapSe2State } from './state.ts';

/**
 * What one step leaves for its adjoint, per lane. The values before clipping tell which bound held; those
 * under the names of the dendrites are the steady states of the synapses, amperes.
 */
export interface DynapSe2Tape extends MembraneTape, Readonly<Record<DendriteName, Float64Array>> {
  /** GABA current, amperes. */
  readonly igaba: Float64Array;
  /** NMDA current before the membrane gates it, amperes. */
  readonly inmda: Float64Array;
}

/** Makes room for the tape of `steps` steps of `lanes` lanes. */
export function dynapSe2Tape(steps: number, lanes: number): DynapSe2Tape {
  const room = (): Float64Array => new Float64Array(steps * lanes);
  return {
    ampa: room(),
    gaba: room(),
    nmda: room(),
    shunt: room(),
    igaba: room(),
    inmda: room(),
    ...membraneTape(steps * lanes),
  };
}

/** Input channels of each neuron. */
const channels = dendriteNames.length;

/** Advances the synapse of one dendrite on every lane. */
function stepSynapse(
  c: DynapSe2Coefficients,
  synapse: SynapseCoefficients,
  current: Float64Array,
  drive: Float64Array,
  dendrite: number,
  tape: Float64Array | undefined,
  offset: number,
): void {
  const { neurons, population, scale } = c;
  const lanes = current.length;
  let n = 0;
  for (let base = 0; base < lanes; base += population) {
    const from = base * channels + dendrite * population - base;
    for (let lane = base; lane < base + population; lane++) {
      const Io = c.darkCurrent[n]!;
      const steady = synapse.gain[n]! * (drive[from + lane]! * scale);
      const isynInf = steady > Io ? steady : Io;
      current[lane] = synapse.decay[n]! * current[lane]! + synapse.pulseFraction[n]! * isynInf;
      if (tape !== undefined) tape[offset + lane] = steady;
      n = n + 1 === neurons ? 0 : n + 1;
    }
  }
}

/**
 * Advances every lane of `state` by one step: the four dendrites, adaptation, membrane, spike, refractory
 * timer, in this order. This is the meaning of the DYNAP-SE2 neuron with its dendrites, in float64.
 *
 * Each dendrite has a DPI of its own (Bartolozzi & Indiveri 2007, Neural Comp. 19(10)); their pulses have
 * the same width. The membrane opens NMDA as it rises, and GABA leaks beside the adaptation (Chicca et al.
 * 2014, Proc. IEEE 102(9); Richter et al. 2023). For x of ampa, gaba, nmda and shunt,
 *
 * ```text
 * isynInf_x = clip(Igain_x/Itau_x · drive_x · Iscale)
 * isyn_x    = exp(-dt/tau_x)·isyn_x + (1 - exp(-tPulse/tau_x))·isynInf_x
 * Ileak     = Itau_mem + igaba + iahp
 * Iin       = clip((inmda/(1 + If_nmda/imem) + iampa - ishunt + Idc - Ileak)·[not refractory])
 * ```
 *
 * and all else as in the lumped `stepForward`. There, what draws the membrane back is imem·(1 + iahp/Itau_mem), which is
 * imem·Ileak/Itau_mem: the leak multiplies the membrane current. So it does here, with GABA in the leak:
 * imem·(1 + (igaba + iahp)/Itau_mem).
 *
 * A membrane above Igain_mem falls at the rate Ileak/(Itau_mem·tau(Ileak)). Forward Euler follows it while
 * that is below 2/dt, with the defaults and 1 ms up to a GABA of 30 pA. Beyond, it overshoots, and GABA may
 * make a neuron fire: take a smaller Igain_gaba, smaller weights or a smaller dt.
 *
 * @param drive weighted input of the step, recurrence included, in units of weight, `[trial][dendrite][neuron]`
 * @param into receives what the dendrites send into the membrane, amperes, `lanes` values
 * @param tape where to record, if at all, at `offset`
 */
export function dynapSe2Forward(
  c: DynapSe2Coefficients,
  state: DynapSe2State,
  drive: Float64Array,
  into: Float64Array,
  tape?: DynapSe2Tape,
  offset = 0,
): void {
  const { iampa, igaba, inmda, ishunt, imem } = state;
  stepSynapse(c, c.ampa, iampa, drive, 0, tape?.ampa, offset);
  stepSynapse(c, c.gaba, igaba, drive, 1, tape?.gaba, offset);
  stepSynapse(c, c.nmda, inmda, drive, 2, tape?.nmda, offset);
  stepSynapse(c, c.shunt, ishunt, drive, 3, tape?.shunt, offset);
  const lanes = imem.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === c.neurons ? 0 : n + 1) {
    const gated = inmda[lane]! / (1 + c.nmdaGate[n]! / imem[lane]!);
    into[lane] = gated + iampa[lane]! - ishunt[lane]!;
  }
  tape?.igaba.set(igaba, offset);
  tape?.inmda.set(inmda, offset);
  membraneForward(c, state, into, igaba, tape, offset);
}
