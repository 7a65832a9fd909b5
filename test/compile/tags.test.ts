import fc from 'fast-check';
import type { PlacedSynapses } from 'spikeline/chip';
import { type Random, randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { collectSynapses } from '#src/chips/collect';
import { allocate, allocationProblems, followed, synapseNames } from './placed-networks.ts';

/** A source of spikes: an input channel, or a neuron with SRAM entries to spare. */
interface Wanted {
  /** Cores of chip 0 that must hear it, as a mask. */
  readonly cores: number;
  /** Entries to spare once chip 0 has one; without bound for an input channel. */
  readonly spare: number;
}

/** Shuffles in place. */
function shuffled<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [items[i], items[other]] = [items[other]!, items[i]!];
  }
  return items;
}

/** A whole board of neurons of which some, and all input channels, reach cores of chip 0 as wanted. */
function boardOf(wanted: readonly Wanted[]): PlacedSynapses {
  const isInput = ({ spare }: Wanted): boolean => spare === Number.POSITIVE_INFINITY;
  const inputs = wanted.filter(isInput);
  const neurons = wanted.filter((each) => !isInput(each));
  const all = Array.from({ length: 4096 }, (_, n) => n);
  const heard = new Array<number>(16).fill(0);
  /** The next neuron of a core to listen, so that none listens to too many. */
  const listener = (core: number): number => {
    const n = heard[core]!++ % 256;
    return core * 256 + n;
  };
  const input = collectSynapses();
  const recurrent = collectSynapses();
  const monitored = all.map(() => true);
  for (const [list, to] of [
    [inputs, input],
    [neurons, recurrent],
  ] as const) {
    for (const [pre, { cores, spare }] of list.entries()) {
      for (const core of [0, 1, 2, 3]) {
        if ((cores >> core) % 2 === 1) to.add(pre, listener(core), 1 + (pre % 15), 'ampa');
      }
      if (to === input) continue;
      // Chip 0 and two others and the host leave no entry, chip 0 alone leaves three.
      monitored[pre] = spare === 0 || spare === 2;
      if (spare < 2) {
        for (const core of [4 + (pre % 4), 8 + (pre % 4)]) {
          to.add(pre, listener(core), 1, 'gaba');
        }
      }
    }
  }
  return {
    channels: inputs.length,
    input: input.list(),
    recurrent: recurrent.list(),
    hardware: all.map((n) => ({ chip: n >> 10, core: (n >> 8) & 3, neuron: n & 255 })),
    dc: all.map(() => false),
    adaptation: all.map(() => false),
    monitored,
  };
}

/** Sources for which a tagging exists: all 2048 tags are dealt out, then pieces of them are put together. */
function dealtOut(random: Random): Wanted[] {
  const pieces: number[] = [];
  for (let tag = 0; tag < 2048; tag++) {
    const blocks = new Map<number, number>();
    const width = 1 + random.integer(4);
    for (const core of [0, 1, 2, 3]) {
      const block = random.integer(width);
      blocks.set(block, (blocks.get(block) ?? 0) | (1 << core));
    }
    pieces.push(...blocks.values());
  }
  const open: { cores: number; left: number; readonly spare: number }[] = [];
  const done: Wanted[] = [];
  for (const cores of shuffled(pieces, random)) {
    const fitting = open.findIndex((each) => (each.cores & cores) === 0);
    if (fitting >= 0) {
      const source = open[fitting]!;
      source.cores |= cores;
      source.left--;
      if (source.left > 0) continue;
      open.splice(fitting, 1);
      done.push(source);
      continue;
    }
    const spare = [0, 0, 1, 1, 2, 3, Number.POSITIVE_INFINITY][random.integer(7)]!;
    const source = { cores, left: spare, spare };
    if (spare === 0) done.push(source);
    else open.push(source);
  }
  return shuffled([...done, ...open], random);
}

function repeat(times: number, cores: number, spare: number): Wanted[] {
  return Array.from({ length: times }, () => ({ cores, spare }));
}

/** Checks that spikes find exactly the synapses of the network, and no more destinations than there are. */
function expectSound(network: PlacedSynapses): void {
  const { chips, inputChannels } = allocate(network);
  const same =
    followed(chips, inputChannels, network.hardware).join() === synapseNames(network).join();
  expect(same).toBe(true);
  const entries = chips.flat(2).map(({ destinations }) => destinations.length);
  expect(Math.max(...entries)).toBeLessThanOrEqual(4);
}

describe('tags', () => {
  it('are those that everybody expects while there are enough', () => {
    const inputs = repeat(1000, 0b0110, Number.POSITIVE_INFINITY);
    const board = boardOf([...inputs, ...repeat(1048, 0b1001, 2)]);
    const small: PlacedSynapses = {
      ...board,
      hardware: board.hardware.slice(0, 1048),
      dc: board.dc.slice(0, 1048),
      adaptation: board.adaptation.slice(0, 1048),
      monitored: board.monitored!.slice(0, 1048),
    };
    const { inputChannels, tagOf } = allocate(small);
    expect(inputChannels.map(([first]) => first!.tag)).toEqual(inputs.map((_, i) => i));
    expect(small.hardware.map((_, n) => tagOf(n))).toEqual(small.hardware.map((_, n) => 1000 + n));
  });

  it('are found on a chip whenever there are any, to the last one', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const wanted = dealtOut(randomStream(seed));
        const network = boardOf(wanted);
        expect(allocationProblems(network)).toEqual([]);
        expectSound(network);
        // Every core hears as many sources as there are tags; one more is too many.
        const core = 1 << (Math.abs(seed) % 4);
        const more = boardOf([...wanted, { cores: core, spare: Number.POSITIVE_INFINITY }]);
        expect(allocationProblems(more)).toEqual([
          expect.stringMatching(
            `^core ${Math.abs(seed) % 4} of chip 0 hears 2049 sources and needs as many tags`,
          ),
        ]);
      }),
      { numRuns: 3 },
    );
  });

  it('are one each for overlapping cores where no SRAM entry is free', () => {
    const tight = (last: number, spare: number): Wanted[] => [
      ...repeat(683, 0b0011, 0),
      ...repeat(683, 0b0101, 0),
      ...repeat(682, 0b0110, 0),
      ...repeat(last, 0b0110, spare),
    ];
    expectSound(boardOf(tight(0, 0)));
    expect(allocationProblems(boardOf(tight(1, 0)))).toEqual([
      expect.stringMatching(
        /^chip 0 needs 2049 tags for events to several of its cores; 2048 exist: neurons 0, 1, 2, 3, 4, 5, 6, 7 and 2041 more;/,
      ),
    ]);
    for (const spare of [1, 2, 3, Number.POSITIVE_INFINITY]) expectSound(boardOf(tight(1, spare)));
  });

  const kinds = (masks: readonly number[], times: number, spare: number): Wanted[] =>
    masks.flatMap((cores) => repeat(times, cores, spare));
  const triangle = kinds([0b0011, 0b0101, 0b0110], 600, 0);
  it.each<[string, Wanted[]]>([
    [
      'four cores into a pair that completes another, and two',
      [...triangle, ...repeat(500, 0b1111, 2)],
    ],
    [
      'three cores into a pair that completes another, and one',
      [...triangle, ...repeat(300, 0b1011, 1)],
    ],
    ['three cores of any kind', [...triangle, ...kinds([0b1011, 0b1101, 0b1110], 400, 1)]],
    [
      'three cores into pairs that complete each other',
      kinds([0b0111, 0b1011, 0b1101, 0b1110], 650, 1),
    ],
    [
      'pairs that complete each other',
      [
        ...kinds([0b0011, 0b1100], 600, 1),
        ...kinds([0b0101, 0b0110], 600, 0),
        ...repeat(300, 0b1011, 0),
      ],
    ],
    [
      'a pair to make room for another',
      [
        ...kinds([0b0011, 0b0101, 0b1010, 0b0110, 0b1001], 500, 0),
        ...repeat(500, 0b1100, 1),
        ...kinds([0b0111, 0b1011, 0b1110], 150, 0),
        ...repeat(150, 0b1101, 1),
      ],
    ],
  ])('are saved by splitting %s', (_, wanted) => {
    const rigid = boardOf(wanted.map((each) => ({ ...each, spare: 0 })));
    expect(allocationProblems(rigid)).toEqual([
      expect.stringMatching(/^chip 0 needs [23]\d00 tags/),
    ]);
    expectSound(boardOf(wanted));
  });

  it('are not split apart without need', () => {
    const pairs = repeat(2048, 0b0011, 2);
    const { chips } = allocate(boardOf([...pairs, ...repeat(2048, 0b1100, 2)]));
    const entries = chips.flat(2).map(({ destinations }) => destinations.length);
    expect(entries.every((count) => count === 2)).toBe(true);
  });
});
