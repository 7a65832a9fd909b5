// Writes the JavaScript of the package: one file for each entry, and what several share in chunks. A program then
// loads a dozen files, not two hundred, and of RxJS only what is used.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const sources = Object.values(exports).flatMap((entry) => entry['@spikeline/source'] ?? []);
const input = Object.fromEntries(
  sources.map((path) => [path.slice(2).replace(/\.ts$/, ''), `${root}${path.slice(2)}`]),
);

/** The module of RxJS that has each name, from its own list. They are public: `exports` of its package.json. */
const rxjs = new Map(
  [
    ...readFileSync(`${root}node_modules/rxjs/dist/types/index.d.ts`, 'utf8').matchAll(
      /export \{ ([^}]*) \} from '\.\/(internal\/[^']+)'/g,
    ),
  ].flatMap(([, names, path]) =>
    names.split(', ').map((name) => {
      const [own, as = own] = name.split(' as ');
      return [as, { own, module: `rxjs/${path}` }];
    }),
  ),
);

/** Names that are used of RxJS. */
const used = new Set();

/** Libraries of which a few functions are used: they come along, with their licences. */
const brought = ['fflate', 'hdr-histogram-js'];

/** Imports from `rxjs` become imports from `#rxjs`, which in Node loads what is used, not all 230 files. */
const narrowRxjs = {
  name: 'narrow-rxjs',
  enforce: 'pre',
  transform(code) {
    const narrowed = code.replace(/import (\{[^}]*\}) from 'rxjs';/g, (_, list) => {
      for (const name of list.slice(1, -1).split(',')) {
        const plain = name.trim();
        if (plain !== '' && !plain.startsWith('type ')) used.add(plain);
      }
      return `import ${list} from '#rxjs';`;
    });
    return { code: narrowed, map: null };
  },
};

/** A module of ours, and all that it loads at once. */
function reached(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const code = readFileSync(path, 'utf8');
  for (const [, from] of code.matchAll(/^(?:import|export) (?!type )[^;']*'(\.[^']+\.ts)';/gm)) {
    reached(resolve(dirname(path), from), found);
  }
  return found;
}

/** Entries that are of use by themselves. */
const parts = ['neurons', 'stages', 'events', 'train', 'codecs'].map((name) => `entries/${name}`);

/**
 * Chunks of what `spikeline` itself loads, as a file costs more to find and open than to read: one of what the smallest part
 * needs, one of what the next one needs beside that, and so on, and one of the rest. None needs a later one.
 */
function sharedChunks() {
  const core = reached(input.index);
  const needed = [...parts.map((name) => [name, reached(input[name])]), ['index', core]];
  needed.sort(([, a], [, b]) => a.size - b.size);
  return needed.map(([name, part], k) => ({
    name: name.replace('entries/', '').replace('index', 'rest'),
    test: (id) => part.has(id) && core.has(id),
    priority: needed.length - k,
  }));
}

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  plugins: [narrowRxjs],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    minify: false,
    sourcemap: true,
    lib: { entry: input, formats: ['es'] },
    rollupOptions: {
      external: (id) => !/^[./]/.test(id) && !brought.includes(id.split('/')[0]),
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        codeSplitting: { groups: sharedChunks() },
        // The sources are in the package.
        sourcemapExcludeSources: true,
        // Without comments and spaces, names as they are: half as much to read at every start.
        minify: { compress: false, mangle: false, codegen: true },
      },
    },
  },
});

const names = [...used].sort();
const missing = names.filter((name) => !rxjs.has(name));
if (missing.length > 0) throw new Error(`rxjs has no module of its own for ${missing.join(', ')}`);
// For Node: required one by one, from one file, which costs a third of importing them one by one.
writeFileSync(
  `${root}dist/rxjs.cjs`,
  names
    .map((name) => {
      const { own, module } = rxjs.get(name);
      return `exports.${name} = require('${module}').${own};\n`;
    })
    .join(''),
);
// For bundlers, which leave out what is not used by themselves.
writeFileSync(`${root}dist/rxjs.js`, `export { ${names.join(', ')} } from 'rxjs';\n`);
writeFileSync(
  `${root}dist/LICENSES.txt`,
  brought
    .map((name) => `${name}\n\n${readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8')}`)
    .join('\n'),
);
