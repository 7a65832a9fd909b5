import fc from 'fast-check';
import { dynapSim, InvalidArgumentError, linear, pipeline, poissonRaster } from 'spikeline';
import { nearestBias } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { dendrites } from '#src/chips/dynapse2/configuration';
import { wrapPeriod } from '#src/devices/wrap';
import { runs } from '#test/support/runs';
import { settled } from '#test/support/test-clock';
import { type Bench, bench, single } from './bench.ts';

const noise = poissonRaster({ channels: 1, rate: 200, duration: 0.2, seed: 2 });

/** Words and times of what came back from `from` on, before `to`. */
function between({ seen }: Bench, from: number, to: number): number[] {
  return seen.filter(([time]) => time >= from && time < to).map(([time]) => time - from);
}

describe('time', () => {
  it('tells how late it is on a board in real time, across a wrap', async () => {
    for (const startTime of [0, wrapPeriod - 5000]) {
      const { clock, link } = await bench(single, { realTime: true, startTime });
      for (let i = 0; i < 10; i++) {
        await clock.pass(1.7);
        expect(await link.time()).toBe(Math.floor(startTime + 1700 * (i + 1)) % wrapPeriod);
      }
    }
  });

  it('comes when the time has come, after all events before it', async () => {
    for (const realTime of [true, false]) {
      const board = await bench(single, { realTime, startTime: wrapPeriod - 40_000 });
      board.send(noise, wrapPeriod - 40_000 + 10_000);
      const answers: [number, number][] = [];
      for (const at of [30_500, 90_000, 210_000]) {
        const asked = board.link.time((wrapPeriod - 40_000 + at) % wrapPeriod);
        asked.then((time) => answers.push([time, board.seen.length]));
      }
      if (realTime) {
        await board.clock.pass(30.4);
        expect(answers).toEqual([]);
      }
      await board.clock.pass(220);
      expect(answers).toHaveLength(3);
      const times = [30_500, 90_000, 210_000].map((at) => at - 40_000 + wrapPeriod);
      for (const [i, [time, seen]] of answers.entries()) {
        const unwrapped = time + (time < wrapPeriod / 2 ? wrapPeriod : 0);
        expect(unwrapped).toBeGreaterThanOrEqual(times[i]!);
        if (realTime) expect(unwrapped).toBeLessThan(times[i]! + 3000);
        // All that is stamped before was given before.
        const before = board.seen.findLastIndex(([each]) => each < times[i]!) + 1;
        expect(seen).toBeGreaterThanOrEqual(before);
      }
      expect(board.seen.length).toBeGreaterThan(3);
      await board.link.close();
    }
  });

  it('runs a board that follows the host through the time that is asked for', async () => {
    const { clock, link } = await bench(single);
    expect(await link.time()).toBe(0);
    const asked = link.time(123_456);
    await clock.pass(1);
    expect(await asked).toBe(124_000);
    expect(await link.time()).toBe(124_000);
    expect(clock.pending).toBe(0);
  });

  it('is refused when the link closes meanwhile', async () => {
    const { clock, link } = await bench(single, { realTime: true });
    const asked = link.time(1e6);
    const closed = expect(asked).rejects.toMatchObject({ code: 'disconnected' });
    await link.close();
    await closed;
    expect(clock.pending).toBe(0);
    const other = await bench(single, { realTime: true });
    const lost = expect(other.link.time(1e6)).rejects.toMatchObject({ code: 'disconnected' });
    other.link.unplug();
    await lost;
  });
});

describe('update', () => {
  const synapse = {
    dendrite: dendrites.ampa,
    tag: 0,
    weight: [true, true, true, true],
    stp: false,
    preciseDelay: false,
    mismatchedDelay: false,
  } as const;
  const here = { chip: 0, core: 0, neuron: 0, entry: 0 };

  it('changes synapses from the time that it answers with', async () => {
    const board = await bench(single);
    board.send(noise, 0);
    board.clock.advance(1);
    const before = between(board, 0, 200_000);
    expect(before.length).toBeGreaterThan(3);
    const off = {
      synapses: [{ ...here, synapse: { ...synapse, weight: [false, false, false, false] } }],
    };
    const time = await board.link.update(off);
    expect(time).toBe(await board.link.time());
    board.send(noise, 1_000_000);
    board.clock.advance(1);
    expect(between(board, 1_000_000, 1_200_000)).toEqual([]);
    const on = { synapses: [{ ...here, synapse }] };
    const again = await board.link.update(on);
    board.send(noise, 2_000_000);
    board.clock.advance(1);
    expect(between(board, 2_000_000, 2_200_000)).toEqual(before);
    expect(board.link.updates).toEqual([
      { time, delta: off },
      { time: again, delta: on },
    ]);
  });

  it('changes biases, and leaves the neurons where they are', async () => {
    const run = async (change: boolean): Promise<number[]> => {
      const driven = pipeline(
        linear({ weight: [[1]] }),
        dynapSim({ neurons: 1, Idc: 5e-10, Ispkthr: 1e-8 }),
      );
      const board = await bench(driven);
      const half = board.link.time(100_000);
      await board.clock.pass(1);
      await half;
      // The same setting again: nothing may change, not even the phase of the neuron.
      const { parameters } = board.deployment.configuration.chips[0]!.cores[0]!;
      const name = 'SOIF_SPKTHR_P';
      const { coarse, fine } = change ? nearestBias(name, 1e-9) : parameters[name]!;
      await board.link.update({ biases: [{ chip: 0, core: 0, name, setting: { coarse, fine } }] });
      const end = board.link.time(200_000);
      await board.clock.pass(1);
      await end;
      return board.seen.map(([time]) => time);
    };
    const straight = await bench(
      pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, Idc: 5e-10, Ispkthr: 1e-8 })),
    );
    const end = straight.link.time(200_000);
    await straight.clock.pass(1);
    await end;
    const expected = straight.seen.map(([time]) => time);
    expect(expected.length).toBeGreaterThan(5);
    expect(await run(false)).toEqual(expected);
    const changed = await run(true);
    expect(changed.filter((time) => time < 100_000)).toEqual(
      expected.filter((time) => time < 100_000),
    );
    expect(changed).not.toEqual(expected);
  });

  it('keeps the state of the others when a neuron joins', async () => {
    const pair = pipeline(
      linear({ weight: [[1, 1]] }),
      dynapSim({ neurons: 2, Idc: [5e-10, 0], Ispkthr: 1e-8 }),
    );
    const times = async (join: boolean): Promise<number[]> => {
      const board = await bench(pair);
      const half = board.link.time(50_000);
      await board.clock.pass(1);
      await half;
      if (join) {
        const neuron = { ...here, neuron: 7, synapse };
        await board.link.update({ synapses: [neuron] });
      }
      const end = board.link.time(200_000);
      await board.clock.pass(1);
      await end;
      return board.seen.map(([time]) => time);
    };
    const alone = await times(false);
    expect(alone.length).toBeGreaterThan(3);
    expect(await times(true)).toEqual(alone);
  });

  it('is refused with all problems if it does not fit, and changes nothing', async () => {
    const { link } = await bench(single);
    await expect(
      link.update({ biases: [{ chip: 9, core: 4, name: 'nothing', setting: 1 as never }] }),
    ).rejects.toMatchObject({ problems: expect.objectContaining({ length: 4 }) });
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (junk) => {
        await link.update(junk as never).catch((cause: unknown) => {
          expect(cause).toBeInstanceOf(InvalidArgumentError);
        });
      }),
      { numRuns: runs(60) },
    );
    await settled();
  });
});
