import type { ChipFamily, MemoryWords, QuantisedWeights, Route, SynapseList } from 'spikeline/chip';
import { collectSynapses } from '#src/chips/collect';
import { meanOver } from '#src/chips/switches';
import { currentNames, dynapSimParameters } from '#src/neurons/dynap-sim/parameters';
import { fault } from '#src/problems';

const limits = {
  chips: 2,
  cores: 3,
  neurons: 8,
  synapses: 24,
  destinations: 3,
  tags: 40,
  hopsEast: 1,
  hopsWest: 1,
};
const { cores, neurons, synapses, destinations, tags } = limits;
const biases = [...currentNames, 'Iw'] as const;

/** A configuration of the toy: its memory words, chip by chip. */
export interface ToyConfiguration {
  readonly chips: readonly {
    readonly cam: Uint32Array;
    readonly sram: Uint32Array;
    readonly flags: Uint32Array;
    readonly biases: Float64Array;
  }[];
}
const memory = () => ({
  cam: new Uint32Array(cores * neurons * synapses),
  sram: new Uint32Array(cores * neurons * destinations),
  flags: new Uint32Array(cores * neurons),
  biases: new Float64Array(cores * biases.length),
});
const words = (own: MemoryWords) => own as unknown as ToyConfiguration['chips'][number];
const routeWord = ({ chip, cores: mask, tag }: Route) =>
  (1 << 20) | (chip << 12) | (mask << 8) | tag;
const hostWord = (chip: number, at: number) => (1 << 21) | (chip << 8) | at;
const keysOf = (word: number, chips: number) =>
  [0, 1, 2].flatMap((core) =>
    (word >> 8) & (1 << core) && ((word >> 12) & 15) < chips && word >> 20 === 1
      ? [(((word >> 12) & 15) * cores + core) * tags + (word & 255)]
      : [],
  );
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const used = (all: readonly MemoryWords[]) =>
  all.flatMap((own, chip) =>
    numbers(cores * neurons)
      .filter((at) => words(own).flags[at] !== 0)
      .map((at) => ({
        chip,
        core: Math.floor(at / neurons),
        neuron: at % neurons,
        at,
        ...words(own),
      })),
  );
const current = (
  all: readonly MemoryWords[],
  { chip, core }: { chip: number; core: number },
  name: string,
) => words(all[chip]!).biases[core * biases.length + (biases as readonly string[]).indexOf(name)]!;
const entriesAt = ({ cam, at }: ReturnType<typeof used>[number]) =>
  [...cam.subarray(at * synapses, (at + 1) * synapses)]
    .filter((word) => word > 0)
    .map((word) => ({ tag: (word - 1) & 255, dendrite: (word - 1) >> 8 }));
const sentAt = ({ sram, at }: ReturnType<typeof used>[number]) =>
  [...sram.subarray(at * destinations, (at + 1) * destinations)].filter((word) => word > 0);
const encode = (weights: ArrayLike<number>, base: readonly number[]): QuantisedWeights => {
  const codes = Uint8Array.from(weights, (weight) =>
    Math.min(6, Math.round(Math.abs(weight) / base[0]!)),
  );
  return {
    base,
    codes,
    values: Float64Array.from(codes, (code, i) => Math.sign(weights[i]!) * code * base[0]!),
    mse: 0,
  };
};

/** A chip that is none: 8 neurons a core, one base current, and weights that are how many entries a synapse takes. */
export const toy: ChipFamily<ToyConfiguration> = {
  name: 'toy',
  limits,
  models: ['dynapSim'],
  biases: Object.fromEntries(biases.map((name) => [name, { min: 0, max: 1e-3, setting: name }])),
  bases: 1,
  largestCode: 6,
  entriesOf: (code) => code,
  quantise: (weights) => encode(weights, [Math.max(...Array.from(weights, Math.abs), 1e-12) / 6]),
  encode,
  levels: (base) => Float64Array.from(numbers(7), (code) => code * base[0]!),
  share: (parameters, members, base) =>
    Object.fromEntries(
      biases.map((name) => [name, name === 'Iw' ? base[0]! : meanOver(parameters, members)(name)]),
    ),
  behind: (name) => (name === 'Iw' ? undefined : name),
  compile({ network, routes, cores: shared }) {
    const chips = numbers(1 + Math.max(...network.hardware.map(({ chip }) => chip))).map(memory);
    for (const { chip, core, currents } of shared)
      chips[chip]!.biases.set(
        biases.map((name) => currents[name] ?? 0),
        core * biases.length,
      );
    const fill = network.hardware.map(() => 0);
    const listen = ({ pre, post, code, dendrite }: SynapseList, first: number) =>
      post.forEach((n, i) => {
        const { chip, core, neuron } = network.hardware[n]!;
        const { tag } = routes[first + pre[i]!]!.find(
          (to) => to.chip === chip && (to.cores >> core) & 1,
        )!;
        for (let k = 0; k < code[i]!; k++)
          chips[chip]!.cam[(core * neurons + neuron) * synapses + fill[n]!++] =
            1 + tag + (dendrite[i]! << 8);
      });
    listen(network.input, 0);
    listen(network.recurrent, network.channels);
    for (const [n, { chip, core, neuron }] of network.hardware.entries()) {
      const at = core * neurons + neuron;
      chips[chip]!.flags[at] =
        1 |
        (Number(network.dc[n]) << 1) |
        (Number(network.adaptation[n]) << 2) |
        (Number(network.monitored?.[n] ?? true) << 3);
      chips[chip]!.sram.set(routes[network.channels + n]!.map(routeWord), at * destinations);
    }
    return { chips };
  },
  read({ chips }, { inputs = [], hardware } = {}) {
    const found = used(chips);
    const own =
      hardware?.map(
        ({ chip, core, neuron }) =>
          found.find(
            (other) => other.chip === chip && other.core === core && other.neuron === neuron,
          )!,
      ) ?? found;
    const sent = own.map((neuron) => sentAt(neuron).flatMap((word) => keysOf(word, chips.length)));
    const heard = inputs.map((all) => [...all].flatMap((word) => keysOf(word, chips.length)));
    const [input, recurrent] = [heard, sent].map((sources) => {
      const list = collectSynapses();
      for (const [post, neuron] of own.entries()) {
        const entries = entriesAt(neuron);
        for (let cell = 0; cell < tags * 4; cell++) {
          const [tag, kind] = [cell % tags, Math.floor(cell / tags)];
          const code = entries.filter((e) => e.tag === tag && e.dendrite === kind).length;
          const key = (neuron.chip * cores + neuron.core) * tags + tag;
          for (const [pre, keys] of sources.entries()) {
            if (keys.includes(key)) list.add(pre, post, code, kind);
          }
        }
      }
      return list.list();
    }) as [SynapseList, SynapseList];
    const on = (bit: number) => own.map(({ flags, at }) => ((flags[at]! >> bit) & 1) === 1);
    const places = own.map(({ chip, core, neuron }) => ({ chip, core, neuron }));
    return {
      network: {
        channels: inputs.length,
        input,
        recurrent,
        hardware: places,
        dc: on(1),
        adaptation: on(2),
        monitored: on(3),
      },
      inputWords: inputs,
      remarks: [],
      problems: () => [],
      parameters: () =>
        Object.fromEntries(
          currentNames.map((name) => [
            name,
            Float64Array.from(own, (neuron, n) =>
              (name === 'Idc' && !on(1)[n]) || (name === 'Igain_ahp' && !on(2)[n])
                ? 0
                : current(chips, neuron, name),
            ),
          ]),
        ),
      weights: ({ post, code, dendrite }) =>
        Float64Array.from(
          post,
          (n, i) => (dendrite[i] === 1 ? -1 : 1) * code[i]! * current(chips, own[n]!, 'Iw'),
        ),
    };
  },
  problems: (given) =>
    Array.isArray((given as ToyConfiguration | null)?.chips)
      ? []
      : [fault('chips', 'wrong-type', 'a list of chips is needed')],
  chipsOf: ({ chips }) => chips.length,
  memories: ({ chips }) => chips.map((own) => structuredClone({ ...own })),
  circuits(all) {
    const own = used(all);
    const heard = own
      .flatMap((neuron, target) =>
        entriesAt(neuron).map(({ tag, dendrite }) => ({
          key: (neuron.chip * cores + neuron.core) * tags + tag,
          target,
          current: (dendrite === 1 ? -1 : 1) * current(all, neuron, 'Iw'),
        })),
      )
      .sort((a, b) => a.key - b.key);
    const starts = Uint32Array.from(
      numbers(all.length * cores * tags + 1),
      (key) => heard.filter((one) => one.key < key).length,
    );
    const inUse = [
      ...new Map(own.map(({ chip, core }) => [chip * cores + core, { chip, core }])).values(),
    ];
    return {
      neurons: own.map((neuron) => ({
        chip: neuron.chip,
        core: neuron.core,
        neuron: neuron.neuron,
        off: [
          ...(neuron.flags[neuron.at]! & 2 ? [] : ['Idc']),
          ...(neuron.flags[neuron.at]! & 4 ? [] : ['Igain_ahp']),
        ],
        toHost: Uint32Array.from(
          neuron.flags[neuron.at]! & 8 ? [hostWord(neuron.chip, neuron.at)] : [],
        ),
        toCores: Uint32Array.from(sentAt(neuron).flatMap((word) => keysOf(word, all.length))),
      })),
      cores: inUse.map((core) => ({
        ...core,
        parameters: dynapSimParameters(
          {
            ...Object.fromEntries(currentNames.map((name) => [name, current(all, core, name)])),
            Iscale: 1,
          },
          neurons,
        ),
      })),
      listeners: {
        starts,
        targets: Uint32Array.from(heard, ({ target }) => target),
        currents: Float64Array.from(heard, (one) => one.current),
        channels: own.length,
      },
      keysOf: (word) => keysOf(word, all.length),
    };
  },
  deltaProblems: () => [],
  change: () => {},
  inputWord: routeWord,
  outputWord: ({ chip, core, neuron }) => hostWord(chip, core * neurons + neuron),
};
