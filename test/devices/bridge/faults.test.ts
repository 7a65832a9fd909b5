import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeviceError } from 'spikeline';
import { samnaBridge } from 'spikeline/devices';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { controlFrame, readControl } from '#src/devices/bridge/messages';
import { frameBodies } from '#src/events/frame-bodies';
import { configuration } from '#test/devices/suite-network';
import { program } from '#test/support/programs';
import {
  bridges,
  pythonObstacle,
  pythonWith,
  type StandInConfig,
  standInBoard,
} from './stand-in-board.ts';

const quick = { settleTime: 0 };
const env = { SAMNA_CHIPS: '1' };
const folder = mkdtempSync(join(tmpdir(), 'spikeline-faults-'));
const ends: (() => unknown)[] = [];
const bridge = fileURLToPath(
  new URL('../../../src/devices/bridge/python/bridge.py', import.meta.url),
);

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await expect.poll(bridges).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A board for one test. */
async function atHand(config: StandInConfig = {}) {
  const board = await standInBoard({ ...config, env: { ...env, ...config.env } });
  ends.push(() => board.close());
  return board;
}

/** A Python for one test. */
function python(set: Readonly<Record<string, string>>, samna: string): string {
  const { path, remove } = pythonWith(set, samna);
  ends.push(remove);
  return path;
}

/** A server that answers as it is told, for one test. */
async function serverThat(answers: (socket: Socket) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    answers(socket);
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return `tcp://127.0.0.1:${(server.address() as { readonly port: number }).port}`;
}

const obstacle = pythonObstacle();
const title = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;

// Where tests must not be skipped, SPIKELINE_WITNESSES is `required`: those need Python too.
it.runIf(process.env['SPIKELINE_WITNESSES'] === 'required')('finds a Python', () => {
  expect(obstacle).toBeUndefined();
});

describe.skipIf(obstacle)(
  `a bridge to samna that cannot be opened says why, and what to do${title}`,
  () => {
    it('without Python', async () => {
      await expect(samnaBridge({ python: join(folder, 'none') })).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(/no Python called .*none; install Python 3.9/),
      });
    });

    it('with a Python that may not be run', async () => {
      const plain = join(folder, 'plain');
      writeFileSync(plain, '');
      await expect(samnaBridge({ python: plain })).rejects.toMatchObject({ code: 'refused' });
    });

    it('with a program that is no Python', async () => {
      const other = join(folder, 'other');
      writeFileSync(other, '#!/bin/sh\necho what >&2; exit 3\n', { mode: 0o755 });
      await expect(samnaBridge({ python: other })).rejects.toMatchObject({
        code: 'protocol',
        message: expect.stringMatching(/ended \(exit code 3\), and said: what/),
      });
    });

    it('without samna', async () => {
      await expect(samnaBridge({ python: python({}, folder) })).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(/samna is not installed for Python at .*name a Python/),
      });
    });

    it('with the stub of PyPI, which it does not import', async () => {
      const mark = join(folder, 'imported');
      const stub = fileURLToPath(new URL('stub', import.meta.url));
      const own = python({ STUB_MARK: mark }, stub);
      await expect(samnaBridge({ python: own })).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringMatching(/stub of PyPI .*pip uninstall samna/),
      });
      expect(existsSync(mark)).toBe(false);
      // It would have been seen.
      execFileSync(own, ['-c', 'import samna']);
      expect(existsSync(mark)).toBe(true);
    });

    it('with a samna of another version', async () => {
      const board = await atHand({
        env: { SAMNA_VERSION: '0.9.24', SAMNA_LACKS: 'ResetType open_device' },
      });
      await expect(samnaBridge({ python: board.python })).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringMatching(
          /samna 0\.9\.24 has no samna\.device\.open_device, samna\.dynapse2\.ResetType; another version/,
        ),
      });
    });

    it('without a board, or without that one', async () => {
      const none = await atHand({ plugged: false });
      await expect(samnaBridge({ python: none.python })).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(/finds no DYNAP-SE2 board; it finds nothing\. Plug it in/),
      });
      const board = await atHand();
      await expect(samnaBridge({ python: board.python, serial: 'X' })).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(/serial number X; it finds DYNAP-SE2 Stack 1911000P6X/),
      });
    });

    it('with more chips than samna configures, and with no such bit file', async () => {
      const board = await atHand();
      await expect(samnaBridge({ python: board.python, chips: 2, ...quick })).rejects.toMatchObject(
        {
          code: 'unsupported',
          message: expect.stringMatching(/1 chips; 2/),
        },
      );
      await expect(
        samnaBridge({ python: board.python, bitFile: join(folder, 'none.bit'), ...quick }),
      ).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/bit file .*none/),
      });
      await expect.poll(() => board.taken).toBe(false);
    });

    it('on a port that is taken', async () => {
      const board = await atHand();
      const taken = await serverThat(() => {});
      const listen = taken.slice('tcp://'.length);
      await expect(samnaBridge({ python: board.python, listen })).rejects.toMatchObject({
        code: 'busy',
        message: expect.stringMatching(/is taken, .*choose another port/),
      });
    });

    it('that takes too long', async () => {
      const slow = join(folder, 'slow');
      writeFileSync(slow, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
      await expect(samnaBridge({ python: slow, startPatience: 50 })).rejects.toMatchObject({
        code: 'timed-out',
      });
    });

    it('at an address where there is none, or something else', async () => {
      const silent = await serverThat(() => {});
      await expect(samnaBridge({ at: silent, startPatience: 50 })).rejects.toMatchObject({
        code: 'timed-out',
      });
      const other = await serverThat((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await expect(samnaBridge({ at: other })).rejects.toMatchObject({ code: 'protocol' });
      await expect(samnaBridge({ at: 'tcp://127.0.0.1:1' })).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(/bridge\.py --help/),
      });
    });

    it('as it is asked for wrongly, with everything that is wrong', async () => {
      const asked = samnaBridge({ at: 'nowhere', python: 'python3', chips: 5, settleTime: -1 });
      await expect(asked).rejects.toMatchObject({
        problems: expect.arrayContaining(
          ['at', 'chips', 'settleTime', 'python'].map((path) => expect.objectContaining({ path })),
        ),
      });
    });
  },
);

/** A bridge that was started by hand. */
async function standing(
  python: string,
): Promise<{ readonly child: ChildProcess; readonly at: string }> {
  const child = spawn(python, ['-B', '-u', bridge, '--settle', '0', '--listen', '127.0.0.1:0']);
  ends.push(async () => {
    const over = new Promise((resolve) => child.once('close', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill();
      await over;
    }
  });
  const at = await new Promise<string>((resolve) => {
    child.stdout.once('data', (bytes: Buffer) =>
      resolve(JSON.parse(bytes.toString()).spikeline.listening),
    );
  });
  return { child, at };
}

describe.skipIf(obstacle)(`a bridge to samna${title}`, () => {
  it('that is killed says so to whoever listens, and leaves the board free', async () => {
    const board = await atHand();
    const { child, at } = await standing(board.python);
    const link = await samnaBridge({ at });
    const told = new Promise<unknown>((closed) => link.listen({ events: () => {}, closed }));
    const waits = link.time(4e9).catch((cause: DeviceError) => cause.code);
    child.kill('SIGKILL');
    expect(await told).toMatchObject({
      code: 'disconnected',
      message: expect.stringMatching(/gone/),
    });
    expect([link.closed, await waits]).toEqual([true, 'disconnected']);
    await expect.poll(() => board.taken).toBe(false);
  });

  it('whose process was started here says how that ended', async () => {
    const board = await atHand();
    const link = await samnaBridge({ python: board.python, ...quick });
    const told = new Promise<unknown>((closed) => link.listen({ events: () => {}, closed }));
    board.unplug();
    const cause = (await told) as DeviceError;
    expect(cause).toBeInstanceOf(DeviceError);
    expect(cause.message).toMatch(/USB: the device is gone.*it ended: exit code/);
  });

  it('that runs by itself serves one after the other, one at a time, and ends when it is told to', async () => {
    const board = await atHand();
    const { child, at } = await standing(board.python);
    const first = await samnaBridge({ at });
    await expect(samnaBridge({ at })).rejects.toMatchObject({ code: 'busy' });
    await first.configure(configuration);
    await first.close();
    await expect
      .poll(async () => {
        const link = await samnaBridge({ at }).catch(() => undefined);
        await link?.close();
        return link?.closed;
      })
      .toBe(true);
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expect.poll(() => board.taken).toBe(false);
  });

  it('refuses what is no greeting of its version, and junk', async () => {
    const board = await atHand();
    const { at } = await standing(board.python);
    const [, port] = /:(\d+)$/.exec(at)!;
    const answer = (bytes: Uint8Array): Promise<unknown> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
        const bodies = frameBodies(2 ** 20);
        let told: unknown;
        socket.on('data', (more) =>
          bodies.push(more, (body) => {
            told = readControl(body.subarray(1));
          }),
        );
        socket.on('close', () => resolve(told));
        socket.on('error', () => {});
      });
    const other = { name: 'spikeline-samna', version: 2 };
    for (const bytes of [
      controlFrame({ hello: other }),
      controlFrame({ id: 1, call: 'time' }),
      Uint8Array.of(0, 0, 0, 0, 0),
      Uint8Array.of(2, 0, 0, 0, 9, 9),
      Uint8Array.of(255, 255, 255, 255, 1),
      Uint8Array.of(3, 0, 0, 0, 1, 123, 44),
    ]) {
      expect(await answer(bytes)).toMatchObject({ refused: { code: 'protocol' } });
    }
    const link = await samnaBridge({ at });
    await link.close();
  });

  it('ends with whoever started it, even if that is killed', async () => {
    const board = await atHand();
    const node = program('test/devices/bridge/left-behind.ts', board.python);
    const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'inherit'] });
    const over = new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(board.taken).toBe(true);
    child.kill('SIGKILL');
    await over;
    await expect.poll(() => board.taken, { timeout: 5000 }).toBe(false);
  });
});
