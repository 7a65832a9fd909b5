import { keysOf, routesOf } from '../../chips/dynapse2/circuits.ts';
import { chipLimits } from '../../chips/dynapse2/limits.ts';
import type { ChipMemory } from '../../chips/dynapse2/memory.ts';
import { activeNeurons, tagTable } from './routing.ts';
import { type SiliconConfig, siliconLayer } from './silicon.ts';

/** The chips of a board as circuits: events in, one step, events out. */
export interface Chips {
  /** Lets an event from the FPGA reach the synapses that listen to it in the next step. */
  take(word: number): void;
  /** Advances all circuits by one step; `emit` is called for each event that leaves for the host. */
  step(emit: (word: number, index: number, count: number) => void): void;
  /** Goes back to rest. */
  reset(): void;
}

/** Wires the circuits up as the memory words say. */
export function wireChips(memories: readonly ChipMemory[], config: SiliconConfig): Chips {
  const active = activeNeurons(memories);
  const table = tagTable(memories, active, config.circuit);
  const routes = routesOf(memories, active);
  const layer = siliconLayer(memories, active, config);
  const drive = new Float64Array(table.channels);
  const input = new Float64Array(table.channels);
  const routed = new Map<number, readonly number[]>();

  const excite = (key: number, times: number): void => {
    for (let i = table.starts[key]!; i < table.starts[key + 1]!; i++) {
      const channel = table.targets[i]!;
      drive[channel] = drive[channel]! + times * table.currents[i]!;
    }
  };
  return {
    take(word) {
      let keys = routed.get(word);
      if (keys === undefined) {
        keys = keysOf(word, 0, memories.length);
        // A board has few words in use; a host that sends noise must not fill the memory.
        if (routed.size < chipLimits.tags * 16) routed.set(word, keys);
      }
      for (const key of keys) excite(key, 1);
    },
    step(emit) {
      if (layer === undefined) return;
      input.set(drive);
      drive.fill(0);
      const spikes = layer.step(input);
      for (let n = 0; n < active.length; n++) {
        const count = spikes[n]!;
        if (count === 0) continue;
        const { toCores, toHost } = routes[n]!;
        for (const key of toCores) excite(key, count);
        for (let k = 0; k < count; k++) for (const word of toHost) emit(word, k, count);
      }
    },
    reset() {
      drive.fill(0);
      layer?.reset();
    },
  };
}
