import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import type { PlacedSynapses } from 'spikeline/chip';
import { type Random, randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { collectSynapses } from '#src/chips/collect';
import { runs } from '#test/support/runs';
import { allocate, allocationProblems } from './placed-networks.ts';

/** Where a test looks for each limit in the messages: the neurons stand in the group. */
const limits: Readonly<Record<string, RegExp>> = {
  chip: /^neurons? (.*) on a chip that does not exist; a board has 4, 0…3$/,
  core: /^neurons? (.*) on a core that does not exist; a chip has 4, 0…3$/,
  neuron: /^neurons? (.*) on a neuron that does not exist; a core has 256, 0…255$/,
  shared: /^neurons (.*) share one place chip\/core\/neuron; give each its own$/,
  fanIn: /^fan-in above 64 at neurons? (.*); prune/,
  destinations: /^more than 4 destinations at neurons? (.*): one for each chip/,
  hops: /^too many hops for neurons? (.*); 7 east and 6 west are possible/,
};

/** What the messages say: for each limit its neurons, those left out as a number. */
function said(network: PlacedSynapses): Record<string, string> {
  const found: Record<string, string> = {};
  for (const problem of allocationProblems(network)) {
    const [name, pattern] = Object.entries(limits).find(([, each]) => each.test(problem)) ?? [];
    if (name === undefined || name in found) throw new Error(`unexpected: ${problem}`);
    const [, list = ''] = pattern!.exec(problem)!;
    const named = Array.from(list.matchAll(/((?:\d+ and )*\d+) \(/g), ([, each]) => each);
    const more = / and (\d+) more$/.exec(list)?.[1] ?? '0';
    found[name] = [...named, `+${more}`].join('; ');
  }
  return found;
}

/** The same found the slow way, straight from what the limits mean. */
function violated(network: PlacedSynapses): Record<string, string> {
  const { hardware, input, recurrent, monitored } = network;
  const all = Array.from(hardware.keys());
  const links = [
    ...Array.from(input.pre, (_, i) => ({ pre: -1, post: input.post[i]! })),
    ...Array.from(recurrent.pre, (pre, i) => ({ pre, post: recurrent.post[i]! })),
  ];
  /** Chips with a core that hears neuron n. */
  const chipsOf = (n: number): number[] => [
    ...new Set(
      links
        .filter(({ pre, post }) => pre === n && [0, 1, 2, 3].includes(hardware[post]!.core))
        .map(({ post }) => hardware[post]!.chip),
    ),
  ];
  const lists: Record<string, (number | string)[]> = {
    chip: all.filter((n) => ![0, 1, 2, 3].includes(hardware[n]!.chip)),
    core: all.filter((n) => ![0, 1, 2, 3].includes(hardware[n]!.core)),
    neuron: all.filter((n) => hardware[n]!.neuron > 255),
    shared: all.flatMap((n) => {
      const same = all.filter((m) => JSON.stringify(hardware[m]) === JSON.stringify(hardware[n]));
      return same.length > 1 && same[0] === n ? [same.join(' and ')] : [];
    }),
    fanIn: all.filter((n) => links.filter(({ post }) => post === n).length > 64),
    destinations: all.filter((n) => chipsOf(n).length + Number(monitored![n]) > 4),
    hops: all.flatMap((n) => {
      // Seven hops west are the way to the host.
      const away = chipsOf(n).map((chip) => chip - hardware[n]!.chip);
      return away.filter((hops) => hops > 7 || hops < -6).map(() => n);
    }),
  };
  const broken = Object.entries(lists).filter(([, neurons]) => neurons.length > 0);
  return Object.fromEntries(
    broken.map(([name, neurons]) => {
      const more = Math.max(0, neurons.length - 8);
      return [name, [...neurons.slice(0, 8), `+${more}`].join('; ')];
    }),
  );
}

/** A network that breaks any of the limits now and then. */
function anyNetwork(random: Random, neurons: number, channels: number, care: number) {
  const risky = (good: number, bad: number): number =>
    random.uniform() < care ? random.integer(good) : random.integer(bad);
  const hardware = Array.from({ length: neurons }, () => ({
    chip: risky(4, 12),
    core: risky(4, 6),
    neuron: risky(256, 300),
  }));
  if (random.uniform() < 0.3) hardware[0] = hardware.at(-1)!;
  const density = random.uniform();
  const input = collectSynapses();
  const recurrent = collectSynapses();
  for (let post = 0; post < neurons; post++) {
    for (let pre = 0; pre < channels + neurons; pre++) {
      if (random.uniform() >= density) continue;
      const [to, from] = pre < channels ? [input, pre] : [recurrent, pre - channels];
      to.add(from, post, 1 + random.integer(15), 'ampa');
    }
  }
  const flags = hardware.map(() => random.uniform() < 0.5);
  return {
    channels,
    input: input.list(),
    recurrent: recurrent.list(),
    hardware,
    dc: flags,
    adaptation: flags,
    monitored: flags,
  } satisfies PlacedSynapses;
}

describe('allocationProblems', () => {
  it('names every limit that is violated with its neurons, and none that holds', () => {
    const shape = fc.record({
      seed: fc.integer(),
      neurons: fc.integer({ min: 1, max: 25 }),
      channels: fc.integer({ min: 0, max: 80 }),
      care: fc.constantFrom(0.5, 0.9, 0.98, 1),
    });
    const seen = new Set<string>();
    fc.assert(
      fc.property(shape, ({ seed, neurons, channels, care }) => {
        const network = anyNetwork(randomStream(seed), neurons, channels, care);
        const expected = violated(network);
        for (const name of Object.keys(expected)) seen.add(name);
        expect(said(network)).toEqual(expected);
        if (Object.keys(expected).length === 0) allocate(network);
        else expect(() => allocate(network)).toThrow(InvalidArgumentError);
      }),
      { numRuns: runs(200) },
    );
    expect([...seen].sort()).toEqual(Object.keys(limits).sort());
  });

  it('says what was given, what is allowed and what would help', () => {
    const input = collectSynapses();
    for (let channel = 0; channel < 65; channel++) input.add(channel, 1, 1, 'ampa');
    const recurrent = collectSynapses();
    for (const post of [0, 1, 2, 3]) recurrent.add(0, post, 1, 'gaba');
    const on = [true, true, true, true];
    const network: PlacedSynapses = {
      channels: 65,
      input: input.list(),
      recurrent: recurrent.list(),
      hardware: on.map((_, chip) => ({ chip, core: 0, neuron: 0 })),
      dc: on,
      adaptation: on,
    };
    expect(allocationProblems(network)).toEqual([
      'fan-in above 64 at neuron 1 (66); prune the smallest weights',
      'more than 4 destinations at neuron 0 (chips 0, 1, 2, 3): one for each chip, and one for the host if the neuron is monitored; place its targets on fewer chips, or do not monitor it',
    ]);
    const silent = { ...network, input: recurrent.list(), monitored: [false, true, true, true] };
    expect(allocationProblems(silent)).toEqual([]);
  });

  it('counts the neurons of a core', () => {
    const hardware = Array.from({ length: 300 }, (_, n) => ({ chip: 1, core: 3, neuron: n % 256 }));
    const none = collectSynapses().list();
    const flags = hardware.map(() => false);
    const problems = allocationProblems({
      channels: 0,
      input: none,
      recurrent: none,
      hardware,
      dc: flags,
      adaptation: flags,
    });
    expect(problems).toEqual([
      '300 neurons are on core 3 of chip 1, which holds 256; spread them over more cores',
      expect.stringMatching(/^neurons 0 and 256 \(1\/3\/0\), .* and 36 more share one place/),
    ]);
  });

  it('refuses what is no network, and then says nothing else', () => {
    const one = collectSynapses();
    one.add(0, 0, 1, 'ampa');
    const list = one.list();
    const none = collectSynapses().list();
    const sound: PlacedSynapses = {
      channels: 1,
      input: list,
      recurrent: none,
      hardware: [{ chip: 0, core: 0, neuron: 0 }],
      dc: [false],
      adaptation: [false],
    };
    expect(allocationProblems(sound)).toEqual([]);
    const bad: [Partial<PlacedSynapses>, RegExp][] = [
      [{ channels: 0 }, /^it leads from 0 of 0 to 0 of 1/],
      [{ recurrent: { ...list, post: Uint32Array.of(1) } }, /to 1 of 1 with code 1/],
      [{ input: { ...list, code: Uint8Array.of(16) } }, /codes 1…15/],
      [{ input: { ...list, dendrite: Uint8Array.of(4) } }, /on dendrite 4;/],
      [{ input: { ...list, post: Uint32Array.of() } }, /^it has arrays of 1, 0, 1, 1 entries/],
      [{ dc: [] }, /^it has 0 entries for 1 neurons/],
      [{ nmda: [true, true] }, /^it has 2 entries for 1 neurons/],
    ];
    for (const [change, message] of bad) {
      const network = { ...sound, ...change };
      expect(allocationProblems(network)).toEqual([expect.stringMatching(message)]);
      expect(() => allocate(network)).toThrow(InvalidArgumentError);
    }
  });
});
