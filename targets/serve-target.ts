/** The server `serveTarget`: lets programs on other machines run pipelines on a target of this one. */
import { InvalidArgumentError, NetworkError } from '../src/errors.ts';
import { accessTable, type NatsAccess } from '../src/nats/access.ts';
import { addressProblems, readNatsAddress } from '../src/nats/address.ts';
import { type NatsLink, openNats } from '../src/nats/connection.ts';
import { plainError, runSubjects, speaker } from '../src/nats/remote-protocol.ts';
import {
  type Budget,
  remoteVersion,
  type ServedRunReport,
  type ServedTarget,
} from '../src/nats/served.ts';
import { type ServedRun, serveRun } from '../src/nats/served-run.ts';
import {
  callback,
  number,
  type OptionTable,
  optionProblems,
  options,
  readAs,
  readOnce,
  refuse,
  text,
} from '../src/options.ts';
import { pipeline } from '../src/pipeline/pipeline.ts';
import type { Target } from '../src/pipeline/target.ts';
import { targetCheck } from '../src/pipeline/target.ts';
import { within } from '../src/problems.ts';
import { dynapSim } from '../src/stages/dynap-sim/definition.ts';

/** Configuration of {@link serveTarget}. */
export interface ServeTargetConfig extends NatsAccess {
  /** Gives the target of a run; called for each run. */
  readonly open: () => Target | Promise<Target>;
  /** Limits of runs; 100 000 neurons, 10 000 000 synapses, 64 MiB of a saved pipeline and 4 runs at once if left out. */
  readonly budget?: Partial<Budget>;
  /** How long the user of a run may be silent before it is ended, milliseconds; 10 000 if left out. */
  readonly patience?: number;
  /** Called with a report of each run that has ended. */
  readonly onRun?: (report: ServedRunReport) => void;
  /** Called when the connection to the NATS server has ended for good. */
  readonly onFailure?: (cause: NetworkError) => void;
}

/** A target that is served. */
export interface TargetServer {
  /** Where it is: `nats://127.0.0.1:4222/simulator`. */
  readonly address: string;
  /** Runs under way. */
  readonly runs: number;
  /** Stops serving; all runs are told. Rejects with what `onRun` or `onFailure` threw first, which ends no run of others. */
  close(): Promise<void>;
}

const count = (unit: string) => number({ min: 1, whole: true, unit });

const budgetTable: OptionTable<Budget> = {
  neurons: count('neurons'),
  synapses: count('synapses'),
  bytes: count('bytes'),
  runs: count('runs'),
};

const table: OptionTable<ServeTargetConfig> = {
  ...accessTable,
  open: callback,
  budget: options(budgetTable),
  patience: number({ above: 0, unit: 'milliseconds' }),
  onRun: callback,
  onFailure: callback,
};

const usualBudget: Budget = { neurons: 100_000, synapses: 10_000_000, bytes: 2 ** 26, runs: 4 };

/** Whether a target sees states of neurons. */
function seesStates(target: Target): boolean {
  const net = pipeline(dynapSim({ neurons: 1, name: 'output' }));
  return target.unsupported(net, { record: ['output:imem'] }).length === 0;
}

/**
 * Serves a target over NATS: `remote` runs pipelines on it from other machines. What comes from the net is checked
 * before anything is built of it: bytes, neurons, synapses, runs at once. Whoever the NATS server lets in can use the
 * target; a server on the loopback serves this machine alone.
 *
 * @param address server and subject: `nats://127.0.0.1:4222/simulator`
 * @throws InvalidArgumentError with all problems
 * @throws NetworkError `busy` if another target is served there
 * @example
 * ```ts
 * const serve = () =>
 *   serveTarget('nats://127.0.0.1:4222/simulator', { open: () => simulator(), budget: { neurons: 1000 } });
 * typeof serve; // 'function'
 * ```
 */
export async function serveTarget(
  address: string,
  config: ServeTargetConfig,
): Promise<TargetServer> {
  config = readOnce(config, table);
  const problems = [
    ...addressProblems(address, 'address'),
    ...optionProblems(config, table, 'open'),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('this cannot be served', problems);
  const { open, patience = 10_000, onRun, onFailure } = config;
  const budget = { ...usualBudget, ...config.budget };
  const access: NatsAccess = {
    ...(config.credentials !== undefined && { credentials: config.credentials }),
    ...(config.reconnect !== undefined && { reconnect: config.reconnect }),
  };
  const place = readNatsAddress(address);
  const { subject } = place;
  const runs = new Map<string, ServedRun>();
  /** Runs that have ended: what comes late for them is no news. */
  const past = new Set<string>();
  const probe = readAs(await open(), targetCheck);
  let [target, states] = ['', false];
  refuse('this cannot be served', () => {
    const wrong = within('open()', targetCheck(probe));
    if (wrong.length > 0) return wrong;
    [target, states] = [probe.name, seesStates(probe)];
    return within('open().name', text(target));
  });
  let thrown: { readonly cause: unknown } | undefined;
  /** Tells someone, who may fail: that must not reach the runs of others. */
  const attempt = (tell: () => void): void => {
    try {
      tell();
    } catch (cause) {
      thrown ??= { cause };
    }
  };
  const link: NatsLink = await openNats(place, access, {
    lost() {
      for (const run of [...runs.values()]) run.close();
    },
    failed: (cause) => attempt(() => onFailure?.(cause)),
  });
  const { connection } = link;
  try {
    await connection.request(`${subject}.hello`, '', { timeout: 2000 });
    const what = `a target is served at ${address} already; choose another subject`;
    throw new NetworkError('busy', what);
  } catch (cause) {
    if (cause instanceof NetworkError) {
      await link.close();
      throw cause;
    }
    // Nobody answers, as it should be.
  }
  const forget = (name: string): void => {
    runs.delete(name);
    past.add(name);
    if (past.size > 1000) past.delete(past.values().next().value!);
  };
  const begin = (name: string): ServedRun | undefined => {
    const out = speaker(link, runSubjects(subject, name).out);
    if (runs.size >= budget.runs) {
      const what = `${runs.size} runs go on at ${address}, as many as it takes; try again later`;
      out.say({ failed: plainError(new NetworkError('busy', what)) });
      past.add(name);
      return undefined;
    }
    const run = serveRun({
      link,
      subject,
      name,
      target,
      budget,
      patience,
      open,
      ended(report) {
        forget(name);
        attempt(() => onRun?.(report));
      },
    });
    runs.set(name, run);
    return run;
  };
  connection.subscribe(`${subject}.hello`, {
    callback(cause, message) {
      if (cause !== null) return;
      const served: ServedTarget = {
        version: remoteVersion,
        target,
        states,
        budget,
        runs: runs.size,
      };
      message.respond(JSON.stringify(served));
    },
  });
  connection.subscribe(`${subject}.in.*`, {
    callback(cause, message) {
      if (cause !== null) return;
      const name = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      if (past.has(name)) return;
      const known = runs.get(name);
      if (known === undefined && !beginsRun(message.data)) {
        // It belongs to a run of a server that was here before.
        speaker(link, runSubjects(subject, name).out).say({ answer: 'unknown' });
        past.add(name);
      } else (known ?? begin(name))?.take(message.data);
    },
  });
  await connection.flush();
  let closing: Promise<void> | undefined;
  return {
    address,
    get runs() {
      return runs.size;
    },
    close() {
      closing ??= (async () => {
        for (const run of [...runs.values()]) run.close();
        await link.close();
        if (thrown !== undefined) throw thrown.cause;
      })();
      return closing;
    },
  };
}

/** Whether an envelope is the first of its run: its sequence is 0. */
function beginsRun(bytes: Uint8Array): boolean {
  return bytes.length >= 12 && bytes.subarray(8, 12).every((byte) => byte === 0);
}
