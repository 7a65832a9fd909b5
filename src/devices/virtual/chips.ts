/** The chips of a virtual board as circuits: events in, one step, events out. */
import type { ChipSilicon, CircuitNeuron, Circuits, MemoryWords } from '../../chips/family.ts';
import { type SiliconConfig, type SiliconLayer, siliconLayer } from './silicon.ts';

/** The chips of a board that runs. */
export interface Chips {
  /** Lets an event from the host reach the synapses that listen to it in the next step. */
  take(word: number): void;
  /** Advances all circuits by one step; `emit` is called for each event that leaves for the host. */
  step(emit: (word: number, index: number, count: number) => void): void;
  /** Wires anew what the memory words say by now; neurons that stay keep their state. */
  rewire(): void;
}

/** Words whose keys are kept at hand: a board has few in use, and a host that sends noise must not fill the memory. */
const keptWords = 32_768;

/** Circuits with what they need to run. */
interface Wired {
  readonly circuits: Circuits;
  readonly layer: SiliconLayer | undefined;
  readonly drive: Float64Array;
  readonly input: Float64Array;
  readonly keys: Map<number, readonly number[]>;
}

/** Wires the circuits up as the memory words say. */
export function wireChips(
  family: ChipSilicon,
  memories: readonly MemoryWords[],
  config: SiliconConfig,
): Chips {
  const wire = (): Wired => {
    const circuits = family.circuits(memories, config.model);
    const { channels } = circuits.listeners;
    return {
      circuits,
      layer: siliconLayer(circuits, config),
      drive: new Float64Array(channels),
      input: new Float64Array(channels),
      keys: new Map(),
    };
  };
  let now = wire();

  const excite = (key: number, times: number): void => {
    const { circuits, drive } = now;
    const { starts, targets, currents } = circuits.listeners;
    for (let i = starts[key]!; i < starts[key + 1]!; i++) {
      const channel = targets[i]!;
      drive[channel] = drive[channel]! + times * currents[i]!;
    }
  };
  return {
    take(word) {
      const { keys, circuits } = now;
      let own = keys.get(word);
      if (own === undefined) {
        own = circuits.keysOf(word);
        if (keys.size < keptWords) keys.set(word, own);
      }
      for (let i = 0; i < own.length; i++) excite(own[i]!, 1);
    },
    step(emit) {
      const { layer, input, drive, circuits } = now;
      if (layer === undefined) return;
      input.set(drive);
      drive.fill(0);
      const spikes = layer.step(input);
      for (let n = 0; n < circuits.neurons.length; n++) {
        const count = spikes[n]!;
        if (count === 0) continue;
        const { toCores, toHost } = circuits.neurons[n]!;
        for (let i = 0; i < toCores.length; i++) excite(toCores[i]!, count);
        for (let k = 0; k < count; k++) {
          for (let i = 0; i < toHost.length; i++) emit(toHost[i]!, k, count);
        }
      }
    },
    rewire() {
      const before = now;
      now = wire();
      carryOver(before, now);
    },
  };
}

/** Lets neurons that are in use before and after go on from where they are. */
function carryOver(before: Wired, after: Wired): void {
  const nameOf = ({ chip, core, neuron }: CircuitNeuron): string => `${chip}/${core}/${neuron}`;
  const old = new Map(before.circuits.neurons.map((neuron, i) => [nameOf(neuron), i]));
  const from = after.circuits.neurons.map((neuron) => old.get(nameOf(neuron)));
  const counts = [old.size, from.length] as const;
  copyBlocks(before.drive, after.drive, from, ...counts);
  if (before.layer === undefined || after.layer === undefined) return;
  const was = before.layer.readState() as Readonly<Record<string, Float64Array>>;
  const state = after.layer.readState() as Readonly<Record<string, Float64Array>>;
  for (const [name, values] of Object.entries(state)) {
    copyBlocks(was[name]!, values, from, ...counts);
  }
  after.layer.writeState(state);
}

/** Copies the values of neurons, in one block for all or in several, to where the neurons are now. */
function copyBlocks(
  source: Float64Array,
  target: Float64Array,
  from: readonly (number | undefined)[],
  wasNeurons: number,
  neurons: number,
): void {
  const blocks = neurons === 0 ? 0 : target.length / neurons;
  for (let block = 0; block < blocks; block++) {
    for (const [n, at] of from.entries()) {
      if (at !== undefined) target[block * neurons + n] = source[block * wasNeurons + at]!;
    }
  }
}
