/** Places clusters on the cores of a board, so that spikes take the fewest hops. */
import { defaultFamily } from '../../chips/families.ts';
import type { ChipLimits, CorePlacement, PlacedSynapses, SynapseList } from '../../chips/family.ts';
import { randomStream } from '../../random.ts';

/** Neurons or input channels whose spikes go the same way. */
export interface Traffic {
  /** Cluster they are in; the host if left out. */
  readonly from?: number;
  /** Clusters that listen to them: bit c for cluster c. */
  readonly to: number;
  /** Whether their spikes are reported to the host as well. */
  readonly monitored?: boolean;
  /** How many they are. */
  readonly count: number;
}

/** Gathers who sends to the same clusters from the same place. */
export function trafficOf(
  { channels, input, recurrent, monitored }: Omit<PlacedSynapses, 'hardware'>,
  clusters: Uint32Array,
): Traffic[] {
  const targets = (senders: number, { pre, post }: SynapseList): Uint32Array => {
    const sets = new Uint32Array(senders);
    for (let i = 0; i < pre.length; i++) {
      sets[pre[i]!] = sets[pre[i]!]! | (1 << clusters[post[i]!]!);
    }
    return sets;
  };
  const groups = new Map<string, Traffic>();
  const add = (to: number, rest: Pick<Traffic, 'from' | 'monitored'> = {}): void => {
    const key = `${rest.from}/${to}/${rest.monitored}`;
    groups.set(key, { ...rest, to, count: (groups.get(key)?.count ?? 0) + 1 });
  };
  for (const to of targets(channels, input)) add(to);
  for (const [n, to] of targets(clusters.length, recurrent).entries()) {
    add(to, { from: clusters[n]!, monitored: monitored?.[n] ?? true });
  }
  return [...groups.values()];
}

/** Searches from other beginnings, so that one bad valley does not matter. */
const restarts = 40;

/** One neuron, or input, that cannot reach all its chips weighs more than any number of hops. */
const unreachable = 1e9;

/** Cost of a group of neurons by the chip they are on and the chips that listen, `[chip + 1][chips]`. */
function routeCosts(
  monitored: boolean,
  { chips: mostChips, destinations, inputChips = mostChips }: ChipLimits,
): Float64Array {
  const sets = 1 << mostChips;
  const costs = new Float64Array((mostChips + 1) * sets);
  for (let from = -1; from < mostChips; from++) {
    for (let set = 0; set < sets; set++) {
      // The FPGA is one hop before the first chip, and can name any number of destinations.
      let hops = monitored ? from + 1 : 0;
      let routes = Number(monitored);
      let beyond = 0;
      for (let chip = 0; chip < mostChips; chip++) {
        if ((set >> chip) % 2 === 0) continue;
        hops += Math.abs(chip - from);
        routes++;
        if (chip >= inputChips) beyond++;
      }
      const excess = from < 0 ? beyond : Math.max(0, routes - destinations);
      costs[(from + 1) * sets + set] = hops + excess * unreachable;
    }
  }
  return costs;
}

/** Prepares the cost of a choice of chips: hops that the spikes take, and neurons that reach too many chips. */
function costOf(
  traffic: readonly Traffic[],
  clusters: number,
  limits: ChipLimits,
): (chipOf: readonly number[]) => number {
  const silentCosts = routeCosts(false, limits);
  const monitoredCosts = routeCosts(true, limits);
  const half = clusters >> 1;
  const low = new Uint8Array(1 << half);
  const high = new Uint8Array(1 << (clusters - half));
  const fill = (table: Uint8Array, chipOf: readonly number[], first: number): void => {
    for (let set = 1; set < table.length; set++) {
      const lowest = 31 - Math.clz32(set & -set);
      table[set] = table[set & (set - 1)]! | (1 << chipOf[first + lowest]!);
    }
  };
  return (chipOf) => {
    fill(low, chipOf, 0);
    fill(high, chipOf, half);
    let cost = 0;
    for (const { from, to, monitored, count } of traffic) {
      const reached = low[to & (low.length - 1)]! | high[to >> half]!;
      const at = from === undefined ? 0 : chipOf[from]! + 1;
      cost += count * (monitored ? monitoredCosts : silentCosts)[(at << limits.chips) + reached]!;
    }
    return cost;
  };
}

/** Swaps clusters, or moves one to a chip with room, as long as that helps. Returns the cost; changes `chipOf`. */
function improve(
  chipOf: number[],
  cost: (chipOf: readonly number[]) => number,
  chips: number,
  cores: number,
): number {
  let lowest = cost(chipOf);
  const better = (change: () => void, back: () => void): boolean => {
    change();
    const now = cost(chipOf);
    if (now < lowest) {
      lowest = now;
      return true;
    }
    back();
    return false;
  };
  const set = (cluster: number, chip: number) => () => {
    chipOf[cluster] = chip;
  };
  const swap = (a: number, b: number) => () => {
    [chipOf[a], chipOf[b]] = [chipOf[b]!, chipOf[a]!];
  };
  for (let moved = true; moved; ) {
    moved = false;
    for (let a = 0; a < chipOf.length; a++) {
      for (let chip = 0; chip < chips; chip++) {
        const full = chipOf.filter((other) => other === chip).length >= cores;
        if (!full && better(set(a, chip), set(a, chipOf[a]!))) moved = true;
      }
      for (let b = a + 1; b < chipOf.length; b++) {
        if (chipOf[a] !== chipOf[b] && better(swap(a, b), swap(a, b))) moved = true;
      }
    }
  }
  return lowest;
}

/** Chips up to which the search keeps sets of them as bits of a byte. */
const mostChips = 8;

/** Clusters up to which it keeps sets of them as bits. */
const mostSearched = 24;

/**
 * Places clusters on the cores of a board: no neuron should need more destinations than it has, of which
 * monitoring takes one and each chip that listens another; among such placements, spikes take the fewest
 * hops. The chips stand in a row behind the host. A search by swaps from several beginnings: always the same
 * result, and nearly always the best there is. Beyond 24 clusters they are placed in order.
 *
 * @param clusters at most one for each core of `chips`
 * @param limits of the board; those of a DYNAP-SE2 if left out
 * @returns the core of each cluster
 * @example
 * ```ts
 * placeClusters([{ from: 0, to: 0b10, count: 100 }], 2); // [{"chip":0,"core":0},{"chip":0,"core":1}]
 * ```
 */
export function placeClusters(
  traffic: readonly Traffic[],
  clusters: number,
  chips?: number,
  limits: ChipLimits = defaultFamily.limits,
): CorePlacement[] {
  const { cores } = limits;
  const allChips = chips ?? limits.chips;
  const slots = Array.from({ length: allChips * cores }, (_, slot) => Math.floor(slot / cores));
  let best: readonly number[] = slots.slice(0, clusters);
  if (clusters <= mostSearched && limits.chips <= mostChips) {
    const cost = costOf(traffic, clusters, limits);
    const random = randomStream(0, 'place clusters');
    let lowest = Number.POSITIVE_INFINITY;
    for (let start = 0; start < restarts; start++) {
      const chipOf = slots.slice(0, clusters);
      const now = improve(chipOf, cost, allChips, cores);
      if (now < lowest) {
        lowest = now;
        best = chipOf;
      }
      for (let i = slots.length - 1; i > 0; i--) {
        const other = random.integer(i + 1);
        [slots[i], slots[other]] = [slots[other]!, slots[i]!];
      }
    }
  }
  return best.map((chip, cluster) => ({
    chip,
    core: best.slice(0, cluster).filter((other) => other === chip).length,
  }));
}
