import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { builtProduct } from './test/support/product.ts';

const conditions = ['@spikeline/source'];

/** Tests that change globals for themselves, each in a world of its own. */
const alone = [
  'test/docs/programs.test.ts',
  'test/lsl/pylsl.test.ts',
  'test/kernel/threads.test.ts',
  'test/devices/wall-clock.test.ts',
  'test/streams/schedulers.test.ts',
];

/** Tests that put other modules in the place of some, as only Vite can. */
const mocked = [
  'test/kernel/engine.test.ts',
  'test/{nats,nir,devices/usb}/lazy.test.ts',
  'test/streams/re-entrant-outside.test.ts',
  'test/tfjs/{backend,independence}.test.ts',
];

/** Tests that set what all threads share (flags of V8, which machine code there is), or need a main thread: each in a process of its own. */
const inProcess = ['test/kernel/{relaxed,avx2,avx512}.test.ts', 'test/sources/named-pipes.test.ts'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // A run of the command line takes a second, more on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Some tests wait for processes, boards and sockets more than they compute.
    maxWorkers: availableParallelism() + 1,
    // A thread starts with less work than a process.
    pool: 'threads',
    setupFiles: ['test/support/properties.ts', 'test/support/equality.ts'],
    globalSetup: ['test/support/run-folder.ts'],
    projects: [
      {
        extends: true,
        plugins: [builtProduct()],
        // One world for all that share it: the package and its kernel load once for each thread.
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...mocked, ...inProcess],
          globalSetup: ['test/support/bundle-programs.ts', 'test/support/build-product.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        plugins: [builtProduct()],
        test: { name: 'alone', include: alone, globalSetup: ['test/support/build-product.ts'] },
      },
      { extends: true, test: { name: 'mocked', include: mocked } },
      {
        extends: true,
        plugins: [builtProduct()],
        test: {
          name: 'process',
          include: inProcess,
          globalSetup: ['test/support/build-product.ts'],
          pool: 'forks',
        },
      },
    ],
  },
});
