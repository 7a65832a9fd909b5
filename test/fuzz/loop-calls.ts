/** Calls of what closed loops, protocols and sessions are made of. */
import { count, lastValueFrom, of } from 'rxjs';
import { runOn, simulator } from 'spikeline';
import { lossCounter } from 'spikeline/events';
import * as loops from 'spikeline/loop';
import * as operators from 'spikeline/operators';
import type { Parts, Run } from './call.ts';
import { net, packet } from './sound.ts';

/** Runs a loop of three steps, some part of which is junk. */
const looping =
  (part: (given: unknown) => object): Run =>
  (given) =>
    lastValueFrom(
      loops
        .closeLoop<number[], number[]>({
          ...{ target: simulator(), net, steps: 3, limits: [-1, 1] },
          ...{ encode: () => [1, 0], decode: () => [0] },
          environment: { reset: () => [1, 1], step: () => ({ observation: [0, 1] }) },
          ...part(given),
        } as never)
        .pipe(count()),
    );
const rates = operators.rateEncode({ range: [-1, 1], neurons: 1, rate: 100 });

/** Parts of loops, and what loops are measured and read with. */
export const loopParts: Parts = {
  'loop.reset': [
    looping((a) => ({
      encode: rates,
      environment: { reset: () => a, step: () => ({ observation: [1, 0] }) },
    })),
    [1, 1],
  ],
  'loop.step': [
    looping((a) => ({ encode: rates, environment: { reset: () => [1, 1], step: () => a } })),
    { observation: [1, 0], done: false },
  ],
  'loop.encode': [looping((a) => ({ encode: () => a })), [1, 0]],
  'loop.decode': [looping((a) => ({ decode: () => a })), [1, 0]],
  'loop.decode pairs': [
    looping((a) => ({
      decode: () => a,
      limits: [
        [0, 1],
        [-1, 0],
      ],
    })),
    [1, 0],
  ],
  'meter.record': [(a: never) => loops.latencyMeter().record(a), 3],
  'meter.quantile': [(a: never) => loops.latencyMeter().quantile(a), 0.5],
  'readout.learn': [
    (...given) =>
      loops
        .learningReadout({ inputs: 2, outputs: 1, rule: 'rls' })
        .learn(...(given as [never, never])),
    Float64Array.of(1, 2),
    [1],
  ],
  'protocol.rasters': [
    (a: never) => loops.startProtocol(phases, { channels: 2 }).rasters(a),
    { startTime: 0, chunkSteps: 2 },
  ],
};

const phases = loops.protocol([{ name: 'a', duration: 0.01 }]);

let sessions = 0;

/** Does something with a session of its own, which is ended then. */
const onSession =
  (use: (own: loops.Session, ...given: readonly never[]) => unknown): Run =>
  async (...given) => {
    const own = loops.openSession(`session-${++sessions}.spk`);
    try {
      const made = await use(own, ...given);
      if (typeof made === 'function') await lastValueFrom(made(of(packet)).pipe(count()));
    } finally {
      own.end();
    }
  };

/** What sessions do; they write files. */
export const sessionParts: Parts = {
  'session.record': [onSession((own, a, b) => own.record(a, b)), 'a', { clock: 'host' }],
  'session.target': [
    onSession((own, a, b) => runOn(own.target(a, b), net)),
    simulator(),
    { input: 'input', clock: 'host' },
  ],
  'session.mark': [onSession((own, a, b) => own.mark(a, b)), 'a', 5],
  'session.losses': [onSession((own, a, b) => void own.losses(a, b)()), 'a', lossCounter()],
  'session.note': [onSession((own, a, b) => own.note(a, b)), 'a', { b: [1] }],
  'session.end': [onSession((own, a) => own.end(a)), { how: 'error', message: 'a' }],
};
