/** Protocols: phases with stimuli and triggers, carried out with a closed loop or with any stream of a pipeline. */
import { type MonoTypeOperatorFunction, Observable, tap } from 'rxjs';
import type { Clock } from '../src/clock.ts';
import { DataError } from '../src/errors.ts';
import { binStart, chunkEnd } from '../src/events/bins.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { protocolCheck, protocolProblems, readItems } from '../src/loop/protocol/checks.ts';
import { conduct, type ProtocolState } from '../src/loop/protocol/conduct.ts';
import { phaseTurns } from '../src/loop/protocol/order.ts';
import {
  type Listenable,
  type Phase,
  type Protocol,
  type ProtocolItem,
  sizeOf,
} from '../src/loop/protocol/plan.ts';
import type { LoopStep, LoopStimulus } from '../src/loop/step.ts';
import {
  callback,
  having,
  noteBuilt,
  number,
  type OptionTable,
  optionProblems,
  readable,
  readOnce,
  refuse,
  seedCheck,
} from '../src/options.ts';
import { type Problem, problem, within } from '../src/problems.ts';
import { emitRasters, type RasterGate } from './protocol-rasters.ts';

/** How a protocol is carried out. */
export interface ProtocolRunConfig {
  /** Channels of the network. */
  readonly channels: number;
  /** Step of the network, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Seed of orders and noise; 0 if left out. */
  readonly seed?: number;
  /** Writes marks, as a session does: when phases begin and end, triggers, pauses. Times are whole microseconds. */
  readonly session?: { mark(label: string, time: number): void };
  /** Changes the chip at the beginning of phases that want it: `(delta) => link.update(delta)`. */
  readonly update?: (delta: never) => unknown;
  /** Keys that end phases; see `fromKeys`. */
  readonly keys$?: Listenable<string>;
}

/** What {@link ProtocolRun.rasters} takes. */
export interface ProtocolRastersConfig {
  /** Time of the first step, whole microseconds; 0 if left out. */
  readonly startTime?: number;
  /** Steps of a raster; 1 if left out, so that triggers are obeyed at once. */
  readonly chunkSteps?: number;
  /** Keeps time; as fast as whoever listens takes them if left out. */
  readonly clock?: Clock;
}

/** A protocol that is carried out: the stimulus of a closed loop, or a source of rasters. */
export interface ProtocolRun extends Required<LoopStimulus> {
  /** Where it is. */
  readonly state: ProtocolState;
  /** Name of the phase that lasts; undefined before the first and after the last. */
  readonly phase: string | undefined;
  /** Which of all phases that is, from 0; -1 before the first. */
  readonly turn: number;
  /** Holds it from the next step on: its time stands still, and it adds nothing. */
  pause(): void;
  /** Goes on from the next step on. */
  resume(): void;
  /** Ends it at the next step, which gets nothing from it. */
  abort(reason?: string): void;
  /**
   * Gives its stimuli as rasters, for a pipeline without a loop: as fast as they are taken, or by a clock. In a pause
   * rasters of a clock are silent; without one there are none. Can be subscribed to once. What {@link watch} passes on is heard
   * before the next raster is made.
   */
  rasters(config?: ProtocolRastersConfig): Observable<SpikeRaster>;
  /** Passes on the spikes of the output, and lets triggers hear them. */
  watch(): MonoTypeOperatorFunction<SpikeRaster>;
}

/**
 * Makes a protocol of phases and blocks, and checks it. Nothing happens until it is carried out. A protocol is plain
 * data as far as its stimuli and triggers are.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const trials = protocol([
 *   { name: 'rest', duration: 0.5 },
 *   {
 *     order: 'random',
 *     times: 10,
 *     items: [
 *       { name: 'left', duration: 0.2, stimulus: { kind: 'noise', rate: [80, 5] } },
 *       { name: 'right', duration: 0.2, stimulus: { kind: 'noise', rate: [5, 80] } },
 *     ],
 *   },
 * ]);
 * trials.phases; // 21
 * trials.duration; // 4.5
 * ```
 */
export function protocol(items: readonly ProtocolItem[]): Protocol {
  const read = readItems(items);
  refuse('this protocol cannot be made', () => protocolProblems(read));
  return noteBuilt({ items: read, ...sizeOf(read) });
}

/**
 * Gives the phases of a protocol in the order that a seed gives them, one at a time.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const both = protocol([{ order: 'random', items: [{ name: 'a', duration: 1 }, { name: 'b', duration: 1 }] }]);
 * [...protocolOrder(both, 7)].length; // 2
 * ```
 */
export function* protocolOrder(of: Protocol, seed: number): Generator<Phase, void> {
  refuse('there is no order', () => [
    ...within('protocol', protocolCheck(of)),
    ...within('seed', seedCheck(seed)),
  ]);
  for (const { phase } of phaseTurns(of.items, seed)) yield phase;
}

const table: OptionTable<ProtocolRunConfig> = {
  channels: number({ min: 1, max: 2 ** 24, whole: true }),
  dt: number({ min: 1e-6, unit: 'seconds' }),
  seed: seedCheck,
  session: having('a session', 'mark'),
  update: callback,
  keys$: having('an observable', 'subscribe'),
};

/** Counts of a raster at most. */
const mostCounts = 2 ** 24;

const rastersTable: OptionTable<ProtocolRastersConfig> = {
  startTime: number({ whole: true, unit: 'µs' }),
  chunkSteps: number({ min: 1, whole: true }),
  clock: having('a clock', 'now', 'schedule'),
};

function onlyOnce(): DataError {
  return new DataError('a protocol is carried out once; start it anew');
}

/** Lists phases that need what is not there. */
function missing(of: Protocol, { update, keys$ }: ProtocolRunConfig): Problem[] {
  const text = new Set<string>();
  const look = (items: readonly ProtocolItem[]): void => {
    for (const item of items) {
      if ('items' in item) look(item.items);
      else {
        const triggers = Array.isArray(item.until) ? item.until : [item.until];
        if (item.update !== undefined && update === undefined) text.add('update');
        if (triggers.some((one) => one?.kind === 'key') && keys$ === undefined) text.add('keys$');
      }
    }
  };
  look(of.items);
  const needed: Readonly<Record<string, string>> = {
    update: 'a phase changes the chip; say how, as (delta) => link.update(delta)',
    keys$: 'a phase waits for a key; give keys, as fromKeys()',
  };
  return [...text].map((name) => problem(name, 'missing', undefined, needed[name]!));
}

/**
 * Starts a protocol: as the `stimulus` of `closeLoop`, or as a source of rasters. The same seed gives the same phases
 * and the same noise; in virtual time everything comes out the same to the last spike.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
 * const run = startProtocol(
 *   protocol([
 *     { name: 'drive', duration: 1, stimulus: { kind: 'noise', rate: 200 }, until: { kind: 'spikes', count: 5 } },
 *     { name: 'rest', duration: 0.1 },
 *   ]),
 *   { channels: 1, seed: 7 },
 * );
 * run.rasters().pipe(
 *   runOn(simulator(), net),
 *   run.watch(),
 *   last(),
 *   map(() => run.state),
 * ); // emits 'completed'
 * ```
 */
export function startProtocol(of: Protocol, config: ProtocolRunConfig): ProtocolRun {
  config = readOnce(config, table);
  refuse('this protocol cannot be carried out', () => {
    const problems = [
      ...within('protocol', protocolCheck(of)),
      ...optionProblems(config, table, 'channels'),
    ];
    return problems.length > 0 ? problems : readable(() => missing(of, config));
  });
  const { channels, dt = 1e-3, seed = 0, session, update, keys$ } = config;
  const conductor = conduct(of, {
    channels,
    dt,
    seed,
    mark: (label, time) => session?.mark(label, time),
    update: update as ((delta: unknown) => unknown) | undefined,
    keys$,
  });
  let watched = false;
  /** Whether somebody carries it out, or has. */
  let used = false;
  /** Takes it, for the one that carries it out. */
  const take = (): void => {
    if (used) throw onlyOnce();
    used = true;
  };
  /** End of what the network has given. */
  let heard = Number.NEGATIVE_INFINITY;
  let wake: (() => void) | undefined;
  const tell = (): void => {
    const waiting = wake;
    wake = undefined;
    waiting?.();
  };
  return {
    get state() {
      return conductor.state;
    },
    get phase() {
      return conductor.phase?.name;
    },
    get turn() {
      return conductor.turn;
    },
    begin: take,
    before(step, time, counts) {
      const bins = counts.length / channels;
      if (Number.isInteger(bins) && time !== binStart(step * bins, dt)) {
        throw new DataError(
          `step ${step} of ${bins} bins begins at ${time} µs, but bins of the protocol last ${dt} s; give startProtocol the dt of the network`,
        );
      }
      return conductor.step(step, time, counts) === 'on';
    },
    after: ({ spikes }: LoopStep<unknown, unknown>) => conductor.take(spikes),
    settled: () => conductor.settled(),
    end: () => conductor.stop(),
    pause: () => conductor.pause(),
    resume() {
      conductor.resume();
      tell();
    },
    abort(reason) {
      conductor.abort(reason);
      tell();
    },
    rasters(given = {}) {
      given = readOnce(given, rastersTable);
      refuse('no rasters can be made', () => {
        const problems = optionProblems(given, rastersTable);
        const { chunkSteps = 1 } = problems.length > 0 ? {} : given;
        const needed = `${mostCounts} counts are the most of a raster; there are ${channels} channels`;
        return chunkSteps * channels <= mostCounts
          ? problems
          : [problem('chunkSteps', 'too-large', chunkSteps, needed)];
      });
      return new Observable((subscriber) => {
        take();
        const gate: RasterGate = {
          mayGoOn: (time) => !(watched && conductor.listens) || heard >= time,
          later(work) {
            wake = work;
          },
        };
        return emitRasters(conductor, { channels, dt, ...given }, gate, subscriber);
      });
    },
    watch() {
      watched = true;
      return tap((spikes) => {
        conductor.take(spikes);
        heard = chunkEnd(spikes);
        tell();
      });
    },
  };
}
