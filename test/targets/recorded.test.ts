import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { concatWith, from, lastValueFrom, toArray } from 'rxjs';
import {
  dynapSim,
  linear,
  pipeline,
  runOn,
  type SpikeRaster,
  simulator,
  UnsupportedPipelineError,
} from 'spikeline';
import { series } from 'spikeline/events';
import { inSession, type RecordedSession, readSession } from 'spikeline/loop';
import { type RecordedTarget, recorded, targetSuite } from 'spikeline/targets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TargetInput } from '#src/pipeline/target';
import {
  packetChunks,
  rasterChunks,
  silence,
  suiteInput,
  suiteNetwork,
} from '#src/pipeline/target-bench';
import { emptyFolder } from '#test/support/folders';

const record = ['hidden', 'output', 'output:imem'] as const;
const folder = emptyFolder();
let session: RecordedSession;

/** Records a run of the suite's network. */
async function recordRun(to: string, inputs: readonly TargetInput[], names?: readonly string[]) {
  const options = names === undefined ? {} : { record: names };
  const run$ = inSession(to, {}, (open) =>
    from(inputs).pipe(runOn(open.target(simulator()), suiteNetwork, options as never)),
  );
  return lastValueFrom(run$.pipe(toArray()));
}

/** What a target gives for inputs. */
function given(target: RecordedTarget, inputs: readonly TargetInput[], options = {}) {
  const output$ = from(inputs).pipe(runOn(target, suiteNetwork, options));
  return lastValueFrom(output$.pipe(toArray()));
}

beforeAll(async () => {
  // Silence after the input: what the suite asks for goes beyond it.
  await recordRun(folder, [suiteInput, silence(120, 1000)], record);
  session = await readSession(folder);
});
afterAll(() => session.close());

/** What no recording can do: be what another input would have made of the network. */
const cannot = ['comes to rest on reset, and time goes on'];

describe('a recording that takes any input', () => {
  const suite = targetSuite({
    async open() {
      const own = await readSession(folder);
      const config = { input: 'any', begin: 'first' } as const;
      return {
        target: recorded(own, config),
        close: () => own.close(),
        break: () => own.close(),
      };
    },
    states: ['output:imem'],
    // Reading takes as long as it takes: a turn is over when another file has been asked about.
    pass: async () => void (await stat(folder)),
  });
  for (const { name, run } of suite) {
    if (!cannot.includes(name)) it(name, run);
  }

  it('cannot be brought to rest: after that it goes on as it was', async () => {
    const target = recorded(session, { input: 'any' });
    const [a, b] = rasterChunks([60]) as [SpikeRaster, SpikeRaster];
    const whole = await given(target, [a, b]);
    expect(await given(target, [a, b], { resetOn: 'chunk' })).toEqual(whole);
    expect(target.losses.byReason).toEqual({ otherInput: 1 });
  });
});

describe('a recording', () => {
  const states = { record: record as readonly string[] };

  it('gives back what was recorded for any cut, of rasters and of packets', async () => {
    const wanted = await lastValueFrom(
      from(rasterChunks([40, 1, 30])).pipe(
        runOn(simulator(), suiteNetwork, states as never),
        toArray(),
      ),
    );
    const target = recorded(session);
    expect(await given(target, rasterChunks([40, 1, 30]), states)).toEqual(wanted);
    const packets = packetChunks([500, 20_000, 20_001]);
    const wantedPackets = await lastValueFrom(
      from(packets).pipe(runOn(simulator(), suiteNetwork, states as never), toArray()),
    );
    expect(await given(target, packets, states)).toEqual(wantedPackets);
    expect(target.losses.total).toBe(0);
  });

  it('knows where the recorded run was brought to rest', async () => {
    const own = emptyFolder();
    const chunks = rasterChunks([60]);
    const run$ = inSession(own, {}, (open) =>
      from(chunks).pipe(runOn(open.target(simulator()), suiteNetwork, { resetOn: 'chunk' })),
    );
    const wanted = await lastValueFrom(run$.pipe(toArray()));
    const opened = await readSession(own);
    const target = recorded(opened);
    expect(await given(target, chunks, { resetOn: 'chunk' })).toEqual(wanted);
    const other = given(target, rasterChunks([50]), { resetOn: 'chunk' });
    await expect(other).rejects.toThrow(/not brought to rest at 10180000 µs/);
    await opened.close();
  });

  it('refuses another input, and says where it differs', async () => {
    const { counts } = suiteInput;
    const changed = {
      ...suiteInput,
      counts: counts.map((count, i) => (i === 35 ? count + 2 : count)),
    };
    await expect(given(recorded(session), [changed])).rejects.toThrow(
      /not what was recorded: at 10141000 µs channel 2 has 2 more events/,
    );
    const [a, , c] = rasterChunks([40, 40]);
    await expect(given(recorded(session), [a!, c!])).rejects.toThrow(/fewer events/);
  });

  it('has nothing beyond its end', async () => {
    const far = silence(1120, 10);
    await expect(given(recorded(session), [suiteInput, silence(120, 1000), far])).rejects.toThrow(
      /nothing was recorded of output up to 11260000 µs; it ends at 11250000 µs/,
    );
  });

  it('says beforehand what it has not', async () => {
    const target = recorded(session);
    const other = pipeline(
      linear({ weight: [[1], [2], [3]] }),
      dynapSim({ neurons: 1, name: 'output' }),
    );
    expect(() => from([suiteInput]).pipe(runOn(target, other))).toThrow(UnsupportedPipelineError);
    expect(target.unsupported(suiteNetwork, { record: ['hidden:imem'] })).toMatchObject([
      { path: 'record[0]', code: 'unsupported', given: 'hidden:imem' },
    ]);
  });

  it('may be a recording alone, of an input and an output', async () => {
    const alone = await readSession(join(folder, 'streams.spk'));
    const target = recorded(alone);
    const wanted = await lastValueFrom(
      from([suiteInput]).pipe(runOn(simulator(), suiteNetwork), toArray()),
    );
    expect(await given(target, [suiteInput])).toEqual(wanted);
    await alone.close();
  });

  it('is refused with all reasons at once', async () => {
    const junk = { run: -1, input: 'x', begin: 'y', streams: { input: 1 }, losses: 1 };
    expect(() => recorded(7 as never, junk as never)).toThrow(
      /session.*run.*input.*begin.*streams/s,
    );
    expect(() => recorded(session, { run: 3 })).toThrow(/1 runs were recorded/);
    const own = emptyFolder();
    await lastValueFrom(
      inSession(own, {}, (open) => from([series([0], [1])]).pipe(open.record('x'), concatWith([]))),
    );
    const alone = await readSession(join(own, 'streams.spk'));
    expect(() => recorded(alone)).toThrow(/it has no stream input.*it has no stream output/s);
    await alone.close();
  });
});
