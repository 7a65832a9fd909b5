import { from, lastValueFrom, of, toArray } from 'rxjs';
import {
  aerPacket,
  channels,
  chip,
  DataError,
  dynapSim,
  linear,
  pipeline,
  runOn,
  type SpikeRaster,
  simulator,
  spikeRaster,
  type TargetInput,
  virtualBoard,
} from 'spikeline';
import { expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const dt = 1e-2;
const net = pipeline(linear({ weight: [[9]] }), dynapSim({ neurons: 1, dt }));
const minute = 60e6;
const year = 365 * 24 * 60 * minute;

function chunk(startTime = 0): SpikeRaster {
  return spikeRaster({ channels: 1, dt, counts: [5, 0, 5], startTime });
}

/** Runs on a board without a clock, of its own time. */
async function onChip(inputs: readonly TargetInput[]) {
  const clock = new TestClock();
  const link = await virtualBoard({ dt, mismatch: { fraction: 0 }, clock, startTime: 77 }).open();
  const target = chip(link, { clock });
  const seen = watch(from(inputs as SpikeRaster[]).pipe(runOn(target, net), toArray()));
  await clock.runUntil(() => seen.ended !== 'no');
  await link.close();
  return { ...seen, values: seen.values.flat(), error: seen.error, losses: target.losses };
}

it.each([35, 36, 75])(
  'a chip without a clock comes through %d minutes of silence',
  async (minutes) => {
    const alone = (await onChip([chunk()])).values[0]!.counts;
    const gap = await onChip([chunk(), chunk(minutes * minute)]);
    expect(gap.error).toBeUndefined();
    expect(gap.values.map(({ counts }) => counts)).toEqual([alone, alone]);
    const quiet = spikeRaster({ channels: 1, dt, counts: { steps: minutes * 6000 } });
    const long = await onChip([quiet, chunk(minutes * minute)]);
    expect(long.error).toBeUndefined();
    expect(long.values.map(({ steps }) => steps)).toEqual([minutes * 6000, 3]);
    expect(long.values[1]!.counts).toEqual(alone);
    // What fires after its chunk has no bin there.
    expect(Object.keys({ ...gap.losses.byReason, ...long.losses.byReason })).toEqual(['unbinned']);
  },
);

it('a chip without a clock refuses years of silence', async () => {
  const packet = aerPacket([0, year], [0, 0], channels(1)) as unknown as SpikeRaster;
  for (const inputs of [[chunk(), chunk(year)], [packet]]) {
    expect((await onChip(inputs)).error).toBeInstanceOf(DataError);
  }
});

it('the simulator jumps over years of silence, and counts that', async () => {
  const target = simulator();
  const chunks$ = of(chunk(), chunk(year), chunk(2 * year));
  const values = await lastValueFrom(chunks$.pipe(runOn(target, net), toArray()));
  expect(values.map(({ counts }) => counts)).toEqual([0, 1, 2].map(() => values[0]!.counts));
  expect(target.losses.byReason).toMatchObject({ jumps: 2 });
});

it('the simulator jumps over years between events, and records no states over them', async () => {
  const target = simulator();
  const packet = aerPacket([0, 10, year, year + 10], [0, 0, 0, 0], channels(1), year + 30_000);
  const values = await lastValueFrom(of(packet).pipe(runOn(target, net), toArray()));
  expect(values.map(({ until }) => until)).toEqual([year + 30_000]);
  expect(target.losses.byReason).toEqual({ jumps: 1 });
  const recorded$ = of(packet).pipe(runOn(target, net, { record: [`${net.output}:imem`] }));
  await expect(lastValueFrom(recorded$)).rejects.toBeInstanceOf(DataError);
});
