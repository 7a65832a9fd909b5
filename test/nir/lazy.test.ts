import { expect, it, vi } from 'vitest';

vi.mock('h5wasm', () => {
  throw new Error('this is not to be loaded');
});

it('is for those who read or write NIR files alone to load the HDF5 library', async () => {
  const { readNir, writeNir } = await import('spikeline/nir');
  await expect(readNir(new Uint8Array(64))).rejects.toThrow('this is no HDF5 file');
  await expect(writeNir({ type: 'NIRGraph', nodes: {}, edges: [] })).rejects.toThrow();
});
