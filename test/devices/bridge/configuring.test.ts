import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import { type ChipConfiguration, eventOf, eventWord } from 'spikeline/chip';
import { samnaBridge } from 'spikeline/devices';
import { afterAll, describe, expect, it } from 'vitest';
import { idleCore } from '#src/chips/dynapse2/configuration';
import { packEvents, pieceEnds, unpackEvents } from '#src/devices/bridge/event-bytes';
import { configuration, delta } from '#test/devices/suite-network';
import { type AppliedCore, pythonObstacle, standInBoard } from './stand-in-board.ts';

const obstacle = pythonObstacle();
const title = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;
const board = await standInBoard({
  env: { SAMNA_ERRORS: 'tooHot tooCold', SAMNA_REFUSES: 'SOAD_W_N' },
});
afterAll(() => board.close());

/** Neurons that listen to anything. */
function busyOf({ neurons }: AppliedCore): number[] {
  return neurons.flatMap(({ synapses }, n) => (synapses.length > 0 ? [n] : []));
}

describe.skipIf(obstacle)(`what a bridge does with samna's configuration${title}`, () => {
  it('changes what a network says, and leaves all else as samna gives it', async () => {
    const link = await samnaBridge({ python: board.python, settleTime: 0 });
    const before = board.applications;
    await link.configure(configuration);
    // Biases first, then the neurons.
    expect(board.applications).toBe(before + 2);
    const [used, ...others] = board.applied[0]!;
    const own = configuration.chips[0]!.cores[0]!;
    for (const [name, { coarse, fine }] of Object.entries(own.parameters)) {
      expect([name, used!.biases[name]]).toEqual([name, [coarse, fine]]);
    }
    expect(used!.biases['SOIF_CC_N']).toEqual([5, 255]);
    for (const core of [...others, ...board.applied.slice(1).flat()]) {
      expect([core.biases['DEGA_ITAU_P'], core.biases['SOIF_LEAK_N']]).toEqual([
        [5, 255],
        [0, 0],
      ]);
    }
    const listening = used!.neurons.filter(({ synapses }) => synapses.length > 0);
    expect(listening).toEqual([own.neurons[0]]);
    await link.update(delta);
    expect(board.applied[0]![0]!.neurons[0]!.synapses).toEqual([
      { ...own.neurons[0]!.synapses[0]!, weight: [true, false, false, false] },
    ]);

    const elsewhere = { ...own, neurons: [...own.neurons].reverse() };
    const moved: ChipConfiguration = {
      chips: [{ cores: [idleCore(), idleCore(), elsewhere, idleCore()] }],
    };
    await link.configure(moved);
    const busy = board.applied.flatMap((chip, h) =>
      chip.flatMap((core, c) => busyOf(core).map((n) => [h, c, n])),
    );
    expect(busy).toEqual([[0, 2, 255]]);

    const settings = { monitoredNeuron: 7, sadcEnables: { soifRefractory: true } };
    const [first, ...rest] = configuration.chips[0]!.cores;
    const chip = { sharedParameters01: { PG_BUF_N: { coarse: 1, fine: 50 } } };
    await link.configure({ chips: [{ ...chip, cores: [{ ...first!, ...settings }, ...rest] }] });
    expect(board.applied[0]![0]!.monitored).toEqual([7, false, true]);

    expect([link.boardErrors, link.losses.byReason]).toEqual([
      ['tooHot', 'tooCold'],
      { boardError: 2 },
    ]);
    await link.close();
  });

  it('says what samna does not take, and goes on', async () => {
    const link = await samnaBridge({ python: board.python, settleTime: 0 });
    await link.configure(configuration);
    const bias = { chip: 0, core: 3, name: 'SOAD_W_N', setting: { coarse: 5, fine: 0 } };
    await expect(link.update({ biases: [bias] })).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/does not take the configuration .*SOAD_W_N is invalid/),
    });
    expect(link.updates).toEqual([]);
    // Nothing of the network before is left, though what came between was not taken.
    const [first, ...rest] = configuration.chips[0]!.cores;
    const elsewhere = { ...first!, neurons: [...first!.neurons].reverse() };
    const refused = {
      ...idleCore(),
      parameters: { SOAD_W_N: { coarse: 5, fine: 0, type: 'N' } },
    } as const;
    const moved = { chips: [{ cores: [elsewhere, ...rest.slice(0, 2), refused] }] };
    await expect(link.configure(moved)).rejects.toThrow('SOAD_W_N is invalid');
    await link.configure({ chips: [{ cores: [elsewhere, ...rest] }] });
    expect(busyOf(board.applied[0]![0]!)).toEqual([255]);
    await link.close();
  });

  it('refuses what this samna has not, all of it, and applies none', async () => {
    const link = await samnaBridge({ python: board.python, settleTime: 0 });
    const before = board.applications;
    const odd = { coarse: 1, fine: 1, type: 'P' } as const;
    const cores = [...configuration.chips[0]!.cores];
    cores[1] = { ...idleCore(), parameters: { DESC_REV_P: odd }, enableSyawStdbufAn: true };
    const cause = await link.configure({ chips: [{ cores }] }).catch((error: unknown) => error);
    expect(cause).toBeInstanceOf(InvalidArgumentError);
    expect((cause as InvalidArgumentError).problems.map(({ path }) => path).sort()).toEqual([
      'chips[0].cores[1].enableSyawStdbufAn',
      'chips[0].cores[1].parameters.DESC_REV_P',
    ]);
    await link.configure(configuration);
    const bias = { chip: 0, core: 0, name: 'DESC_REV_P', setting: { coarse: 1, fine: 1 } };
    await expect(link.update({ biases: [bias] })).rejects.toThrow(
      'chips[0].cores[0].parameters.DESC_REV_P',
    );
    expect(board.applications).toBe(before + 2);
    await link.close();
  });
});

describe('events on their way to a bridge', () => {
  const word = fc
    .record({
      core: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
      xHop: fc.integer({ min: -7, max: 7 }),
      yHop: fc.integer({ min: -7, max: 7 }),
      tag: fc.integer({ min: 0, max: 2047 }),
    })
    .map(eventWord);
  const time = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  it('are 9 bytes each, and come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(time, word)), (all) => {
        const timestamps = Uint32Array.from(all, ([at]) => at);
        const words = Uint32Array.from(all, ([, one]) => one);
        const events = { timestamps, words };
        const bytes = packEvents(events, 0, all.length);
        expect(bytes.length).toBe(9 * all.length);
        expect(unpackEvents(bytes)).toEqual({ ...events, unknown: 0 });
        const view = new DataView(bytes.buffer);
        for (const [i, one] of words.entries()) {
          const { core, xHop, yHop, tag } = eventOf(one);
          const mask = core.reduce((sum, on, bit) => sum | (Number(on) << bit), 0);
          const read = [view.getUint16(9 * i + 4, true), view.getUint8(9 * i + 6)];
          expect([...read, view.getInt8(9 * i + 7), view.getInt8(9 * i + 8)]).toEqual([
            tag,
            mask,
            xHop,
            yHop,
          ]);
        }
      }),
    );
  });

  it('go in pieces whose times do not go back', () => {
    fc.assert(
      fc.property(fc.array(time), (all) => {
        const timestamps = Uint32Array.from(all);
        const ends = pieceEnds({ timestamps, words: new Uint32Array(all.length) });
        expect(ends.at(-1) ?? 0).toBe(all.length);
        for (const [i, end] of ends.entries()) {
          const piece = timestamps.subarray(ends[i - 1] ?? 0, end);
          expect([...piece].sort((a, b) => a - b)).toEqual([...piece]);
        }
      }),
    );
  });

  it('are left out and counted if no board can have sent them', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 9, maxLength: 9 })), (all) => {
        const bytes = Uint8Array.from(all.flatMap((one) => [...one]));
        const { words, unknown } = unpackEvents(bytes);
        expect(words.length + unknown).toBe(all.length);
        for (const one of words) expect(eventWord(eventOf(one))).toBe(one);
      }),
    );
  });
});
