/** Every limit of a board that a placed network violates, with the neurons concerned and what would help. */
import type { ChipFamily, ChipLimits, HardwareNeuron, PlacedSynapses } from '../../chips/family.ts';
import { fault, type Problem, type ProblemCode } from '../../problems.ts';
import { firstFew } from '../front/names.ts';
import { isOnCore, isOneOf, type Source } from './sources.ts';
import type { Tagging } from './tags.ts';

/** One noun for one thing, another for several. */
function plural(items: readonly unknown[], one: string, several = `${one}s`): string {
  return items.length === 1 ? one : several;
}

/** What a neuron is called. */
function nameOf({ names }: Pick<PlacedSynapses, 'names'>, n: number): string {
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

/** The path of a neuron; that of the hardware if nobody named the neurons. */
function pathOf({ names }: Pick<PlacedSynapses, 'names'>, n: number): string {
  return names?.[n] ?? `hardware[${n}]`;
}

/** Neurons that break a limit, as a message names them. */
interface Offenders {
  /** Number of the first. */
  readonly first: number | undefined;
  /** All of them, each with what is wrong about it. */
  readonly named: readonly string[];
}

/** Gathers the neurons of which something is to be said. */
function offenders(
  network: PlacedSynapses,
  say: (n: number, neuron: HardwareNeuron) => string | readonly string[] | undefined,
): Offenders {
  const named: string[] = [];
  let first: number | undefined;
  for (const [n, neuron] of network.hardware.entries()) {
    const said = say(n, neuron);
    if (said === undefined || said.length === 0) continue;
    first ??= n;
    const all = typeof said === 'string' ? [said] : said;
    for (const one of all) named.push(`${nameOf(network, n)} (${one})`);
  }
  return { first, named };
}

/** One problem for all neurons that break a limit; none if there are none. */
function about(
  network: PlacedSynapses,
  { first, named }: Offenders,
  code: ProblemCode,
  text: (named: readonly string[]) => string,
): Problem[] {
  return first === undefined ? [] : [fault(pathOf(network, first), code, text(named))];
}

/** Lists which hardware neurons do not exist or are taken twice. */
export function placeProblems(network: PlacedSynapses, limits: ChipLimits): Problem[] {
  const { hardware } = network;
  const outside = (what: 'chip' | 'core' | 'neuron', limit: number, whole: string): Problem[] =>
    about(
      network,
      offenders(network, (_, own) =>
        isOneOf(own[what], limit) ? undefined : `${what} ${own[what]}`,
      ),
      'out-of-range',
      (bad) =>
        `${plural(bad, 'neuron')} ${firstFew(bad)} on a ${what} that does not exist; ${whole} has ${limit}, 0…${limit - 1}`,
    );
  const core = (own: HardwareNeuron): string | undefined =>
    isOnCore(own, limits) ? `core ${own.core} of chip ${own.chip}` : undefined;
  const full = groups(hardware, core).filter(([, members]) => members.length > limits.neurons);
  const shared = groups(hardware, ({ chip, core: k, neuron }) => `${chip}/${k}/${neuron}`).filter(
    ([, members]) => members.length > 1,
  );
  const named = shared.map(
    ([where, members]) => `${members.map((n) => nameOf(network, n)).join(' and ')} (${where})`,
  );
  return [
    ...outside('chip', limits.chips, 'a board'),
    ...outside('core', limits.cores, 'a chip'),
    ...outside('neuron', limits.neurons, 'a core'),
    ...full.map(([name, members]) =>
      fault(
        pathOf(network, members[0]!),
        'too-large',
        `${members.length} neurons are on ${name}, which holds ${limits.neurons}; spread them over more cores`,
      ),
    ),
    ...about(
      network,
      { first: shared[0]?.[1][0], named },
      'duplicate',
      (all) => `neurons ${firstFew(all)} share one place chip/core/neuron; give each its own`,
    ),
  ];
}

/** Lists neurons that listen with more entries than they have. */
export function fanInProblems(
  network: PlacedSynapses,
  { limits, entriesOf }: Pick<ChipFamily, 'limits' | 'entriesOf'>,
): Problem[] {
  const { input, recurrent, hardware } = network;
  const fanIn = new Uint32Array(hardware.length);
  for (const { post, code } of [input, recurrent]) {
    for (let i = 0; i < post.length; i++) {
      fanIn[post[i]!] = fanIn[post[i]!]! + entriesOf(code[i]!);
    }
  }
  return about(
    network,
    offenders(network, (n) => (fanIn[n]! > limits.synapses ? `${fanIn[n]}` : undefined)),
    'too-large',
    (crowded) =>
      `fan-in above ${limits.synapses} at ${plural(crowded, 'neuron')} ${firstFew(crowded)}; prune the smallest weights`,
  );
}

/** Lists neurons that send to too many chips, or too far. */
export function destinationProblems(
  network: PlacedSynapses,
  sources: readonly Source[],
  limits: ChipLimits,
): Problem[] {
  const { channels } = network;
  const reachOf = (n: number): Source => sources[channels + n]!;
  const crowded = offenders(network, (n) => {
    const { reach, spare } = reachOf(n);
    return spare < 0 ? `chips ${reach.map(({ chip }) => chip).join(', ')}` : undefined;
  });
  const far = offenders(network, (n, { chip: from }) =>
    reachOf(n)
      .reach.filter(({ chip }) => chip - from > limits.hopsEast || from - chip > limits.hopsWest)
      .map(({ chip }) => `chip ${from} to ${chip}`),
  );
  return [
    ...about(
      network,
      crowded,
      'too-large',
      (all) =>
        `more than ${limits.destinations} destinations at ${plural(all, 'neuron')} ${firstFew(all)}: one for each chip, and one for the host if the neuron is monitored; place ${plural(all, 'its', 'their')} targets on fewer chips, or do not monitor ${plural(all, 'it', 'them')}`,
    ),
    ...about(
      network,
      far,
      'too-large',
      (all) =>
        `too many hops for ${plural(all, 'neuron')} ${firstFew(all)}; ${limits.hopsEast} east and ${limits.hopsWest} west are possible: place ${plural(all, 'it', 'them')} nearer to ${plural(all, 'its', 'their')} targets`,
    ),
  ];
}

/** Lists input channels whose events do not reach all neurons that listen to them. */
export function inputProblems(
  { channels }: PlacedSynapses,
  sources: readonly Source[],
  { inputChips = Number.POSITIVE_INFINITY }: ChipLimits,
): Problem[] {
  const far = sources.slice(0, channels).flatMap(({ reach }, channel) => {
    const chips = reach.map(({ chip }) => chip).filter((chip) => chip >= inputChips);
    return chips.length === 0 ? [] : [{ channel, chips }];
  });
  if (far.length === 0) return [];
  const names = far.map(({ channel, chips }) => `${channel} (chip ${chips.join(', ')})`);
  const reached = inputChips === 1 ? 'chip 0' : `chips 0 to ${inputChips - 1}`;
  return [
    fault(
      '',
      'too-large',
      `${plural(far, 'input')} ${firstFew(names)} cannot be sent there: events of the host reach ${reached} only; fewer neurons may listen to the input, and place them there`,
    ),
  ];
}

/** Lists cores that hear too many sources, and chips whose events for several cores take too many tags. */
export function tagProblems(
  network: PlacedSynapses,
  sources: readonly Source[],
  { short, unbound = [] }: Pick<Tagging, 'short' | 'unbound'>,
  { tags, cores }: ChipLimits,
): Problem[] {
  const { channels } = network;
  const name = (all: readonly number[]): string => {
    const inputs = all.filter((source) => source < channels);
    const neurons = all
      .filter((source) => source >= channels)
      .map((source) => nameOf(network, source - channels));
    return [
      ...(inputs.length > 0 ? [`${plural(inputs, 'input')} ${firstFew(inputs)}`] : []),
      ...(neurons.length > 0 ? [`${plural(neurons, 'neuron')} ${firstFew(neurons)}`] : []),
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
  if (crowded.length === 0 && unbound.length > 0) {
    return [
      fault(
        '',
        'too-large',
        `no tag of their own is free for ${name(unbound)}: a core that listens to them hears others under each; give them other neurons of their cores, or place those that listen on other cores`,
      ),
    ];
  }
  return [
    ...crowded.map(([core, all]) =>
      fault(
        '',
        'too-large',
        `${core} hears ${all.length} sources and needs as many tags; ${tags} exist: ${name(all)}; spread the neurons that listen over more cores`,
      ),
    ),
    ...[...wide].map(([chip, all]) =>
      fault(
        '',
        'too-large',
        `chip ${chip} needs ${short.get(chip)} tags for events to several of its cores; ${tags} exist: ${name(all)}; place their targets on one core, or do not monitor them, so that an entry is free for each core`,
      ),
    ),
  ];
}
