import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, of, toArray } from 'rxjs';
import {
  aerPacket,
  channels,
  chip,
  dynapSim,
  linear,
  pipeline,
  pipelineToJson,
  runOn,
  virtualBoard,
} from 'spikeline';
import { decodeBytes } from 'spikeline/codecs';
import { serveBoard, systemClock } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';
import { pythonObstacle, standInBoard } from '#test/devices/bridge/stand-in-board';
import { emptyFolder } from '#test/support/folders';
import { type DavisEvent, davis346, davisWords, wordBytes } from '#test/usb-emulator/davis346';
import { dynapse1 } from '#test/usb-emulator/dynapse1';
import { emulated, emulatorObstacle, ours } from '#test/usb-emulator/emulated';
import type { SoftwareDevice } from '#test/usb-emulator/software-device';

const obstacle = emulatorObstacle();
const title = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;

describe.skipIf(obstacle !== undefined)(`spikeline run with a camera on USB${title}`, () => {
  const folder = emptyFolder();
  const end = 200_000;
  const events = Array.from(
    { length: 5000 },
    (_, i): DavisEvent => [i * 50, (i * 67) % 346, (i * 71) % 260, i & 1],
  );
  const seen = events.filter(([time]) => time < end);
  // 6 × 5 pixels of 64 × 64.
  const [width, height] = [6, 5];
  const neurons = width * height;
  const weight = Array.from({ length: neurons }, (_, i) =>
    Array.from({ length: neurons }, (__, j) => (i === j ? 15 : 0)),
  );
  const net = pipeline(linear({ weight }), dynapSim({ neurons }));
  const file = join(folder, 'net.json');
  writeFileSync(file, pipelineToJson(net));

  /** Runs it on a board, with a camera and other devices plugged in. */
  async function ran(board: string, others: readonly SoftwareDevice[], ...options: string[]) {
    const output = join(emptyFolder(), 'out.spk');
    const run = emulated({
      devices: [davis346(wordBytes(davisWords(events))), ...others],
      command: ours(
        'cli/main.ts',
        ...['run', file, '--input', 'usb:davis346', '--to', `${end / 1e6}`, '--downsample', '64'],
        ...['--board', board, '--output', output, '--json', ...options],
      ),
    });
    const { code, out, err } = await run.ended;
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    expect(run.open).toBe(0);
    const { input, output: came, losses } = JSON.parse(out);
    expect(input).toMatchObject({ address: 'usb:davis346', spikes: seen.length });
    expect(losses).toMatchObject({ input: {}, filters: {} });
    const { packets } = decodeBytes(readFileSync(output));
    const times = packets.flatMap(({ timestamps }) => [...timestamps]);
    expect(came.spikes).toBe(times.length);
    const addresses = packets.flatMap((packet) => [...packet.addresses]);
    return { losses, spikes: times.map((time, i) => [time, addresses[i]]) };
  }

  /** What a virtual board of a program makes of the same events. */
  async function expected(): Promise<(number | undefined)[][]> {
    const input = aerPacket(
      seen.map(([time]) => time),
      seen.map(([, x, y]) => width * (y >> 6) + (x >> 6)),
      channels(neurons),
      end,
    );
    const link = await virtualBoard().open();
    const own = await lastValueFrom(of(input).pipe(runOn(chip(link), net), toArray()));
    await link.close();
    return own.flatMap(({ timestamps, addresses }) =>
      Array.from(timestamps, (time, i) => [time, addresses[i]]),
    );
  }

  it('streams it to a virtual board, which fires as it does for the same events in a program', async () => {
    const { losses, spikes } = await ran('virtual', []);
    expect(spikes.length).toBeGreaterThan(100);
    expect(spikes).toEqual(await expected());
    expect(losses.target).toEqual({});
  });

  it('streams it to a board that is served', async () => {
    const server = await serveBoard(virtualBoard(), { listen: '127.0.0.1:0' });
    const { losses, spikes } = await ran(server.address, []);
    await server.close();
    expect(spikes).toEqual(await expected());
    expect(losses.target).toEqual({});
  });

  it.skipIf(pythonObstacle())('streams it to a DYNAP-SE2 behind a bridge to samna', async () => {
    const board = await standInBoard({ env: { SAMNA_CHIPS: '1' } });
    const { losses, spikes } = await ran(`samna:${board.python}?settle=0`, []);
    await expect.poll(() => board.taken).toBe(false);
    await board.close();
    expect(spikes.length).toBeGreaterThan(100);
    expect(Object.keys(losses.target)).not.toContain('dropped');
  });

  it('streams it to a DYNAP-SE1 on the same bus', async () => {
    const board = dynapse1({ clock: systemClock, model: 'dynapSim' });
    const { losses, spikes } = await ran('dynapse1?chips=1&settle=0', [board]);
    expect(spikes.length).toBeGreaterThan(100);
    // It takes time to be what the events of a recording come at once for: they are late, and counted.
    expect(Object.keys(losses.target)).not.toContain('dropped');
  });
});
