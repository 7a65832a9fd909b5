import { firstValueFrom, take } from 'rxjs';
import {
  aerPacket,
  DeviceError,
  deploy,
  dynapSim,
  fromHardware,
  linear,
  pipeline,
  virtualBoard,
} from 'spikeline';
import { chipWords } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { echoReply, echoWord } from '#src/chips/dynapse2/event';
import { wrapTime } from '#src/devices/wrap';
import { paperLink, spied } from '#test/support/links';
import { settled, TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const wrap = 2 ** 32;

/** The event with which a DYNAP-SE2 board is asked for its time. */
const askTime = { timestamps: Uint32Array.of(0), words: Uint32Array.of(echoWord) };

function paper() {
  return paperLink({ clock: new TestClock() });
}

describe('fromHardware', () => {
  it('never and empty: is silent while the board is, completes when the link is closed', async () => {
    const link = paper();
    const seen = watch(fromHardware(link));
    expect([seen.values, seen.ended, link.listeners]).toEqual([[], 'no', 1]);
    await link.close();
    expect([seen.values, seen.ended, link.listeners]).toEqual([[], 'completed', 0]);
  });

  it('one and many: gives the events as they come', () => {
    const link = paper();
    const seen = watch(fromHardware(link));
    link.give([10], [7]);
    link.give([11, 11, 4000], [1, 2, 3]);
    expect(seen.values).toEqual([
      aerPacket([10], [7], chipWords('dynapse2')),
      aerPacket([11, 11, 4000], [1, 2, 3], chipWords('dynapse2')),
    ]);
    seen.unsubscribe();
  });

  it('errors when the link is lost, with the cause', () => {
    const link = paper();
    const seen = watch(fromHardware(link));
    const cause = new DeviceError('disconnected', 'unplugged');
    link.give([1], [1]);
    link.lose(cause);
    expect([seen.values.length, seen.error, link.listeners]).toEqual([1, cause, 0]);
  });

  it('errors on a link that is closed already', async () => {
    const link = paper();
    await link.close();
    const { error } = watch(fromHardware(link));
    expect(error).toMatchObject({ name: 'DeviceError', code: 'disconnected' });
  });

  it('leaves the link open and listens no more when it is unsubscribed', async () => {
    const clock = new TestClock();
    const link = spied(await virtualBoard({ clock }).open());
    const seen = watch(fromHardware(link));
    expect(link.listeners).toBe(1);
    seen.unsubscribe();
    expect([link.listeners, link.closed, link.closings]).toEqual([0, false, 0]);
    link.send(askTime);
    clock.advance(5);
    expect(seen.values).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it('can be left in the middle of what it gives', () => {
    const link = paper();
    const seen = watch(fromHardware(link).pipe(take(1)));
    link.give([1], [1]);
    link.give([2], [2]);
    expect([seen.values.length, seen.ended, link.listeners]).toEqual([1, 'completed', 0]);
  });

  it('goes on counting when the board clock wraps, and reports it', () => {
    const link = paper();
    const wraps: number[] = [];
    const seen = watch(fromHardware(link, { onWrap: (count) => wraps.push(count) }));
    link.give([wrap - 5, 3], [1, 1]);
    link.give([1_500_000_000], [1]);
    expect(wraps).toEqual([1]);
    link.give([3_500_000_000], [1]);
    link.give([200], [1]);
    expect(seen.values.map(({ timestamps }) => [...timestamps])).toEqual([
      [wrap - 5, wrap + 3],
      [wrap + 1_500_000_000],
      [wrap + 3_500_000_000],
      [2 * wrap + 200],
    ]);
    expect(wraps).toEqual([1, 2]);
  });

  it('reports every wrap, also two in one packet', () => {
    const link = paper();
    const wraps: number[] = [];
    watch(fromHardware(link, { onWrap: (count) => wraps.push(count) }));
    link.give([wrap - 1, 1, 1_500_000_000, 3_000_000_000, 2], [1, 1, 1, 1, 1]);
    expect(wraps).toEqual([1, 2]);
  });

  it('does not take an event that comes a little early for a wrap', () => {
    const link = paper();
    const wraps: number[] = [];
    const seen = watch(fromHardware(link, { onWrap: (count) => wraps.push(count) }));
    link.give([wrap - 5, 10, wrap - 2, 12], [1, 1, 1, 1]);
    expect([...seen.values[0]!.timestamps]).toEqual([wrap - 5, wrap + 10, wrap - 2, wrap + 12]);
    expect(wraps).toEqual([1]);
  });

  it('passes on what the callback throws, and spares the board', () => {
    const link = paper();
    const failure = new Error('bug');
    const onWrap = () => {
      throw failure;
    };
    const other = watch(fromHardware(link));
    const seen = watch(fromHardware(link, { onWrap }));
    link.give([wrap - 1], [1]);
    expect(() => link.give([1], [2])).not.toThrow();
    expect([seen.values.length, seen.error, link.listeners]).toEqual([1, failure, 1]);
    expect(other.values).toHaveLength(2);
  });

  it('lets several listen at once', () => {
    const link = paper();
    const both = [watch(fromHardware(link)), watch(fromHardware(link))];
    link.give([1], [1]);
    both[0]!.unsubscribe();
    link.give([2], [2]);
    expect(both.map(({ values }) => values.length)).toEqual([1, 2]);
  });

  describe('on a virtual board', () => {
    it('unwraps the time of a board that starts shortly before its wrap', async () => {
      const clock = new TestClock();
      const startTime = wrap - 5000;
      const link = await virtualBoard({ clock, realTime: true, startTime }).open();
      const seen = watch(fromHardware(link));
      const times: number[] = [];
      for (let i = 0; i < 4; i++) {
        link.send({ ...askTime, timestamps: Uint32Array.of(wrapTime(startTime + 3000 * i)) });
        clock.advance(3);
        times.push(seen.values[i]!.timestamps[0]!);
        expect([...seen.values[i]!.addresses]).toEqual([echoReply]);
      }
      for (const [i, time] of times.entries()) {
        expect(time - startTime).toBeGreaterThanOrEqual(i * 3000);
        expect(time - startTime).toBeLessThan((i + 1) * 3000);
      }
      await link.close();
      expect(seen.ended).toBe('completed');
    });

    it('hears the spikes of neurons under the words of the deployment', async () => {
      const clock = new TestClock();
      const link = await virtualBoard({ clock }).open();
      const { configuration, inputWords, outputWords } = deploy(
        pipeline(linear({ weight: [[8, 8]] }), dynapSim({ neurons: 2 })),
      );
      expect(inputWords).toHaveLength(1);
      await link.configure(configuration);
      const seen = watch(fromHardware(link));
      const word = inputWords[0]![0]!;
      const count = 60;
      link.send({
        timestamps: Uint32Array.from({ length: count }, (_, i) => i * 500),
        words: new Uint32Array(count).fill(word),
      });
      clock.advance(5);
      const words = new Set(seen.values.flatMap(({ addresses }) => [...addresses]));
      expect(words).toEqual(new Set(outputWords));
      seen.unsubscribe();
    });

    it('errors when the board is unplugged', async () => {
      const clock = new TestClock();
      const link = spied(await virtualBoard({ clock, realTime: true }).open());
      const first = firstValueFrom(fromHardware(link));
      const seen = watch(fromHardware(link));
      link.unplug();
      await expect(first).rejects.toMatchObject({ code: 'disconnected' });
      await settled();
      expect(seen.error).toMatchObject({ name: 'DeviceError', code: 'disconnected' });
      expect([link.listeners, clock.waiting]).toEqual([0, 0]);
    });
  });
});
