/** Bundles the programs that tests start, before the first of them runs: Vitest calls this. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import type { TestProject } from 'vitest/node';
import { inOwnPlace, root } from './product.ts';
import { bundleName, programs } from './programs.ts';

/** What stands beside a source is found from its bundle too. */
const ownPlace: Plugin = {
  name: 'own-place',
  transform: (code, id) => ({ code: inOwnPlace(code, id), map: null }),
};

/** Packages are loaded as they are; ours are part of the bundle. */
const isPackage = (id: string): boolean => !/^([./#]|spikeline(-cli)?(\/|$))/.test(id);

/** Where the bundles are: below it, what they import is found. */
const within = join(root, 'node_modules', '.spikeline');
let folder = '';

async function bundle(): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [ownPlace],
    ssr: { resolve: { conditions: ['@spikeline/source'] } },
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(programs.map((path) => [bundleName(path), `${root}${path}`])),
        external: isPackage,
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  });
}

/** Makes the bundles, and again when tests run again. */
export async function setup(project: TestProject): Promise<void> {
  mkdirSync(within, { recursive: true });
  folder = mkdtempSync(join(within, 'programs-'));
  await bundle();
  process.env['SPIKELINE_PROGRAMS'] = folder;
  project.onTestsRerun(bundle);
}

/** Removes the bundles. */
export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
