import { aerPacket, pixels } from 'spikeline';
import { eventDigest } from 'spikeline/codecs';
import { systemClock } from 'spikeline/devices';
import { packPixel } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { type DavisEvent, davis346, davisWords, wordBytes } from '#test/usb-emulator/davis346';
import { dvs128 } from '#test/usb-emulator/dvs128';
import { dynapse1 } from '#test/usb-emulator/dynapse1';
import { emulated, emulatorObstacle, ours } from '#test/usb-emulator/emulated';
import { busyBoard } from './busy.ts';

const obstacle = emulatorObstacle();
// SPIKELINE_RUNS asks for the whole suite of links, and for more spikes, in real time.
const many = process.env['SPIKELINE_RUNS'] !== undefined;
const patience = many ? 300_000 : 60_000;

// Where tests must not be skipped, SPIKELINE_USB is \`required\`.
it.runIf(process.env['SPIKELINE_USB'] === 'required')('finds an emulator that works', () => {
  expect(obstacle).toBeUndefined();
});

const title = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;
describe.skipIf(obstacle !== undefined)(`the package usb, with software devices${title}`, () => {
  const space = pixels(346, 260);
  const events = Array.from(
    { length: 20_000 },
    (_, i): DavisEvent => [Math.floor(i * 13.7), (i * 7) % 346, (i * 3) % 260, i & 1],
  );

  it(
    'plays a camera and a board at the same time, and leaves nothing open',
    async () => {
      const camera = davis346(wordBytes(davisWords(events)));
      const board = dynapse1({ clock: systemClock });
      const forbidden = dvs128();
      const found: Record<string, unknown>[] = [];
      const run = emulated({
        devices: [camera, board, forbidden],
        denied: [forbidden],
        command: ours('test/usb-emulator/session.ts', String(events.length), many ? 'all' : 'some'),
        line(text, own) {
          if (text === 'unplug') own.unplug(camera);
          else found.push(JSON.parse(text));
        },
      });
      const { code, err } = await run.ended;
      expect([code, err]).toEqual([0, '']);
      const step = (name: string) => found.filter((one) => one['step'] === name);
      expect(step('list')[0]!['devices']).toEqual(
        expect.arrayContaining([
          { name: 'davis346', serial: '00000042' },
          { name: 'dynapse1', serial: '00000042' },
          { name: 'dvs128', why: expect.stringContaining('ATTR{idProduct}=="8400", MODE="0666"') },
        ]),
      );
      expect(step('held by another')).toMatchObject([{ code: 'busy' }]);
      const digest = eventDigest();
      const addresses = events.map(([, x, y, polarity]) => packPixel(space, { x, y, polarity }));
      digest.add(
        aerPacket(
          events.map(([time]) => time),
          addresses,
          space,
        ),
      );
      expect(step('camera')).toMatchObject([digest.summary()]);
      expect(step('board').length).toBeGreaterThan(1);
      for (const { name, cause } of step('board')) expect([name, cause]).toEqual([name, undefined]);
      expect(step('unplugged')).toMatchObject([{ code: 'disconnected' }]);
      expect(step('gone')).toMatchObject([
        { code: expect.stringMatching(/not-found|disconnected/) },
      ]);
      expect(run.open).toBe(0);
    },
    patience,
  );

  it(
    'decodes every spike of a board that is always ready',
    async () => {
      const command = ours('test/devices/usb/decode.ts', many ? '10000000' : '20000');
      const run = emulated({ devices: [busyBoard()], command });
      const { code, out, err } = await run.ended;
      expect([code, err, Number(out) > 0, run.open]).toEqual([0, '', true, 0]);
    },
    patience,
  );
});
