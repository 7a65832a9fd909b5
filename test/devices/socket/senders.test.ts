import { from } from 'rxjs';
import {
  aerPacket,
  channels,
  deploy,
  dynapSim,
  linear,
  pipeline,
  toFpga,
  virtualBoard,
} from 'spikeline';
import { boardAt, serveBoard } from 'spikeline/devices';
import { expect, it } from 'vitest';
import { fakeClock } from '#test/devices/fake-clock';
import { watch } from '#test/support/watch';
import { turn } from './suite-at-socket.ts';

it('tells senders apart, and aligns steps, behind a socket', async () => {
  const clock = fakeClock();
  const aligned: number[] = [];
  const made = virtualBoard({ clock, realTime: true });
  const server = await serveBoard(
    {
      async open() {
        const link = await made.open();
        return Object.assign(Object.create(link) as typeof link, {
          align(at: number) {
            aligned.push(at);
            link.align?.(at);
          },
        });
      },
    },
    { listen: '0' },
  );
  const link = await boardAt(server.address).open();
  const { configuration, inputWords } = deploy(
    pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1 })),
  );
  await link.configure(configuration);
  const sinks = [30, 70].map((count) => {
    const times = Array.from({ length: count }, (_, i) => i * 1000);
    const events = aerPacket(
      times,
      times.map(() => 0),
      channels(1),
    );
    return watch(from([events]).pipe(toFpga(link, { clock: clock as never, inputWords })));
  });
  for (let i = 0; i < 300 && sinks.some(({ ended }) => ended === 'no'); i++) {
    await turn(clock, 1);
  }
  for (const [i, { values, error, ended }] of sinks.entries()) {
    expect([ended, error]).toEqual(['completed', undefined]);
    const { sent, delivered, late, dropped } = values.at(-1)!;
    expect(sent).toBe([30, 70][i]);
    expect([delivered! + late!, dropped]).toEqual([sent, 0]);
  }
  link.align!(123_456);
  await link.time();
  expect(aligned).toEqual([123_456]);
  await link.close();
  await server.close();
});
