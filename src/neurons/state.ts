/** States of neurons: what analog membranes have in common, and what can be done with any. */
/** State of adaptation, membrane and spike, whatever the synapses; one value per lane. */
export interface MembraneState {
  /** Adaptation current, amperes. */
  readonly iahp: Float64Array;
  /** Membrane current after the reset, amperes. */
  readonly imem: Float64Array;
  /** Membrane potential before the reset, volts. */
  readonly vmem: Float64Array;
  /** Spikes of the last step (counts above 1 happen). */
  readonly spikes: Float64Array;
  /** What is left of the refractory period, seconds. */
  readonly timerRef: Float64Array;
}

/** Puts `state` back to rest: every current at the Io of its neuron, all else at zero. */
export function rest(state: MembraneState, darkCurrents: Float64Array): void {
  for (const [name, values] of Object.entries<Float64Array>({ ...state })) {
    values.fill(0);
    // Currents are named i…
    if (!name.startsWith('i')) continue;
    for (let lane = 0; lane < values.length; lane += darkCurrents.length)
      values.set(darkCurrents, lane);
  }
}

/** The arrays of a state or a gradient, by their names. */
export function arraysOf(state: object): Readonly<Record<string, Float64Array>> {
  const arrays = Object.entries<unknown>({ ...state }).filter(
    (entry): entry is [string, Float64Array] => entry[1] instanceof Float64Array,
  );
  return Object.fromEntries(arrays);
}

/** Copies every value of `from`. */
export function copyState<State extends object>(from: State, to: State): void {
  const given = arraysOf(from);
  for (const [name, values] of Object.entries(arraysOf(to))) values.set(given[name]!);
}
