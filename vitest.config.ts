import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['@spikeline/source'];

/** Tests that change modules or globals for themselves, each in a world of its own. */
const alone = [
  'test/docs/programs.test.ts',
  'test/lsl/pylsl.test.ts',
  'test/kernel/{browser,engine,threads}.test.ts',
  'test/devices/{wall-clock,usb/browser,usb/lazy}.test.ts',
  'test/nats/lazy.test.ts',
  'test/nir/lazy.test.ts',
  'test/streams/{re-entrant-outside,schedulers}.test.ts',
  'test/tfjs/{backend,independence}.test.ts',
];

/** Tests that set flags of V8, which all threads share: each in a process of its own. */
const inProcess = ['test/kernel/relaxed.test.ts'];

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
    setupFiles: ['test/support/properties.ts'],
    projects: [
      {
        extends: true,
        // One world for all that share it: the package and its kernel load once for each thread.
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...inProcess],
          globalSetup: ['test/support/bundle-programs.ts'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
      { extends: true, test: { name: 'process', include: inProcess, pool: 'forks' } },
    ],
  },
});
