/** The table of kinds of stages: a line for each. Its name here is the `kind` of its stages. */
export { addKind as add } from './add/index.ts';
export { concatenateKind as concatenate } from './concatenate/index.ts';
export { delayKind as delay } from './delay/index.ts';
export { dynapSe2Kind as dynapSe2 } from './dynap-se2/index.ts';
export { dynapSimKind as dynapSim } from './dynap-sim/index.ts';
export { integrateAndFireKind as integrateAndFire } from './integrate-and-fire/index.ts';
export { integratorKind as integrator } from './integrator/index.ts';
export { liKind as li } from './li/index.ts';
export { lifKind as lif } from './lif/index.ts';
export { linearKind as linear } from './linear/index.ts';
export { scaleKind as scale } from './scale/index.ts';
export { thresholdKind as threshold } from './threshold/index.ts';
