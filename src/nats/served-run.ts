/** A run that somebody on another machine has asked for, as the server sees it. */
import type { Demand } from '../demand.ts';
import { DataError, NetworkError, UnsupportedPipelineError } from '../errors.ts';
import { largestMessage } from '../events/framing.ts';
import type { Losses } from '../events/losses.ts';
import type { StreamItem } from '../events/series.ts';
import { itemOf, type WireMessage } from '../events/wire.ts';
import { unpackPipeline } from '../pipeline/save.ts';
import { packedSize } from '../pipeline/saved-size.ts';
import type {
  Recorded,
  Target,
  TargetInput,
  TargetOutput,
  TargetRequest,
  TargetRun,
} from '../pipeline/target.ts';
import { causeText, fault, type Problem, problem } from '../problems.ts';
import type { NatsLink } from './connection.ts';
import { opener } from './envelope.ts';
import { plainError, readOrder, runSubjects, type Speaker, speaker } from './remote-protocol.ts';
import type { Budget, ServedRunReport } from './served.ts';
import { gapError } from './stream.ts';

/** A run that is served. */
export interface ServedRun {
  /** Takes an envelope of its user. */
  take(bytes: Uint8Array): void;
  /** Says that the server goes, and ends it. */
  close(): void;
}

/** What a run is served with. */
export interface ServedRunConfig {
  readonly link: NatsLink;
  readonly subject: string;
  readonly name: string;
  /** Name of the target. */
  readonly target: string;
  readonly budget: Budget;
  /** How long the user may say nothing, milliseconds. */
  readonly patience: number;
  /** Opens what it runs on. */
  open(): Target | Promise<Target>;
  /** Learns that it has ended. */
  ended(report: ServedRunReport): void;
}

/** Bytes of an order beside the pipeline. */
const orderBytes = 2 ** 16;

/** Steps of delays that a weight of the budget stands for. */
const delaysPerSynapse = 16;

/**
 * Lists what a pipeline takes more than it may, told from its saved form.
 *
 * @throws DataError if that is none
 */
export function budgetProblems(saved: Uint8Array, budget: Budget): Problem[] {
  const over = (path: string, given: number, most: number): Problem[] =>
    given <= most ? [] : [problem(path, 'too-large', given, `this server runs ${most} at most`)];
  const large = over('bytes', saved.length, budget.bytes);
  if (large.length > 0) return large;
  const { neurons, synapses, delayed } = packedSize(saved);
  return [
    ...over('neurons', neurons, budget.neurons),
    ...over('synapses', synapses, budget.synapses),
    ...over('delayed steps', delayed, delaysPerSynapse * budget.synapses),
  ];
}

/** Serves a run, from its first message to its last. */
export function serveRun(config: ServedRunConfig): ServedRun {
  const { link, budget, patience, ended } = config;
  const { server } = link;
  const out: Speaker = speaker(link, runSubjects(config.subject, config.name).out);
  let run: TargetRun | undefined;
  let opening = false;
  let size = { neurons: 0, synapses: 0 };
  let outputs = 0;
  let over = false;
  let heardAt = performance.now();
  let forgetLosses = (): void => {};
  const finish = (how: ServedRunReport['ended'], cause?: unknown): void => {
    if (over) return;
    over = true;
    clearInterval(timer);
    run?.stop();
    forgetLosses();
    const error = causeText(cause);
    ended({ ...size, outputs, ended: how, ...(how === 'failed' && { error }) });
  };
  const fail = (cause: unknown): void => {
    if (over) return;
    out.say({ failed: plainError(cause) });
    finish('failed', cause);
  };
  /** Who has gone without a word must not hold what others may need. */
  const timer = setInterval(() => {
    if (performance.now() - heardAt > patience) finish('left');
  }, patience / 4);
  const envelopes = opener({
    whole: true,
    most: () => (opening ? largestMessage : Math.min(largestMessage, budget.bytes + orderBytes)),
    tooLarge(most) {
      if (opening) throw new DataError(`an input has more than ${most} bytes; cut it into chunks`);
      const needed = `this server takes ${budget.bytes} at most`;
      const problems = [fault('bytes', 'too-large', needed)];
      throw new UnsupportedPipelineError(config.target, problems);
    },
    gap(gap) {
      throw gapError(gap, server);
    },
  });
  const give = (output: TargetOutput, record: readonly string[] | undefined): void => {
    outputs++;
    const items =
      record === undefined ? [output] : record.map((name) => (output as Recorded)[name]);
    for (const [i, item] of items.entries()) out.give(item as StreamItem, i);
  };
  /** Passes on what the target loses. */
  const watchLosses = ({ losses }: { readonly losses?: Losses }): void => {
    if (losses === undefined) return;
    const told: Record<string, number> = { ...losses.byReason };
    forgetLosses = losses.watch(({ byReason }) => {
      const more = Object.entries(byReason).flatMap(([reason, count]) =>
        count === (told[reason] ?? 0) ? [] : [[reason, count - (told[reason] ?? 0)] as const],
      );
      Object.assign(told, byReason);
      out.say({ losses: Object.fromEntries(more) });
    });
  };
  const open = async (asked: { readonly pipeline: Uint8Array } & TargetRequest): Promise<void> => {
    const { pipeline: saved, record, startTime } = asked;
    const target = await config.open();
    if (over) return;
    const problems = budgetProblems(saved, budget);
    if (problems.length > 0) throw new UnsupportedPipelineError(target.name, problems);
    const { neurons, synapses } = packedSize(saved);
    size = { neurons, synapses };
    const net = unpackPipeline(saved);
    const request = {
      ...(record !== undefined && { record }),
      ...(startTime !== undefined && { startTime }),
    };
    const unsupported = target.unsupported(net, request);
    if (unsupported.length > 0) throw new UnsupportedPipelineError(target.name, unsupported);
    out.say({ answer: 'opened' });
    watchLosses(target as { readonly losses?: Losses });
    const started = target.start(
      net,
      {
        next: (output) => !over && give(output, record),
        error: fail,
        complete() {
          if (over) return;
          out.say({ completed: true });
          finish('completed');
        },
      },
      request,
    );
    if (over) {
      started.stop();
      return;
    }
    run = started;
  };
  const hear = (message: WireMessage): void => {
    if (message.kind !== 'control') {
      if (message.kind !== 'events' && message.kind !== 'raster') {
        throw new DataError(`a target takes rasters and packets, not ${message.kind}`);
      }
      const { demand } = opened();
      opened().push(itemOf(message) as TargetInput);
      if (demand?.open === false) holdBack(demand);
      return;
    }
    const order = readOrder(message.body);
    if ('open' in order) {
      if (opening) throw new NetworkError('protocol', 'a run is opened once');
      opening = true;
      open(order.open).catch(fail);
    } else if (order.order === 'ping') out.say({ answer: 'pong' });
    else if (order.order === 'stop') {
      finish('stopped');
      out.say({ answer: 'stopped' });
    } else if (order.order === 'reset') opened().reset();
    else opened().end();
  };
  /** Tells the user that the target has no room, until it has. */
  let held = false;
  const holdBack = (demand: Demand): void => {
    if (held || over) return;
    held = true;
    out.say({ answer: 'full' });
    demand.whenOpen(() => {
      held = false;
      if (!over) out.say({ answer: 'room' });
    });
  };
  const opened = (): TargetRun => {
    if (run === undefined)
      throw new NetworkError('protocol', 'a run is opened before anything else');
    return run;
  };
  return {
    take(bytes) {
      if (over) return;
      heardAt = performance.now();
      try {
        const found = envelopes.open(bytes);
        if (found !== undefined) hear(found.message);
      } catch (cause) {
        fail(cause);
      }
    },
    close: () => fail(new NetworkError('disconnected', `the target at ${server} was closed`)),
  };
}
