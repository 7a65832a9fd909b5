import { expect, it, vi } from 'vitest';

vi.mock('@tensorflow/tfjs-core', () => {
  throw new Error('this is not to be loaded');
});

it('is for spikeline/tfjs alone to load tensorflow.js', async () => {
  expect(Object.keys(await import('spikeline'))).toContain('pipeline');
  await expect(import('spikeline/tfjs')).rejects.toThrow();
});
