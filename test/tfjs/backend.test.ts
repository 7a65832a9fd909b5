import * as tf from '@tensorflow/tfjs-core';
import type { InvalidArgumentError } from 'spikeline';
import { useBackend } from 'spikeline/tfjs';
import { expect, it, vi } from 'vitest';

vi.mock('@tensorflow/tfjs-node', () => {
  throw new Error('the addon was built for another Node');
});

it('passes over a broken tfjs-node in silence', async () => {
  const outputs = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const spoken = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));
  const { name, reasons } = await useBackend();
  for (const spy of [...outputs, ...spoken]) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  expect(name).toBe('wasm');
  expect(tf.getBackend()).toBe('wasm');
  expect(reasons).toEqual([expect.stringContaining('tensorflow: ')]);
});

it('leaves it to others to listen to failures', () => {
  for (const name of ['uncaughtException', 'unhandledRejection']) {
    const listeners = (process as NodeJS.EventEmitter).listeners(name).map(String);
    expect(listeners.filter((code) => code.includes('throw'))).toEqual([]);
  }
});

it('takes the first of those named', async () => {
  expect(await useBackend(['cpu', 'wasm'])).toEqual({ name: 'cpu', reasons: [] });
  expect(tf.getBackend()).toBe('cpu');
});

it('says why there is none', async () => {
  const refused = (await useBackend(['tensorflow']).catch(
    (cause) => cause,
  )) as InvalidArgumentError;
  expect(refused.message).toContain('tensorflow.js has no backend to compute with');
  expect(refused.reasons).toEqual([
    expect.stringContaining('tensorflow: '),
    'install @tensorflow/tfjs-backend-wasm, which has wasm and cpu',
  ]);
});
