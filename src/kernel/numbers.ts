// Numbers that both sides of the kernel read, which are no places in memory.

/** Dendrites of a neuron that has any: AMPA, GABA, NMDA, SHUNT. Weighted input has a row of vectors for each. */
export const DENDRITES = 4;

// Models of neurons, as the kernel tells them apart. Those from LIF on are stepped by forward Euler.

/** DynapSim neurons: one lumped synapse. */
export const LUMPED = 0;
/** DYNAP-SE2 neurons: four dendrites. */
export const DENDRITIC = 1;
/** Neurons that fire, and whose input is the current: LIF, and IF, from which nothing leaks. */
export const LIF = 2;
/** The same with a synapse. */
export const CUBA_LIF = 3;
/** Neurons that never fire but give their potential: leaky integrators, and integrators, from which nothing leaks. */
export const LI = 4;
/** The same with a synapse. */
export const CUBA_LI = 5;

/** Doublings of the dark current that a membrane current is followed over: 2^48·Io is far beyond any chip. */
export const OCTAVES = 48;
/** Largest membrane current that counts, in units of Io: the end of that table. */
export const GREATEST = 281_474_976_710_656;
/** Octaves of a float32 below 1. */
export const LOWER_OCTAVES = 127;

/**
 * 2^-96. Added and taken away again, it leaves multiples of 2^-120: what decays would else end as a number so small that
 * processors take many times as long for it.
 */
export const TINY = 1.262177448353619e-29;

// Parameters of neurons that are drawn, f64: the numbers in which they stand.

export const P_IO = 0;
export const P_KAPPA_N = 1;
export const P_KAPPA_P = 2;
export const P_UT = 3;
export const P_VTH = 4;
export const P_IDC = 5;
export const P_IGAIN_AHP = 6;
export const P_IGAIN_MEM = 7;
export const P_IPULSE_AHP = 8;
export const P_IREF = 9;
export const P_ISPKTHR = 10;
export const P_ITAU_AHP = 11;
export const P_ITAU_MEM = 12;
export const P_IW_AHP = 13;
export const P_C_AHP = 14;
export const P_C_MEM = 15;
export const P_C_PULSE_AHP = 16;
export const P_C_REF = 17;
export const P_IPULSE = 18;
export const P_C_PULSE = 19;
/** Itau, Igain and C of each synapse in turn. */
export const P_SYNAPSES = 20;
/** Behind those of four dendrites. */
export const P_IF_NMDA = 32;

/** Steps that a chain of populations takes at a time, so that what passes between them stays in the nearest cache. */
export const SLICE = 64;
