import v8 from 'node:v8';
import { kernel } from 'spikeline';
import { kernelFeatures } from 'spikeline/neurons';
import { beforeAll, expect, it } from 'vitest';
import { describeKernel } from './suite.ts';

// Node 20 has relaxed SIMD behind a flag; what is there is found out when it is first asked for, so the
// flag comes before. From Node 22 on, all other tests of WebAssembly run with relaxed SIMD too.
beforeAll(() => {
  if (Number.parseInt(process.versions.v8, 10) < 12) {
    v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
});

it('relaxed SIMD is what WebAssembly has on a machine that has it', () => {
  expect(kernelFeatures().relaxed).toBe(true);
  expect(kernel({ native: false }).name).toBe('kernel, relaxed');
});

describeKernel('the kernel with relaxed SIMD', (threads) =>
  kernel({ native: false, ...(threads === undefined ? {} : { threads }) }),
);
