import { dendrites } from '../chips/dynapse2/configuration.ts';
import { fpgaHop } from '../chips/dynapse2/event.ts';
import { chipLimits } from '../chips/dynapse2/limits.ts';
import { oneOf } from '../chips/dynapse2/settings.ts';
import type { Place } from './places.ts';
import { isOnCore, type Source, sourcesOf } from './reach.ts';
import type { PlacedNetwork, SynapseList } from './synapses.ts';
import { type Tagging, tagSources } from './tags.ts';

/** Entries of a list that a message names. */
const shown = 8;

/** The first few of a list, and how many more there are. */
function some(items: readonly (number | string)[]): string {
  const rest = items.length - shown;
  const first = items.slice(0, shown).join(', ');
  return rest > 0 ? `${first} and ${rest} more` : first;
}

/** One noun for one thing, another for several. */
function plural(items: readonly unknown[], one: string, several = `${one}s`): string {
  return items.length === 1 ? one : several;
}

/** What a neuron is called. */
function nameOf({ names }: Pick<PlacedNetwork, 'names'>, n: number): string {
  return names?.[n] ?? `${n}`;
}

/** Groups the indices of `items` by a key. */
function groups<T>(
  items: readonly T[],
  key: (item: T) => string | undefined,
): [string, number[]][] {
  const found = new Map<string, number[]>();
  for (const [i, item] of items.entries()) {
    const name = key(item);
    if (name === undefined) continue;
    const members = found.get(name);
    if (members === undefined) found.set(name, [i]);
    else members.push(i);
  }
  return [...found];
}

/** Lists what makes a network meaningless, so that nothing else can be said about it. */
function networkFaults({ channels, input, recurrent, places, ...rest }: PlacedNetwork): string[] {
  const faults: string[] = [];
  const neurons = places.length;
  const known: readonly number[] = Object.values(dendrites).filter((kind) => kind !== 0);
  const check = (name: string, { pre, post, mask, dendrite }: SynapseList, from: number): void => {
    const lengths = [pre, post, mask, dendrite].map(({ length }) => length);
    if (new Set(lengths).size > 1) {
      faults.push(`${name} has arrays of ${lengths.join(', ')} entries; all must be as long`);
      return;
    }
    const bad = pre.findIndex(
      (_, i) =>
        pre[i]! >= from ||
        post[i]! >= neurons ||
        mask[i] === 0 ||
        mask[i]! > chipLimits.mask ||
        !known.includes(dendrite[i]!),
    );
    if (bad < 0) return;
    faults.push(
      `synapse ${bad} of ${name} leads from ${pre[bad]} of ${from} to ${post[bad]} of ${neurons} with mask ${mask[bad]} on dendrite ${dendrite[bad]}; masks 1…15 and dendrites ${known.join(', ')} exist`,
    );
  };
  check('input', input, channels);
  check('recurrent', recurrent, neurons);
  for (const name of ['dc', 'adaptation', 'nmda', 'monitored'] as const) {
    const { length } = rest[name] ?? places;
    if (length !== neurons) faults.push(`${name} has ${length} entries for ${neurons} neurons`);
  }
  return faults;
}

/** Lists which places do not exist or are taken twice. */
function placeProblems(network: PlacedNetwork): string[] {
  const { places } = network;
  const problems: string[] = [];
  const outside = (what: 'chip' | 'core' | 'neuron', limit: number, whole: string): void => {
    const bad = places.flatMap((place, n) =>
      oneOf(place[what], limit) ? [] : [`${nameOf(network, n)} (${what} ${place[what]})`],
    );
    if (bad.length === 0) return;
    problems.push(
      `${plural(bad, 'neuron')} ${some(bad)} on a ${what} that does not exist; ${whole} has ${limit}, 0…${limit - 1}`,
    );
  };
  outside('chip', chipLimits.chips, 'a board');
  outside('core', chipLimits.cores, 'a chip');
  outside('neuron', chipLimits.neurons, 'a core');
  const core = (place: Place): string | undefined =>
    isOnCore(place) ? `core ${place.core} of chip ${place.chip}` : undefined;
  for (const [name, members] of groups(places, core)) {
    if (members.length <= chipLimits.neurons) continue;
    problems.push(
      `${members.length} neurons are on ${name}, which holds ${chipLimits.neurons}; spread them over more cores`,
    );
  }
  const shared = groups(places, ({ chip, core: k, neuron }) => `${chip}/${k}/${neuron}`)
    .filter(([, members]) => members.length > 1)
    .map(
      ([place, members]) => `${members.map((n) => nameOf(network, n)).join(' and ')} (${place})`,
    );
  if (shared.length > 0) {
    problems.push(`neurons ${some(shared)} share one place chip/core/neuron; give each its own`);
  }
  return problems;
}

/** Lists neurons that listen to more than their CAM holds. */
export function fanInProblems(network: PlacedNetwork): string[] {
  const { input, recurrent, places } = network;
  const fanIn = new Uint32Array(places.length);
  for (const { post } of [input, recurrent]) for (const n of post) fanIn[n] = fanIn[n]! + 1;
  const crowded = Array.from(fanIn).flatMap((count, n) =>
    count > chipLimits.synapses ? [`${nameOf(network, n)} (${count})`] : [],
  );
  return crowded.length === 0
    ? []
    : [
        `fan-in above ${chipLimits.synapses} at ${plural(crowded, 'neuron')} ${some(crowded)}; prune the smallest weights`,
      ];
}

/** Lists neurons that send to too many chips, or too far. */
function destinationProblems(network: PlacedNetwork, sources: readonly Source[]): string[] {
  const { channels, places } = network;
  const problems: string[] = [];
  const neurons = sources.slice(channels);
  const crowded = neurons.flatMap(({ reach, spare }, n) =>
    spare < 0 ? [`${nameOf(network, n)} (chips ${reach.map(({ chip }) => chip).join(', ')})`] : [],
  );
  if (crowded.length > 0) {
    problems.push(
      `more than ${chipLimits.destinations} destinations at ${plural(crowded, 'neuron')} ${some(crowded)}: one for each chip, and one for the host where the neuron is monitored; place ${plural(crowded, 'its', 'their')} targets on fewer chips, or do not monitor ${plural(crowded, 'it', 'them')}`,
    );
  }
  const far = neurons.flatMap(({ reach }, n) => {
    const { chip: from } = places[n]!;
    // As many hops west as there can be lead off the board, to the host.
    const beyond = reach.filter(
      ({ chip }) => chip - from > chipLimits.hops || chip - from <= fpgaHop,
    );
    return beyond.map(({ chip }) => `${nameOf(network, n)} (chip ${from} to ${chip})`);
  });
  if (far.length > 0) {
    problems.push(
      `too many hops for ${plural(far, 'neuron')} ${some(far)}; ${chipLimits.hops} east and ${chipLimits.hops - 1} west are possible: place ${plural(far, 'it', 'them')} nearer to ${plural(far, 'its', 'their')} targets`,
    );
  }
  return problems;
}

/** Lists cores that hear too many sources, and chips whose events for several cores take too many tags. */
function tagProblems(
  network: PlacedNetwork,
  sources: readonly Source[],
  { short }: Tagging,
): string[] {
  const { channels } = network;
  const { tags, cores } = chipLimits;
  const name = (all: readonly number[]): string => {
    const inputs = all.filter((source) => source < channels);
    const neurons = all
      .filter((source) => source >= channels)
      .map((source) => nameOf(network, source - channels));
    return [
      ...(inputs.length > 0 ? [`${plural(inputs, 'input')} ${some(inputs)}`] : []),
      ...(neurons.length > 0 ? [`${plural(neurons, 'neuron')} ${some(neurons)}`] : []),
    ].join(', ');
  };
  const heard = new Map<string, number[]>();
  const wide = new Map<number, number[]>();
  for (const [source, { reach }] of sources.entries()) {
    for (const { chip, cores: mask } of reach) {
      const add = <K>(groups: Map<K, number[]>, key: K): void => {
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [source]);
        else group.push(source);
      };
      if (short.has(chip) && (mask & (mask - 1)) !== 0) add(wide, chip);
      for (let core = 0; core < cores; core++) {
        if ((mask >> core) % 2 === 1) add(heard, `core ${core} of chip ${chip}`);
      }
    }
  }
  const crowded = [...heard].filter(([, all]) => all.length > tags);
  return [
    ...crowded.map(
      ([core, all]) =>
        `${core} hears ${all.length} sources and needs as many tags; ${tags} exist: ${name(all)}; spread the neurons that listen over more cores`,
    ),
    ...[...wide].map(
      ([chip, all]) =>
        `chip ${chip} needs ${short.get(chip)} tags for events to several of its cores; ${tags} exist: ${name(all)}; place their targets on one core, or do not monitor them, so that an SRAM entry is free for each core`,
    ),
  ];
}

/** Everything that can be said of a network before its memories are written. */
export interface AllocationPlan extends Tagging {
  /** Every limit that is violated. */
  readonly problems: readonly string[];
}

/** Finds the tags of a network and every limit that it violates. */
export function planAllocation(network: PlacedNetwork): AllocationPlan {
  const faults = networkFaults(network);
  if (faults.length > 0) return { problems: faults, routes: [], short: new Map() };
  const sources = sourcesOf(network);
  const tagging = tagSources(sources);
  const problems = [
    ...placeProblems(network),
    ...fanInProblems(network),
    ...destinationProblems(network, sources),
    ...tagProblems(network, sources, tagging),
  ];
  return { ...tagging, problems };
}

/**
 * Lists every limit of the board that a network violates, with the neurons concerned and what would
 * help: places, fan-in, destinations, hops, tags. Empty where it fits.
 *
 * @example
 * ```ts
 * const { ampa } = dendrites;
 * const none = collectSynapses().list();
 * const place = { chip: 0, core: 0, neuron: 0 };
 * const network = { channels: 1, input: none, recurrent: none, places: [place, place] };
 * allocationProblems({ ...network, dc: [true, true], adaptation: [false, false] }).length; // 1
 * ```
 */
export function allocationProblems(network: PlacedNetwork): string[] {
  return [...planAllocation(network).problems];
}
