import { InvalidArgumentError } from 'spikeline';
import { natsPublisher, toNats } from 'spikeline/sinks';
import { fromNats, natsItems } from 'spikeline/sources';
import { expect, it } from 'vitest';
import { readNatsAddress } from '#src/nats/address';

/** Paths of what was refused. */
function refused(make: () => unknown): string[] {
  try {
    make();
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) return cause.problems.map(({ path }) => path);
    throw cause;
  }
  return [];
}

it('reads servers and subjects', () => {
  expect(readNatsAddress('nats://lab:4333/lab.camera-1')).toEqual({
    server: 'nats://lab:4333',
    subject: 'lab.camera-1',
  });
  expect(readNatsAddress('nats://[::1]/a').server).toBe('nats://[::1]:4222');
  expect(readNatsAddress('tls:///a').server).toBe('tls://127.0.0.1:4222');
});

it('refuses what is no address', () => {
  const bad = ['', 'nats://lab', 'nats://lab/', 'http://lab/a', 'nats://lab/a..b', 'nats://lab/>'];
  for (const address of [...bad, 'nats://lab/a*', 'nats://lab:70000/a', 'nats://lab/a b', 7]) {
    expect(refused(() => readNatsAddress(address as string))).toEqual(['address']);
  }
});

it('refuses credentials in an address, and does not show them', () => {
  let message = '';
  try {
    fromNats('nats://ada:secret@lab/a');
  } catch (cause) {
    message = (cause as Error).message;
  }
  expect(message).toContain('NATS_CREDS');
  expect(message).not.toContain('secret');
});

it('refuses options that are none, or of recordings in a live stream', () => {
  const at = 'nats:///a';
  expect(refused(() => fromNats(at, { after: 1, reader: 'a.b' }))).toEqual(['reader']);
  expect(refused(() => fromNats(at, { after: 1, until: 'recorded' }))).toEqual(['after', 'until']);
  expect(refused(() => natsItems(at, { capacity: 0, lost: 'x' as never }))).toEqual([
    'capacity',
    'lost',
  ]);
  expect(refused(() => toNats(at, { maxBytes: 5 }))).toEqual(['maxBytes']);
  expect(refused(() => toNats(7 as never, { reconnect: 'always' as never }))).toEqual([
    'address',
    'reconnect',
  ]);
  expect(refused(() => natsPublisher(at, { reconnect: { attempts: 0 } }))).toEqual([
    'reconnect.attempts',
  ]);
});
