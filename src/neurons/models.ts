/** The table of neuron models: a line for each. Its name here is the tag of its parameters. */
export { dynapSe2Model as dynapSe2 } from './dynap-se2/model.ts';
export { dynapSimModel as dynapSim } from './dynap-sim/model.ts';
export { integrateAndFireModel as integrateAndFire } from './integrate-and-fire/model.ts';
export { integratorModel as integrator } from './integrator/model.ts';
export { liModel as li } from './li/model.ts';
export { lifModel as lif } from './lif/model.ts';
