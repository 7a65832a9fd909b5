/** A virtual board behind a socket, for the package in `stand-in` that stands for samna. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Link, type VirtualBoardConfig, virtualBoard } from 'spikeline';
import type { ChipConfiguration } from 'spikeline/chip';
import {
  type CoreConfiguration,
  idleCore,
  type LatchName,
  latchNames,
  type NeuronConfiguration,
} from '#src/chips/dynapse2/configuration';
import { echoReply, echoWord, eventOf } from '#src/chips/dynapse2/event';
import { synapseOf } from '#src/chips/dynapse2/words';
import { packEvents, unpackEvents } from '#src/devices/bridge/event-bytes';
import { controlFrame, eventFrame, kinds, readControl } from '#src/devices/bridge/messages';
import { frameBodies } from '#src/events/frame-bodies';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'stand-in');

/** Why no bridge can be started here; undefined if one can. */
export function pythonObstacle(): string | undefined {
  if (process.platform === 'win32') return 'its Python is started by a script for Unix';
  return spawnSync('python3', ['--version']).status === 0 ? undefined : 'python3 is not installed';
}

/** Programs that this process has started and that have not ended. */
export function bridges(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}

/** A core as the stand-in for samna applies it. */
interface ToldCore {
  readonly biases: Readonly<Record<string, readonly [coarse: number, fine: number]>>;
  /** Neurons that are other than before, their entries as words. */
  readonly changed: readonly (readonly [
    index: number,
    latches: number,
    synapses: readonly number[],
    destinations: readonly number[],
  ])[];
  readonly monitored: readonly unknown[];
}

/** A core as it is. */
export interface AppliedCore extends Pick<ToldCore, 'biases' | 'monitored'> {
  readonly neurons: readonly NeuronConfiguration[];
}

/** What stands for a board. */
export interface StandInBoard {
  /** A Python whose samna has it, for this board only. */
  readonly python: string;
  /** What was applied last. */
  readonly applied: readonly (readonly AppliedCore[])[];
  /** How often something was applied. */
  readonly applications: number;
  /** Time that the virtual board has taken to be configured, milliseconds: a real one does that by itself. */
  readonly configuring: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Whether a program has the board. */
  readonly taken: boolean;
  /** Pulls the plug. */
  unplug(): void;
  close(): Promise<void>;
}

/** How it is made. */
export interface StandInConfig extends VirtualBoardConfig {
  /** Whether there is a board at all; there is if left out. */
  readonly plugged?: boolean;
  /** What else is in the environment of its Python, as SAMNA_LACKS. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that runs Python with the stand-in for samna, or another, and with something in its environment. */
export function pythonWith(
  env: Readonly<Record<string, string>>,
  samna: string = folder,
): { readonly path: string; remove(): void } {
  const own = mkdtempSync(join(tmpdir(), 'spikeline-samna-'));
  const path = join(own, 'python');
  const set = Object.entries({ PYTHONPATH: samna, ...env }).map(
    ([name, value]) => `${name}='${value}'`,
  );
  writeFileSync(path, `#!/bin/sh\n${set.join(' ')} exec python3 "$@"\n`, { mode: 0o755 });
  return { path, remove: () => rmSync(own, { recursive: true, force: true }) };
}

/** What each word says, of which there are few: equal ones are one object. */
function reader<Entry>(read: (word: number) => Entry): (word: number) => Entry {
  const known = new Map<number, Entry>();
  return (word) => {
    const entry = known.get(word) ?? read(word);
    known.set(word, entry);
    return entry;
  };
}

/** Lays what is told of a core over what it was. */
function coreOf(
  { biases, monitored, changed }: ToldCore,
  before: AppliedCore | undefined,
): AppliedCore {
  const neurons = [...(before ?? idleCore()).neurons];
  const [synapse, destination] = [reader(synapseOf), reader(eventOf)];
  for (const [index, latches, synapses, destinations] of changed) {
    const on = latchNames.map((name, bit) => [name, ((latches >> bit) & 1) === 1]);
    neurons[index] = {
      ...(Object.fromEntries(on) as Record<LatchName, boolean>),
      synapses: synapses.map(synapse),
      destinations: destinations.map(destination),
    };
  }
  return { biases, monitored, neurons };
}

function configurationOf({ biases, neurons }: AppliedCore): CoreConfiguration {
  const parameters = Object.entries(biases).map(([name, [coarse, fine]]) => [
    name,
    { coarse, fine, type: name.endsWith('_N') ? 'N' : 'P' },
  ]);
  return { parameters: Object.fromEntries(parameters), neurons };
}

/** An event that the board is to send back, whatever its tag: seven hops west and south. */
const comesBack = 0x00ff_f000 & echoWord;

/** Makes a board. One program at a time has it. */
export async function standInBoard(config: StandInConfig = {}): Promise<StandInBoard> {
  const { plugged = true, env = {}, ...virtual } = config;
  const { chips: boardChips = 1, startTime = 0 } = virtual;
  const board = virtualBoard({
    mismatch: { fraction: 0 },
    ...virtual,
    chips: boardChips,
    realTime: true,
  });
  const sockets = new Set<Socket>();
  let link: Link<ChipConfiguration> | undefined;
  let applied: StandInBoard['applied'] = [];
  let applications = 0;
  let configuring = 0;
  let openedAt = 0;

  const now32 = (): number =>
    (startTime + Math.floor((performance.now() - openedAt) * 1000)) % 2 ** 32;
  const user = (socket: Socket): void => {
    const bodies = frameBodies(2 ** 28);
    /** Words of events that are on their way back, oldest first. */
    const back: number[] = [];
    let own: Link<ChipConfiguration> | undefined;
    const tell = (message: object): void => void socket.write(controlFrame(message));
    const take = async (message: Readonly<Record<string, unknown>>): Promise<void> => {
      if ('list' in message) {
        const one = { name: 'DYNAP-SE2 Stack', serial: '1911000P6X', taken: link !== undefined };
        tell({ devices: plugged ? [one] : [] });
      } else if ('open' in message) {
        own = (await board.open()) as Link<ChipConfiguration>;
        openedAt = performance.now();
        applied = [];
        link = own;
        own.listen({ events: forward });
        tell({ opened: true });
      } else {
        const from = performance.now();
        const told = message['configure'] as readonly (readonly ToldCore[])[];
        applied = told.map((chip, h) => chip.map((core, c) => coreOf(core, applied[h]?.[c])));
        applications++;
        const chips = applied.slice(0, boardChips);
        await own!.configure({ chips: chips.map((all) => ({ cores: all.map(configurationOf) })) });
        configuring += performance.now() - from;
        tell({ configured: true });
      }
    };
    const forward: Parameters<Link['listen']>[0]['events'] = ({ timestamps, words }) => {
      const told = words.map((word) => (word === echoReply ? back.shift()! : word));
      const events = { timestamps, words: told };
      socket.write(eventFrame(packEvents(events, 0, words.length)));
    };
    /** Late is what lies before the time of now, compared by size: a board sends it at once. */
    const events = (body: Uint8Array): void => {
      const { timestamps, words } = unpackEvents(body);
      const now = now32();
      for (let i = 0; i < words.length; i++) {
        if (timestamps[i]! < now) timestamps[i] = now;
        if ((words[i]! & 0xff_f000) !== comesBack) continue;
        back.push((words[i]! & 0xf0_0fff) | (echoReply & 0x0f_f000));
        words[i] = echoWord;
      }
      own?.send({ timestamps, words });
    };
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (own !== undefined) link = undefined;
      void own?.close();
    });
    socket.on('data', (bytes) =>
      bodies.push(bytes, (body) => {
        if (body[0] === kinds.events) events(body.subarray(1));
        else {
          take(readControl(body.subarray(1))).catch((cause: Error) =>
            tell({ error: cause.message }),
          );
        }
      }),
    );
  };
  const server: Server = createServer(user);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const { port } = server.address() as { readonly port: number };
  const { path: python, remove } = pythonWith({ SAMNA_STAND_IN: `${port}`, ...env });
  return {
    python,
    get applied() {
      return applied;
    },
    get applications() {
      return applications;
    },
    get configuring() {
      return configuring;
    },
    get connections() {
      return sockets.size;
    },
    get taken() {
      return link !== undefined;
    },
    unplug() {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        remove();
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
