import { boardAt } from 'spikeline/devices';
import { run, type StopSignal } from 'spikeline-cli';
import { expect, it } from 'vitest';

it('serves a board until it is interrupted', async () => {
  let out = '';
  let interrupt: (signal: StopSignal) => void = () => {};
  const served = run(['board', '--listen', '127.0.0.1:0', '--seed', '3', '--chips', '2'], {
    out: (text) => {
      out += text;
    },
    err: () => {},
    onStop(listener) {
      interrupt = listener;
      return () => {};
    },
  });
  await expect.poll(() => out).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+\n$/);
  const link = await boardAt(out.trim()).open();
  expect(link.info).toMatchObject({ serial: 'virtual-3', chips: 2, clock: 'host' });
  interrupt('SIGINT');
  expect(await served).toBe(130);
  await expect.poll(() => link.closed).toBe(true);
  await link.close();
});

it.each([
  [['board', '--chips', '9'], 'chips is 9'],
  [['board', '--listen', 'nowhere'], 'tcp://host:port'],
  [['board', 'FILE'], 'there is nothing to name'],
])('refuses %j', async (args, reason) => {
  let err = '';
  const code = await run(args, {
    out: () => {},
    err: (text) => {
      err += text;
    },
    onStop: () => () => {},
  });
  expect(code).toBe(2);
  expect(err).toContain(reason);
});
