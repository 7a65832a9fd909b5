import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { type Board, type Link, type VirtualLink, virtualBoard } from 'spikeline';
import { boardAt, type LinkSuiteConfig, linkSuite, serveBoard } from 'spikeline/devices';
import { afterAll, describe, expect, it } from 'vitest';
import { echoWord } from '#src/chips/dynapse2/event';
import { frameBodies } from '#src/events/frame-bodies';
import { encodeFrame } from '#src/events/framing';
import { decodeWire } from '#src/events/wire';
import { fakeClock } from '#test/devices/fake-clock';
import { configuration, delta, word } from '#test/devices/suite-network';
import { sockets, suiteAtSocket, turn } from './suite-at-socket.ts';

for (const realTime of [false, true]) {
  describe(`a board behind a socket, ${realTime ? 'in real time' : 'as fast as it can'}`, async () => {
    const { config, stop } = await suiteAtSocket({ realTime });
    for (const { name, run } of linkSuite(config)) it(name, run);
    afterAll(stop);
  });
}

describe('serveBoard', () => {
  it('says where there is no board, or none that can be understood', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as { port: number };
    nobody.close();
    await once(nobody, 'close');
    await expect(boardAt(`tcp://127.0.0.1:${port}`).open()).rejects.toMatchObject({
      name: 'DeviceError',
      code: 'not-found',
      message: expect.stringContaining(`spikeline board --listen 127.0.0.1:${port}`),
    });
    const says = async (greet: (socket: Socket) => void, patience = 5000) => {
      const open: Socket[] = [];
      const other = createServer((socket) => {
        open.push(socket);
        socket.on('error', () => {});
        greet(socket);
      }).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const at = (other.address() as { port: number }).port;
      const cause = await boardAt(`${at}`, { patience })
        .open()
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      for (const socket of open) socket.destroy();
      other.close();
      return cause;
    };
    expect(await says((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))).toMatchObject({
      code: 'protocol',
    });
    expect(await says((socket) => socket.end())).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('or of another version'),
    });
    expect(await says(() => {}, 20)).toMatchObject({ code: 'timed-out' });
    const strange = encodeFrame({ kind: 'control', stream: 0, sequence: 0, body: { welcome: 1 } });
    expect(await says((socket) => socket.write(strange))).toMatchObject({ code: 'protocol' });
  });

  it('refuses a port that is taken, and addresses that cannot be', async () => {
    const server = await serveBoard(virtualBoard(), { listen: '0' });
    expect(server.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    const again = serveBoard(virtualBoard(), { listen: server.address });
    await expect(again).rejects.toMatchObject({ code: 'busy' });
    await server.close();
    await server.close();
    for (const bad of ['', 'tcp://', '70000', 'http://localhost:80', ':', 'a b:1', 7, null]) {
      expect(() => boardAt(bad as string)).toThrow('tcp://host:port');
    }
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (a, b) => {
        const refused = { name: 'InvalidArgumentError' };
        await expect(serveBoard(a as never, b as never)).rejects.toMatchObject(refused);
      }),
    );
  });

  it('serves the next user when one has gone, also without a word', async () => {
    const { config, stop, board } = await suiteAtSocket({});
    const first = await config.open();
    await expect(config.open()).rejects.toMatchObject({ code: 'busy' });
    await first.close();
    const second = await config.open();
    const server = (second as Link & { socket?: unknown }).info;
    expect(server.name).toBe('virtual board');
    await board.last!.close();
    await expect.poll(() => second.closed).toBe(true);
    const third = await config.open();
    await third.close();
    await stop();
  });

  it('survives junk from a user, and goes on for others', async () => {
    const server = await serveBoard(virtualBoard({ clock: fakeClock() }), { listen: '0' });
    const port = Number(server.address.split(':').at(-1));
    const hello = encodeFrame({
      kind: 'control',
      stream: 0,
      sequence: 0,
      body: { hello: { name: 'spikeline-board', version: 2 } },
    });
    const bodies = [
      { listen: true },
      { id: -1, call: 'time' },
      { id: 1, call: 'exit' },
      { hello: { name: 'spikeline-board', version: 1 } },
      [],
      null,
      7,
    ].map((body) => encodeFrame({ kind: 'control', stream: 0, sequence: 0, body }));
    const frames = [
      [16],
      [16, 0, 1, 0, 1, 0, 0, 0],
      [16, 0, 1, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0],
      [17, 0, 0, 0],
      [17, 0, 0, 0, 1, 0, 0, 0, 1],
      [18, 0, 0, 0, 1, 0, 0, 0],
      [19, 0, 0, 0, 1, 0, 0, 0],
    ];
    const junk = [
      new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'),
      Uint8Array.of(255, 255, 255, 255),
      Uint8Array.of(1, 0, 0, 0, 9),
      ...bodies,
      ...bodies.slice(1).map((body) => Uint8Array.from([...hello, ...body])),
      ...frames.map((body) => Uint8Array.from([...hello, body.length, 0, 0, 0, ...body])),
      // What only a user who has greeted may say.
      Uint8Array.from([8, 0, 0, 0, 17, 0, 0, 0, 1, 0, 0, 0]),
    ];
    for (const bytes of junk) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close');
    }
    const link = await boardAt(server.address).open();
    expect(link.info.family).toBe('dynapse2');
    await link.close();
    await server.close();
  });

  it('tells a user of another version which one it speaks', async () => {
    const server = await serveBoard(virtualBoard({ clock: fakeClock() }), { listen: '0' });
    const socket = connect(Number(server.address.split(':').at(-1)), '127.0.0.1');
    const told: unknown[] = [];
    const bodies = frameBodies(2 ** 20);
    socket.on('data', (bytes) => bodies.push(bytes, (body) => told.push(decodeWire(body))));
    const hello = { name: 'spikeline-board', version: 1 };
    socket.write(encodeFrame({ kind: 'control', stream: 0, sequence: 0, body: { hello } }));
    await once(socket, 'close');
    expect(told).toMatchObject([
      { body: { refused: { message: expect.stringContaining('version 2 of spikeline-board') } } },
    ]);
    await server.close();
  });

  it('calls back when a time is reached, with what was counted by then', async () => {
    const { config, stop, clock } = await suiteAtSocket({ realTime: true });
    const link = await config.open();
    await link.configure(configuration);
    const told: unknown[] = [];
    const counts = {};
    link.send(
      { timestamps: Uint32Array.of(1010, 2010), words: Uint32Array.of(word, word) },
      counts,
    );
    const note = (at: number) => told.push([at, link.statistics.delivered, { ...counts }]);
    link.whenReached!(20_000, note);
    link.whenReached!(2000, (at) => {
      told.push(at);
      throw new Error('who throws ends alone');
    });
    link.whenReached!(20_000, note);
    link.whenReached!(1e9, note);
    for (const at of [-1, 0.5, 2 ** 32, Number.NaN]) {
      expect(() => link.whenReached!(at, note)).toThrow('there is no such time');
    }
    for (let i = 0; i < 40; i++) await turn(clock, 1);
    const all = [20_000, 2, { delivered: 2, late: 0, dropped: 0 }];
    expect(told).toEqual([2000, all, all]);
    await link.close();
    expect(() => link.whenReached!(2e6, note)).toThrow('the link is closed');
    expect(told).toHaveLength(3);
    await stop();
  });

  it('answers calls that cannot be with their problems', async () => {
    const { config, stop } = await suiteAtSocket({});
    const link = await config.open();
    await link.configure(configuration);
    for (const at of [-1, 0.5, 2 ** 32, Number.NaN]) {
      await expect(link.time(at)).rejects.toMatchObject({ name: 'InvalidArgumentError' });
    }
    const cause = await link.update({ biases: [{ chip: 0 }] } as never).catch((error) => error);
    expect(cause).toMatchObject({ name: 'InvalidArgumentError' });
    expect(cause.problems.length).toBeGreaterThan(2);
    await link.close();
    await stop();
  });

  it('counts what a user that does not read has no room for', async () => {
    const clock = fakeClock();
    const board = virtualBoard({ clock, mismatch: { fraction: 0 } });
    const opened: VirtualLink[] = [];
    const noted: Board<VirtualLink> = {
      async open() {
        opened.push(await board.open());
        return opened[0]!;
      },
    };
    const server = await serveBoard(noted, { listen: '0', buffer: 0 });
    const socket = connect(Number(server.address.split(':').at(-1)), '127.0.0.1');
    const say = (body: unknown) =>
      socket.write(encodeFrame({ kind: 'control', stream: 0, sequence: 0, body }));
    say({ hello: { name: 'spikeline-board', version: 2 } });
    await expect.poll(() => opened.length).toBe(1);
    say({ listen: true });
    await turn(clock, 1);
    const link = opened[0]!;
    // Within one turn of the event loop nothing is read, so that the system's own buffers fill up.
    for (let i = 1; i <= 60; i++) {
      link.send({
        timestamps: new Uint32Array(60_000).fill(i * 1000),
        words: new Uint32Array(60_000).fill(echoWord),
      });
      clock.advance(1);
    }
    // The user reads on: the answer to its next question has the count.
    say({ id: 5, call: 'time' });
    const decoder = frameBodies(2 ** 26);
    const answer = new Promise<{ overflowed: number; received: number }>((resolve) => {
      socket.on('data', (bytes) => {
        decoder.push(bytes, (given) => {
          const message = given[0] === 3 ? decodeWire(given) : undefined;
          const body = message?.kind === 'control' ? (message.body as { answer?: number }) : {};
          if (body.answer === 5) resolve((body as never as { statistics: never }).statistics);
        });
      });
    });
    const statistics = await answer;
    expect(statistics.received).toBeGreaterThan(1e6);
    expect(statistics.overflowed).toBeGreaterThan(0);
    socket.destroy();
    await server.close();
  });

  it('leaves nothing behind', async () => {
    const before = sockets();
    const { config, stop } = await suiteAtSocket({ realTime: true });
    const link = await config.open();
    await link.configure(configuration);
    link.send({ timestamps: Uint32Array.of(1e6), words: Uint32Array.of(word) });
    const asked = link.time(2e6).catch((cause) => cause);
    const told: unknown[] = [];
    link.listen({ events: () => {}, closed: (cause) => told.push(cause) });
    await link.update(delta);
    // The server goes first.
    await stop();
    expect(await asked).toMatchObject({ code: 'disconnected' });
    expect(told).toEqual([expect.objectContaining({ code: 'disconnected' })]);
    await link.close();
    await expect.poll(sockets).toBeLessThanOrEqual(before);
  });
});

it('the suite notices a wire that reorders, loses or keeps what it carries', async () => {
  const failing = async (change: (link: Link) => Link): Promise<string[]> => {
    const { config, stop } = await suiteAtSocket({});
    const changed: LinkSuiteConfig = { ...config, open: async () => change(await config.open()) };
    const failed: string[] = [];
    for (const { name, run } of linkSuite({ ...changed, patience: 100 })) {
      await run().catch(() => failed.push(name));
    }
    await stop();
    return failed;
  };
  const lossy = await failing((link) =>
    Object.create(link, {
      send: {
        value: ({ timestamps, words }: { timestamps: Uint32Array; words: Uint32Array }) =>
          link.send({ timestamps: timestamps.subarray(1), words: words.subarray(1) }),
      },
    }),
  );
  expect(lossy).toContain('counts what it counts, and loses nothing');
});
