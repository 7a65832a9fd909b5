import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { outgoing } from '#src/devices/socket/outgoing';
import { frameBodies } from '#src/events/frame-bodies';

/** Two ends of a connection. */
async function ends(): Promise<{ writer: Socket; reader: Socket; stop(): void }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const writer = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [reader] = (await once(server, 'connection')) as [Socket];
  if (writer.connecting) await once(writer, 'connect');
  const stop = (): void => {
    writer.destroy();
    reader.destroy();
    server.close();
  };
  return { writer, reader, stop };
}

it('gathers the frames of a turn, and writes again over nothing that a slow reader has not got', async () => {
  const { writer, reader, stop } = await ends();
  const out = outgoing(writer);
  let writes = 0;
  const write = writer.write.bind(writer) as (bytes: Uint8Array) => boolean;
  writer.write = ((bytes: Uint8Array) => {
    writes++;
    return write(bytes);
  }) as never;
  const sizes = [4, 5000, 9, 70_000, 4, 300_000, 12];
  let [sent, waited, turns] = [0, 0, 0];
  // Until well after the system's own buffers are full, so that frames wait in every way.
  while (waited < 40) {
    for (let k = 0; k < 3; k++) {
      const length = sizes[sent % sizes.length]!;
      const at = out.begin(length);
      out.bytes.fill(sent & 255, at, at + length);
      out.bytes.writeUInt32LE(sent++, at);
    }
    out.write(Uint8Array.of(4, 0, 0, 0, sent & 255, (sent >> 8) & 255, 0, 0));
    sent++;
    turns++;
    await new Promise((resolve) => setImmediate(resolve));
    if (writer.writableLength > 0) waited++;
  }
  // One write for each turn, and no more than two for each frame that fills more than a block.
  expect(writes).toBeLessThanOrEqual(turns + 2 * (sent / 3));
  let [came, wrong] = [0, 0];
  const bodies = frameBodies(2 ** 20);
  reader.on('data', (bytes) =>
    bodies.push(bytes, (body) => {
      const number = body[0]! | (body[1]! << 8) | (body[2]! << 16);
      if (number !== came || body.subarray(4).some((byte) => byte !== (number & 255))) wrong++;
      came++;
    }),
  );
  reader.resume();
  await expect.poll(() => came).toBe(sent);
  expect(wrong).toBe(0);
  stop();
});

it('sends nothing once the socket is gone', async () => {
  const { writer, stop } = await ends();
  const out = outgoing(writer);
  writer.destroy();
  out.bytes.writeUInt32LE(7, out.begin(4));
  out.flush();
  expect(writer.writableLength).toBe(0);
  stop();
});
