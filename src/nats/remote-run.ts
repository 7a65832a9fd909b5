/** A run on another machine, as its user sees it. */
import { gate } from '../demand.ts';
import { NetworkError } from '../errors.ts';
import { itemUntil } from '../events/items.ts';
import type { Losses } from '../events/losses.ts';
import type { OutputSignal } from '../pipeline/signals.ts';
import {
  isPacket,
  type TargetInput,
  type TargetObserver,
  type TargetOutput,
  type TargetRequest,
  type TargetRun,
} from '../pipeline/target.ts';
import { type NatsAccess, reconnectOf } from './access.ts';
import type { NatsAddress } from './address.ts';
import { type NatsLink, networkError, openNats } from './connection.ts';
import { inputStep, remoteInputs, type Step } from './remote-inputs.ts';
import type { Answer } from './remote-protocol.ts';
import { errorOf } from './remote-protocol.ts';
import { openSession, type Session } from './remote-session.ts';
import { makeWaker } from './stream.ts';

/** What a run needs. */
export interface RemoteRunConfig {
  readonly address: NatsAddress;
  readonly access: NatsAccess;
  /** The pipeline, as it is saved. */
  readonly pipeline: Uint8Array;
  readonly request: TargetRequest;
  readonly signals: readonly OutputSignal[];
  readonly observer: TargetObserver;
  /** What becomes of a run whose server is gone. */
  readonly lost: 'error' | 'restart';
  /** How long the server may say nothing, milliseconds. */
  readonly patience: number;
  /** Bytes of input that may wait. */
  readonly buffer: number;
  readonly losses: Losses;
  /** Resolves once earlier runs have stopped. */
  readonly ready: Promise<unknown>;
  /** Learns that nothing is left of the run. */
  done(): void;
}

/** How long a run may take to stop before one goes on without it, milliseconds. */
const stopping = 1000;

/** Bytes of input that wait here before sources that can wait are held back. */
const most = 2 ** 20;

/** How often a server that says nothing is asked whether it is there, milliseconds. */
const pulse = 1000;

/** Starts a run on another machine. */
export function startRemoteRun(config: RemoteRunConfig): TargetRun {
  const { address, observer, losses, signals, request, patience, lost } = config;
  const { attempts, wait } = reconnectOf(config.access);
  const place = `${address.server}/${address.subject}`;
  const inputs = remoteInputs();
  const waker = makeWaker();
  /** Signals of the next output that have come. */
  let parts: TargetOutput[] = [];
  /** Until where outputs have come, µs. */
  let reached: number | undefined;
  /** Where the bins of packets begin, µs. */
  let { startTime } = request;
  let link: NatsLink | undefined;
  let session: Session | undefined;
  let opened = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let over = false;

  const finish = (): void => {
    over = true;
    clearTimeout(timer);
    inputs.clear();
    session?.leave();
    session = undefined;
    const closed = link?.close() ?? Promise.resolve();
    closed.then(config.done, config.done);
  };
  const fail = (cause: unknown): void => {
    if (over) return;
    finish();
    observer.error(cause);
  };
  /** The server of the run is gone, or a part of what it said. */
  const broken = (what: string, cause?: unknown): void => {
    if (over) return;
    const text = `${what}; ${inputs.text(reached)}`;
    if (lost === 'error' || ++tries > attempts) {
      fail(new NetworkError('disconnected', text, { cause }));
    } else restart();
  };
  /** Begins anew, at rest, with what is not answered. */
  const restart = (): void => {
    if (opened) {
      losses.add('restarts', 1);
      if (reached !== undefined) losses.add('events', inputs.unfinished(reached));
    }
    opened = false;
    full = false;
    session?.leave();
    session = undefined;
    parts = [];
    inputs.takeBack();
    later(wait * 1000, begin);
  };
  const later = (milliseconds: number, work: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
  const begin = (): void => {
    if (over || link === undefined) return;
    if (!link.connected) {
      later(wait * 1000, begin);
      return;
    }
    const own = openSession(link, address.subject, {
      message(item) {
        if (session === own) take(item);
      },
      answer(answer) {
        if (session === own) hear(answer);
        else if ('answer' in answer && answer.answer === 'stopped') waker.wake();
      },
      nobody() {
        waker.wake();
        if (session !== own) return;
        broken(`there is no target at ${place}; start one with: spikeline serve --nats ${place}`);
      },
      failed(cause) {
        if (session !== own) return;
        const missing = cause instanceof NetworkError && cause.code === 'lost';
        if (missing) broken(cause.message, cause);
        else fail(cause);
      },
    });
    session = own;
    own.speaker.say({
      open: {
        pipeline: config.pipeline,
        ...(request.record !== undefined && { record: [...request.record] }),
        ...(startTime !== undefined && { startTime }),
      },
    });
    watch(own);
  };
  /** Looks now and then whether the server is still there. */
  const watch = (own: Session): void => {
    later(Math.min(pulse, patience / 3), () => {
      if (over || session !== own) return;
      if (performance.now() - own.heardAt > patience) {
        broken(`the target at ${place} has not answered for ${patience} ms`);
        return;
      }
      own.speaker.say({ order: 'ping' });
      watch(own);
    });
  };
  /** Holds sources back that can wait, while enough waits here, or the target over there has no room. */
  const demand = gate();
  let full = false;
  const pump = (): void => {
    send();
    const enough = inputs.waiting > (demand.open ? most : most / 2);
    if (demand.open === enough) demand.set(!enough);
  };
  const send = (): void => {
    while (opened && !full) {
      const step = inputs.next();
      if (step === undefined) return;
      try {
        if (typeof step === 'object') session!.speaker.give(step.input);
        else session!.speaker.say({ order: step });
      } catch (cause) {
        fail(cause);
      }
    }
  };
  const take = (item: TargetOutput): void => {
    parts.push(item);
    if (parts.length < signals.length) return;
    const [first] = parts as [TargetInput];
    reached = itemUntil(first);
    // Rasters say themselves when they begin; packets go on where the bins are that were run.
    if (isPacket(first)) startTime = reached;
    const named = Object.fromEntries(signals.map(({ name }, i) => [name, parts[i]!]));
    const output = (request.record === undefined ? item : named) as TargetOutput;
    parts = [];
    tries = 0;
    inputs.answered();
    observer.next(output);
    pump();
  };
  const hear = (answer: Answer): void => {
    if ('losses' in answer) {
      for (const [reason, count] of Object.entries(answer.losses)) losses.add(reason, count);
    } else if ('completed' in answer) {
      finish();
      observer.complete();
    } else if ('failed' in answer) {
      const cause = errorOf(answer.failed);
      const { code } = cause as { readonly code?: unknown };
      const away = cause instanceof NetworkError && (code === 'disconnected' || code === 'lost');
      // A server that was started again may still hold what the run had before.
      const held = code === 'busy' && tries > 0;
      if (lost === 'restart' && (away || held)) broken(cause.message, cause);
      else fail(cause);
    } else if (answer.answer === 'opened') {
      opened = true;
      pump();
    } else if (answer.answer === 'full' || answer.answer === 'room') {
      full = answer.answer === 'full';
      pump();
    } else if (answer.answer === 'unknown') broken(`the target at ${place} was started again`);
  };
  const open = async (): Promise<void> => {
    await config.ready;
    if (over) return;
    link = await openNats(address, config.access, {
      lost: () => broken(`the connection to ${address.server} was lost`),
      failed: fail,
    });
    if (over) finish();
    else begin();
  };
  open().catch((cause: unknown) => fail(networkError(cause, address.server)));
  const add = (step: Step): void => {
    if (over) return;
    inputs.add(step);
    if (inputs.waiting > config.buffer) {
      const what = `${inputs.waiting} bytes of input wait for ${place}, which is slower than the source; read the source by fromPull, or give more buffer`;
      fail(new NetworkError('overflow', what));
    } else pump();
  };
  return {
    demand,
    push: (input) => add(inputStep(input)),
    reset: () => add('reset'),
    end: () => add('end'),
    stop() {
      if (over) return;
      over = true;
      clearTimeout(timer);
      const own = session;
      if (own === undefined || link?.connected !== true) {
        finish();
        return;
      }
      session = undefined;
      own.speaker.say({ order: 'stop' });
      const leave = (): void => {
        own.leave();
        finish();
      };
      waker.next(stopping).then(leave, leave);
    },
  };
}
