/** Arguments that are sound, for closed loops, protocols and sessions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import * as spikeline from 'spikeline';
import * as loops from 'spikeline/loop';
import * as operators from 'spikeline/operators';

const environment = {
  reset: () => Float64Array.of(1),
  step: () => ({ observation: Float64Array.of(1) }),
};

/** Phases with stimuli and triggers of several kinds. */
const phases = [
  { name: 'rest', duration: 0.01, mark: 'a', action: () => {} },
  {
    ...{ times: 2, order: 'random' },
    items: [
      {
        name: 'noise',
        duration: 0.01,
        stimulus: { kind: 'noise', rate: [10, 20] },
        until: [{ kind: 'rate', above: 5, window: 0.01, channels: [0] }],
      },
      {
        name: 'pulses',
        stimulus: [{ kind: 'pulses', every: 0.005, channels: [1], count: 2 }],
        until: { kind: 'spikes', count: 1, channel: 0 },
        duration: 0.02,
      },
    ],
  },
];

/** A session that was recorded; its file stays open, and lies nowhere. */
async function sessionOf(net: spikeline.Pipeline): Promise<loops.RecordedSession> {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-fuzz-'));
  const path = join(folder, 'session');
  const noise$ = spikeline.poisson({ channels: 2, rate: 100, duration: 0.02, seed: 1 });
  await lastValueFrom(
    loops.inSession(path, {}, (session) =>
      noise$.pipe(spikeline.runOn(session.target(spikeline.simulator()), net)),
    ),
  );
  const session = await loops.readSession(path);
  rmSync(folder, { recursive: true });
  return session;
}

/** Of closed loops on networks of two channels. */
export async function ofLoops(
  net: spikeline.Pipeline,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const session = await sessionOf(net);
  const made = loops.protocol(phases as never);
  return {
    closeLoop: [
      {
        ...{ target: spikeline.simulator(), net, environment, steps: 5, seed: 3, limits: [-4, 4] },
        ...{ record: ['out'], onStop: [0], dt: 1e-3 },
        encode: operators.rateEncode({ range: [0, 1], neurons: 2, rate: 500 }),
        decode: operators.populationDecode({ values: [-5, 5], tau: 0.02 }),
      },
    ],
    fromKeys: [{ on: () => {}, removeListener: () => {} }],
    metronome: [1e-3, { policy: 'catchUp', spin: 0.5, ticks: 2 }],
    latencyMeter: [{ most: 10 }],
    learningReadout: [{ inputs: 2, outputs: 1, rule: 'rls', forgetting: 0.9, bounds: [-1, 1] }],
    learnReadout: [{ inputs: 2, outputs: 1, rule: 'delta', rate: 1, tau: 1, error: () => [1] }],
    protocol: [phases],
    protocolOrder: [made, 1],
    startProtocol: [made, { channels: 2, dt: 1e-3, seed: 1 }],
    recorded: [session, { run: 0, input: 'any', begin: 'first' }],
    replay: [session, spikeline.simulator(), { run: 0, within: 1e-3 }],
    sessionReport: [session],
    isRecordingPath: ['a.spk'],
    placeProblem: ['a', false],
  };
}
