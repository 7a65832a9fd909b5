import { dynapSim, linear, type Pipeline, pipeline } from 'spikeline';

/** Two populations, one recurrent, and a channel that reaches nothing. */
export const net: Pipeline = pipeline(
  linear({
    weight: [
      [5, 1],
      [1, 5],
      [3, -2],
      [0, 0],
    ],
  }),
  dynapSim({
    name: 'hidden',
    neurons: 2,
    recurrent: [
      [0, -3],
      [-3, 0],
    ],
  }),
  linear({ weight: [[2], [4]] }),
  dynapSim({ name: 'output', neurons: 1 }),
);
