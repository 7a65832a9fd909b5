import { dynapSim, linear, type Pipeline, pipeline } from 'spikeline';

/** A network in which one input spike makes its neuron fire, once, in the same bin, whatever the step, seconds. */
export function relay(neurons: number, dt = 1e-3): Pipeline {
  const weight = Array.from({ length: neurons }, (_, i) =>
    Array.from({ length: neurons }, (__, j) => (i === j ? 0.03 / dt : 0)),
  );
  return pipeline(linear({ weight }), dynapSim({ neurons, dt, Ispkthr: 1e-10, Itau_syn: 1e-9 }));
}
