// Where things stand in records of vectors in the kernel's memory, bytes. Both sides read this file: TypeScript writes what
// the kernel computes with. A vector is four float32 lanes, 16 bytes; where machine code has wider ones, all of these numbers
// are multiplied by as much, and nothing else may stand here. All currents are in units of the dark current Io of their neuron,
// as float32 has no room for the square of 1e-13 A.

/** Lanes of a vector. */
export const LANES = 4;

/** Bytes of a vector. */
export const VECTOR = 16;

// Coefficients of the four neurons of a vector, one vector each, in this order.

/** exp(-dt/tau_syn). */
export const SYN_DECAY = 0;
/** 1 - exp(-tPulse/tau_syn). */
export const SYN_CHARGE = 16;
/** exp(-dt/tau_ahp). */
export const AHP_DECAY = 32;
/** Jump of the adaptation per spike. */
export const AHP_JUMP = 48;
/** Igain_mem. */
export const MEM_GAIN = 64;
/** Itau_mem. */
export const MEM_LEAK = 80;
/** 1/Itau_mem. */
export const MEM_LEAK_INVERSE = 96;
/** dt·Io·kappa/(C_mem·Ut). */
export const MEM_RATE = 112;
/** Idc. */
export const DC = 128;
/** Ispkthr. */
export const THRESHOLD = 144;
/** Ispkthr·e, above which a step holds two spikes. */
export const THRESHOLD_TWO = 160;
/** Refractory period, steps. */
export const REFRACTORY = 176;
/** kappa/(kappa+1), the exponent of the feedback. */
export const EXPONENT = 192;
/** Polynomial of m^exponent for m in [1, 2), in m - 1.5, lowest power first: seven vectors. */
export const POWER = 208;
/** Io, amperes: what one spike's gradient, per ampere, is in units of Io. */
export const SURROGATE = 320;
/**
 * pulseFraction·Igain_syn/Itau_syn·Iscale/Io: weighted input to what it adds to the synaptic current, where that is more than
 * pulseFraction; and gradient of the one to that of the other.
 */
export const DRIVE_SLOPE = 336;
/** 1 - exp(-dt/tau_syn): a decay that is taken off loses less to rounding than one that is multiplied with. */
export const SYN_LOSS = 352;
/** 1 - exp(-dt/tau_ahp). */
export const AHP_LOSS = 368;
/**
 * Where the table of the neuron stands, u32, less the octaves below 1: 2^(e·exponent) for e from 0 on,
 * {@link OCTAVES} numbers. Neurons of the same exponent share one; all tables follow the last vector.
 */
export const OCTAVE_TABLE = 384;
/** Bytes of the coefficients of a vector. */
export const COEFFICIENTS = 400;

// With four dendrites, AMPA stands where the lumped synapse stands, and the others behind all else.

/** Of GABA: decay, charge, loss, and slope of the drive, as above. */
export const GABA_DECAY = 400;
export const GABA_CHARGE = 416;
export const GABA_LOSS = 432;
export const GABA_DRIVE_SLOPE = 448;
/** Of NMDA. */
export const NMDA_DECAY = 464;
export const NMDA_CHARGE = 480;
export const NMDA_LOSS = 496;
export const NMDA_DRIVE_SLOPE = 512;
/** Of SHUNT. */
export const SHUNT_DECAY = 528;
export const SHUNT_CHARGE = 544;
export const SHUNT_LOSS = 560;
export const SHUNT_DRIVE_SLOPE = 576;
/** If_nmda: the membrane current at which half of the NMDA current flows. */
export const NMDA_GATE = 592;
/** Bytes of the coefficients of a vector with four dendrites. */
export const DENDRITIC_COEFFICIENTS = 608;

// State of the four neurons of a vector.

/** Synaptic current. */
export const ISYN = 0;
/** Adaptation current. */
export const IAHP = 16;
/** Membrane current after the reset. */
export const IMEM = 32;
/** Feedback (imem before the reset)^exponent. */
export const FEEDBACK = 48;
/** Spikes of the last step. */
export const SPIKES = 64;
/** What is left of the refractory period, steps. */
export const TIMER = 80;
/** Membrane current before clipping and reset. */
export const MEMBRANE = 96;
/** What rounding took from the adaptation current in the last step. */
export const IAHP_REST = 112;
/** Bytes of the state of a vector. */
export const STATE = 128;

/** GABA current, where there are four dendrites; that of AMPA stands where the synaptic one does. */
export const IGABA = 128;
/** NMDA current before the membrane gates it. */
export const INMDA = 144;
/** SHUNT current. */
export const ISHUNT = 160;
/** Bytes of the state of a vector with four dendrites. */
export const DENDRITIC_STATE = 176;

// Tape: what a step of a vector leaves for its adjoint, before clipping.

/** Membrane current before clipping and reset. */
export const TAPE_MEMBRANE = 0;
/** Input current of the membrane. */
export const TAPE_INPUT = 16;
/** Adaptation current. */
export const TAPE_ADAPTATION = 32;
/** Feedback that acted in the step. */
export const TAPE_FEEDBACK = 48;
/** Bytes of the tape of one step of a vector. */
export const TAPE = 64;

/** GABA current, where there are four dendrites. */
export const TAPE_GABA = 64;
/** NMDA current before the membrane gates it. */
export const TAPE_NMDA = 80;
/** Bytes of the tape of one step of a vector with four dendrites. */
export const DENDRITIC_TAPE = 96;

// Slopes: what a step of a single vector leaves in place of its tape. They are what its gradient is multiplied
// with on the way back.

/** Membrane current before clipping and reset. */
export const STEP_MEMBRANE = 0;
/** Of that, by the logarithms of the membrane current and of the feedback that the step before left. */
export const BY_LOG_IMEM = 16;
export const BY_LOG_FEEDBACK = 32;
/** Of that, by the synapse, and by the leak with its sign changed. */
export const BY_SYNAPSE = 48;
export const BY_LEAK = 64;
/** Adaptation current before clipping. */
export const STEP_ADAPTATION = 80;
/** What the weighted input charges the synapse by, before clipping. */
export const STEP_CHARGE = 96;
/** Spikes of the step. */
export const STEP_SPIKES = 112;
/** Bytes of all that for one step of a vector. */
export const SLOPES = 128;

// Gradient with respect to the state of the four neurons of a vector, on its way back.

/** With respect to the synaptic current. */
export const D_ISYN = 0;
/** With respect to the adaptation current. */
export const D_IAHP = 16;
/** With respect to the membrane current after the reset. */
export const D_IMEM = 32;
/** With respect to the logarithm of the membrane current before the reset. */
export const D_LOG = 48;
/** Bytes of the gradient of a vector. */
export const GRADIENT = 64;

/** With respect to the GABA current, where there are four dendrites. */
export const D_IGABA = 64;
/** With respect to the NMDA current. */
export const D_INMDA = 80;
/** With respect to the SHUNT current. */
export const D_ISHUNT = 96;
/** Bytes of the gradient of a vector with four dendrites. */
export const DENDRITIC_GRADIENT = 112;

// Neurons that are stepped by forward Euler. Coefficients:

/** What the potential loses in a step, as a fraction: dt/tauMem, or nothing. */
export const POTENTIAL_LOSS = 0;
/** What the potential gains in a step whatever comes in, and {@link TINY}. */
export const POTENTIAL_GAIN = 16;
/** What the potential gains in a step per unit of what flows: the current of the synapse, or else the weighted input. */
export const FLOW_SLOPE = 32;
/** Potential above which a neuron fires. */
export const FIRE_ABOVE = 48;
/** Potential after a spike. */
export const RESET = 64;
/** What the current of the synapse loses in a step, as a fraction: dt/tauSyn. */
export const CURRENT_LOSS = 80;
/** What that current gains per unit of weighted input. */
export const CURRENT_SLOPE = 96;
/** Bytes of the coefficients of a vector. */
export const EULER_COEFFICIENTS = 112;

/** State: potential after the reset, current of the synapse, and what left in the last step. */
export const POTENTIAL = 0;
export const CURRENT = 16;
export const LEFT = 32;
/** Bytes of the state of a vector. */
export const EULER_STATE = 48;

/** Bytes of the tape of one step of a vector: the potential before the reset. */
export const EULER_TAPE = 16;

/** Gradient with respect to the potential, and to the current of the synapse. */
export const D_POTENTIAL = 0;
export const D_CURRENT = 16;
/** Bytes of the gradient of a vector. */
export const EULER_GRADIENT = 32;
