import { Subject } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  channels,
  chip,
  DataError,
  deploy,
  InvalidArgumentError,
  runOn,
  type SpikeRaster,
  spikeRaster,
  toFpga,
  virtualBoard,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { relay } from '#bench/relay';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const net = relay(2);
const deployment = deploy(net);

async function rig(realTime: boolean) {
  const clock = new TestClock(4000.25);
  const link = await virtualBoard({ realTime, clock, mismatch: { fraction: 0 } }).open();
  const target = chip(link, { clock, mode: 'immediate', deployment });
  const input = new Subject<AerPacket<ChannelSpace>>();
  const seen = watch(input.pipe(runOn(target, net)));
  await clock.pass(3.4);
  return { clock, link, target, input, seen };
}

const packet = (time: number, ...events: number[]): AerPacket<ChannelSpace> =>
  aerPacket(
    events.map(() => time),
    events,
    channels(2),
    time,
  );
const answers = (values: readonly AerPacket[]): number[] =>
  values.flatMap(({ addresses }) => [...addresses]);

describe('immediate mode', () => {
  it('hands spikes out within a step of the board, whatever times events carry', async () => {
    const { clock, link, target, input, seen } = await rig(true);
    const latencies: number[] = [];
    let time = 0;
    for (let i = 0; i < 30; i++) {
      // A source whose clock is far off, and stops for a while.
      time += i === 15 ? 5_000_000 : 29_000;
      const had = answers(seen.values).length;
      const from = clock.now();
      input.next(packet(time, i % 2));
      while (answers(seen.values).length === had && clock.now() < from + 50) await clock.pass(0.1);
      latencies.push(clock.now() - from);
      expect(answers(seen.values)[had]).toBe(i % 2);
      await clock.pass(24.7);
    }
    expect(Math.max(...latencies)).toBeLessThanOrEqual(1.2);
    // Times are those of the stream, and never go back.
    const times = seen.values.flatMap(({ timestamps }) => [...timestamps]);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const untils = seen.values.map(({ until }) => until);
    expect(untils).toEqual([...untils].sort((a, b) => a - b));
    expect(Math.abs(times.at(-1)! - time)).toBeLessThan(2000);
    input.complete();
    await clock.pass(10);
    expect(seen.ended).toBe('completed');
    expect([target.losses.total, link.statistics.dropped]).toEqual([0, 0]);
    await link.close();
    expect(clock.waiting).toBe(0);
  });

  it('says by empty packets that nothing came', async () => {
    const { clock, link, input, seen } = await rig(true);
    for (const time of [1000, 2000, 3000]) {
      input.next(packet(time));
      await clock.pass(1);
    }
    await clock.pass(3);
    expect(seen.values.map(({ until, addresses }) => [until, addresses.length])).toEqual([
      [1000, 0],
      [2000, 0],
      [3000, 0],
    ]);
    await link.close();
  });

  it('runs a board without a clock up to what was said, at once', async () => {
    const { clock, link, input, seen } = await rig(false);
    for (let i = 0; i < 5; i++) {
      const had = answers(seen.values).length;
      input.next(aerPacket([i * 20_000 + 200], [i % 2], channels(2), (i + 1) * 20_000));
      await clock.pass(0.01);
      expect(answers(seen.values)[had]).toBe(i % 2);
      expect(seen.values.at(-1)!.until).toBe((i + 1) * 20_000);
    }
    input.complete();
    await clock.pass(1);
    expect(seen.ended).toBe('completed');
    await link.close();
  });

  it('ends with its link', async () => {
    const { clock, link, input, seen } = await rig(true);
    input.next(packet(0, 0));
    await clock.pass(1);
    link.unplug();
    expect([seen.ended, clock.waiting]).toEqual(['errored', 0]);
  });

  it('takes packets, and no other mode', async () => {
    const { clock, link, input, seen } = await rig(true);
    const raster: SpikeRaster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0] });
    input.next(raster as never);
    expect(seen.error).toBeInstanceOf(DataError);
    expect(() => chip(link, { mode: 'now' as never })).toThrow(InvalidArgumentError);
    expect(() => toFpga(link, { mode: 1 as never })).toThrow(InvalidArgumentError);
    await link.close();
    expect(clock.waiting).toBe(0);
  });

  it('is there for the sink too', async () => {
    const clock = new TestClock(4000.25);
    const link = await virtualBoard({ realTime: true, clock }).open();
    await link.configure(deployment.configuration);
    const input = new Subject<AerPacket<ChannelSpace>>();
    const { inputWords } = deployment;
    const seen = watch(input.pipe(toFpga(link, { clock, inputWords, mode: 'immediate' })));
    await clock.pass(5);
    for (let i = 0; i < 20; i++) {
      input.next(packet(i * 7_000_000, 0, 1));
      await clock.pass(1.3);
    }
    input.complete();
    await clock.pass(5);
    const { sent, delivered = 0, late = 0, dropped } = seen.values.at(-1)!;
    expect([seen.ended, sent, delivered + late, dropped]).toEqual(['completed', 40, 40, 0]);
    await link.close();
  });
});
