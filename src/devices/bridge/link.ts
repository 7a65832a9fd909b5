/** A link to a DYNAP-SE2 board behind a bridge to samna: its configuration, its time, its events, its end. */
import type { ChipConfiguration } from '../../chips/dynapse2/configuration.ts';
import type { Dynapse2Delta } from '../../chips/dynapse2/delta.ts';
import { dynapse2 } from '../../chips/dynapse2/family.ts';
import { DataError, DeviceError, InvalidArgumentError } from '../../errors.ts';
import { type Losses, lossCounter } from '../../events/losses.ts';
import { within } from '../../problems.ts';
import { fittingDelta, refuseUnfit } from '../fitting.ts';
import { type Link, type LinkUpdate, soundEvents, timeCheck } from '../link.ts';
import { linkListeners } from '../listeners.ts';
import { addressText, readAddress } from '../socket/address.ts';
import { framed } from '../socket/framed.ts';
import { packEvents, pieceEnds, refuseOthers, unpackEvents } from './event-bytes.ts';
import {
  controlFrame,
  eventFrame,
  failureOf,
  kinds,
  protocol,
  type Report,
  type Request,
  readReport,
  type Welcome,
} from './messages.ts';
import { toldConfiguration, toldDelta } from './told.ts';

/** A link to a board behind a bridge, with what only such a board has. */
export interface SamnaLink extends Link<ChipConfiguration, Dynapse2Delta> {
  /** Version of samna, as it calls itself. */
  readonly samna: string;
  /** What samna has told of errors of the board, oldest first: the last 100. */
  readonly boardErrors: readonly string[];
  /**
   * Counts what samna told of errors (`boardError`), events from the board that are none of a DYNAP-SE2 (`unknownWord`),
   * those that came while nobody listened (`unheard`), and those that the bridge had no room for, since the program was too slow
   * (`bridgeOverflow`).
   */
  readonly losses: Losses;
}

/** How a link is opened. */
export interface SamnaLinkConfig {
  /** Where the bridge listens. */
  readonly address: string;
  /** Milliseconds that it may take to answer the greeting. */
  readonly startPatience: number;
  /** Milliseconds without a sign of life after which a bridge is given up. */
  readonly patience: number;
  /** Bytes of events that may wait to be sent. */
  readonly buffer: number;
  /** Sees to what is left of the bridge, and says how it ended; undefined if that is nobody's matter. */
  stop(): Promise<string | undefined>;
}

const keptErrors = 100;

/** Milliseconds between two looks for signs of life; the bridge gives one each second. */
const lookInterval = 1000;

const gone = (): DeviceError =>
  new DeviceError('disconnected', 'the link is closed; open the board again');

/**
 * Connects to a bridge.
 *
 * @throws DeviceError if there is none, it is of another version, or turns us away
 */
export function openSamnaLink(config: SamnaLinkConfig): Promise<SamnaLink> {
  const { host, port } = readAddress(config.address, 'at');
  const where = addressText({ host, port });
  return new Promise((resolve, reject) => {
    let opened: OpenedLink | undefined;
    const refuse = (cause: unknown): void => {
      clearTimeout(impatience);
      const bad = cause instanceof DataError;
      const what = bad
        ? `what listens at ${where} is no bridge to samna, or of another version`
        : `there is no bridge to samna at ${where}; start one: see bridge.py --help`;
      const known = cause instanceof DeviceError;
      reject(known ? cause : new DeviceError(bad ? 'protocol' : 'not-found', what, { cause }));
    };
    const impatience = setTimeout(() => {
      const what = `${where} has not answered for ${config.startPatience} ms`;
      refuse(new DeviceError('timed-out', what));
      wire.destroy();
    }, config.startPatience);
    const wire = framed(
      { host, port },
      {
        body(bytes, from, to) {
          // What is made of it may keep it.
          const [kind, rest] = [bytes[from], bytes.slice(from + 1, to)];
          if (opened !== undefined) {
            opened.heard();
            if (kind === kinds.control) opened.report(readReport(rest));
            else if (kind === kinds.events) opened.events(rest);
            else throw new DataError(`a message of kind ${kind} is not known`);
            return;
          }
          if (kind !== kinds.control) throw new DataError('no welcome came');
          const report = readReport(rest);
          if ('refused' in report) throw failureOf(report.refused);
          if (!('welcome' in report)) throw new DataError('no welcome came');
          clearTimeout(impatience);
          opened = samnaLink(wire, report.welcome, where, config);
          resolve(opened.link);
        },
        ended(cause) {
          if (opened === undefined) refuse(cause ?? new Error('it hung up'));
          else opened.ended(cause);
        },
      },
    );
    wire.socket.once('connect', () =>
      wire.write(controlFrame({ hello: protocol } satisfies Request)),
    );
  });
}

/** A link, and what the wire tells it. */
interface OpenedLink {
  readonly link: SamnaLink;
  heard(): void;
  events(body: Uint8Array): void;
  report(report: Report): void;
  ended(cause?: unknown): void;
}

function samnaLink(
  wire: ReturnType<typeof framed>,
  welcome: Welcome,
  where: string,
  config: SamnaLinkConfig,
): OpenedLink {
  const { chips } = welcome;
  const remedy = 'if there are more, say so when the bridge is started';
  const room = { family: dynapse2, chips, remedy };
  const listeners = linkListeners();
  const losses = lossCounter();
  const statistics = { sent: 0, received: 0 };
  const boardErrors: string[] = [];
  const updates: LinkUpdate<Dynapse2Delta>[] = [];
  const calls = new Map<number, { resolve(value: number): void; reject(cause: unknown): void }>();
  let nextCall = 0;
  let configured = false;
  /** Looks in a row without a sign of life: a host that was busy has looked once only. */
  let quiet = 0;
  const look = setInterval(() => {
    if (++quiet * lookInterval <= config.patience) return;
    const what = `the bridge to samna has given no sign of life for ${config.patience} ms; open the board again`;
    void shut(new DeviceError('timed-out', what));
  }, lookInterval);

  const alive = (): void => {
    if (closed) throw gone();
  };
  let closed = false;
  let closing = Promise.resolve();
  /** Closes everything; who listens is told of a failure once it is known how the bridge ended. */
  const shut = (cause?: DeviceError): Promise<void> => {
    if (closed) return closing;
    closed = true;
    clearInterval(look);
    for (const { reject } of calls.values()) reject(cause ?? gone());
    calls.clear();
    if (cause === undefined) listeners.close();
    // It hears of its own end.
    wire.end();
    closing = config.stop().then((how) => {
      if (cause !== undefined) listeners.close(how === undefined ? cause : withEnd(cause, how));
    });
    return closing;
  };
  const call = (name: 'configure' | 'update' | 'time', argument?: unknown): Promise<number> => {
    alive();
    const id = nextCall++;
    return new Promise((resolve, reject) => {
      calls.set(id, { resolve, reject });
      wire.write(controlFrame({ id, call: name, argument } satisfies Request));
    });
  };
  const link: SamnaLink = {
    info: {
      name: welcome.name,
      serial: welcome.serial === '' ? 'without a number' : welcome.serial,
      family: dynapse2.name,
      chips,
      clock: 'board',
    },
    samna: welcome.samna,
    boardErrors,
    losses,
    get closed() {
      return closed;
    },
    statistics,
    updates,
    async configure(configuration) {
      alive();
      refuseUnfit(configuration, room);
      await call('configure', toldConfiguration(configuration));
      configured = true;
    },
    send(events) {
      alive();
      events = soundEvents(events);
      refuseOthers(events);
      if (wire.queued > config.buffer) {
        const what = `${wire.queued} bytes wait for ${where}; send less at a time`;
        throw new DeviceError('overflow', what);
      }
      let from = 0;
      for (const to of pieceEnds(events)) {
        wire.write(eventFrame(packEvents(events, from, to)));
        from = to;
      }
      statistics.sent += events.words.length;
    },
    async update(delta) {
      alive();
      delta = fittingDelta(delta, room, configured ? chips : undefined);
      const time = await call('update', toldDelta(delta));
      updates.push({ time, delta });
      return time;
    },
    async time(at) {
      alive();
      const problems = at === undefined ? [] : within('at', timeCheck(at));
      if (problems.length > 0) throw new InvalidArgumentError('there is no such time', problems);
      return call('time', at);
    },
    // Its circuits know no steps.
    align: alive,
    listen(listener) {
      alive();
      return listeners.add(listener);
    },
    close: () => shut(),
  };
  return {
    link,
    heard() {
      quiet = 0;
    },
    events(body) {
      const { timestamps, words, unknown } = unpackEvents(body);
      losses.add('unknownWord', unknown);
      if (words.length === 0) return;
      if (listeners.size === 0) {
        losses.add('unheard', words.length);
        return;
      }
      statistics.received += words.length;
      listeners.give({ timestamps, words });
    },
    report(report) {
      if ('errors' in report) {
        losses.add('boardError', report.count);
        boardErrors.push(...report.errors);
        boardErrors.splice(0, boardErrors.length - keptErrors);
      } else if ('alive' in report) losses.add('bridgeOverflow', report.lost);
      else if ('closed' in report) {
        const cause = failureOf(report.closed);
        void shut(cause instanceof DeviceError ? cause : gone());
      } else if ('answer' in report) {
        const waiting = calls.get(report.answer);
        calls.delete(report.answer);
        if (report.error !== undefined) waiting?.reject(failureOf(report.error));
        else if (typeof report.value === 'number') waiting?.resolve(report.value);
        else waiting?.reject(new DeviceError('protocol', 'the bridge gave no time'));
      }
    },
    ended(cause) {
      const bad = cause instanceof DataError;
      const what = bad
        ? `the bridge at ${where} said something that is not known`
        : `the bridge to samna at ${where} is gone; open the board again`;
      void shut(new DeviceError(bad ? 'protocol' : 'disconnected', what, { cause }));
    },
  };
}

/** A failure, with how the bridge ended. */
function withEnd(failure: DeviceError, how: string): DeviceError {
  const cause = failure.cause === undefined ? {} : { cause: failure.cause };
  return new DeviceError(failure.code, `${failure.message} (it ended: ${how})`, cause);
}
