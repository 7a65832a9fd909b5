import { from, Subject } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  channels,
  chip,
  runOn,
  virtualBoard,
} from 'spikeline';
import { expect, it } from 'vitest';
import { relay } from '#bench/relay';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const space = channels(2);

const net = relay(2);

/** A packet of whole steps up to `until`, milliseconds, with a spike on the channels of each. */
function packetOf(first: number, steps: readonly (readonly number[])[]): AerPacket<ChannelSpace> {
  const events = steps.flatMap((own, i) => own.map((channel) => [first + i, channel] as const));
  return aerPacket(
    events.map(([step]) => step * 1000),
    events.map(([, channel]) => channel),
    space,
    (first + steps.length) * 1000,
  );
}

/** What comes of packets, and how each output looked when it was given. */
async function run(packets: readonly AerPacket<ChannelSpace>[]) {
  const link = await virtualBoard({ mismatch: { fraction: 0 } }).open();
  const given: AerPacket<ChannelSpace>[] = [];
  const copies: AerPacket<ChannelSpace>[] = [];
  const output$ = from(packets).pipe(runOn(chip(link), net));
  await new Promise<void>((complete, error) => {
    output$.subscribe({
      next(output) {
        given.push(output);
        copies.push(structuredClone(output));
      },
      error,
      complete,
    });
  });
  await link.close();
  return { given, copies };
}

/** Times and channels of all events, in order. */
const eventsOf = (packets: readonly AerPacket[]): number[][] =>
  packets
    .flatMap(({ timestamps, addresses }) => [...timestamps].map((time, i) => [time, addresses[i]!]))
    .sort(([a, b], [c, d]) => a! - c! || b! - d!);

it('gives each packet its own spikes, few or many, and changes none that it has given', async () => {
  const lengths = [3, 1, 1100, 2, 0, 40, 1, 1100, 5];
  const packets: AerPacket<ChannelSpace>[] = [];
  for (const [i, length] of lengths.entries()) {
    const steps = Array.from({ length }, (_, k) => [[0, 1], [1], [0]][(i + k) % 3]!);
    packets.push(packetOf((packets.at(-1)?.until ?? 0) / 1000, steps));
  }
  const { given, copies } = await run(packets);
  expect(given).toEqual(copies);
  expect(given.map(({ until }) => until)).toEqual(packets.map(({ until }) => until));
  for (const [i, { timestamps }] of given.entries()) {
    const begin = given[i - 1]?.until ?? 0;
    expect(timestamps.every((time) => time >= begin && time < given[i]!.until)).toBe(true);
  }
  // How the stream is cut changes no spike.
  const events = eventsOf(packets);
  const whole = aerPacket(
    events.map(([time]) => time!),
    events.map(([, channel]) => channel!),
    space,
    packets.at(-1)!.until,
  );
  const spikes = eventsOf(given);
  expect(spikes.length).toBeGreaterThan(events.length / 2);
  expect(spikes).toEqual(eventsOf((await run([whole])).given));
});

it('asks a board that calls back for nothing but its clock', async () => {
  const clock = new TestClock();
  const link = await virtualBoard({ realTime: true, clock, mismatch: { fraction: 0 } }).open();
  const asked: (number | undefined)[] = [];
  const noted: typeof link = Object.assign(Object.create(link), {
    time(at?: number) {
      asked.push(at);
      return link.time(at);
    },
  });
  const input = new Subject<AerPacket<ChannelSpace>>();
  const seen = watch(input.pipe(runOn(chip(noted, { clock }), net)));
  for (let step = 0; step < 400; step++) {
    await clock.pass(1);
    input.next(packetOf(step, [[step % 2]]));
  }
  input.complete();
  await clock.runUntil(() => seen.ended !== 'no');
  await link.close();
  expect(seen.values).toHaveLength(400);
  const spikes = seen.values.reduce((sum, { addresses }) => sum + addresses.length, 0);
  expect(spikes).toBeGreaterThan(200);
  // Four times a second, and as often as it takes to begin with.
  expect(asked.every((at) => at === undefined)).toBe(true);
  expect(asked.length).toBeLessThan(12);
});
