/** Builds the product and its tests, module by module, for tests in threads, before the first of them runs: Vitest calls this. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { transformSync } from 'rolldown/utils';
import type { TestProject } from 'vitest/node';
import { builtPath, inOwnPlace, productFolder, rooms, root } from './product.ts';

/** What names a module of ours beside the one that names it; what stands in strings has no such quotes. */
const neighbour = /(^(?:import|export)\b[^"\n]*|\bimport\()"(\.{1,2}\/[^"\n]*)\.ts"/gm;

/** What names the command line as its package. */
const commandLine = /(^import\b[^"\n]*)"spikeline-cli"/gm;

function build(path: string): void {
  const source = readFileSync(path, 'utf8');
  const { code, map, errors } = transformSync(path, source, { target: 'es2023', sourcemap: true });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const to = builtPath(path);
  const named = code.replaceAll(neighbour, '$1"$2.js"').replaceAll(commandLine, '$1"#cli/run"');
  mkdirSync(dirname(to), { recursive: true });
  // Vitest reads there which lines of the source an error came from.
  writeFileSync(to, `${inOwnPlace(named, path)}\n//# sourceMappingURL=${basename(to)}.map\n`);
  writeFileSync(`${to}.map`, JSON.stringify(map));
}

/** The package as it names its modules, with what is built in place of the sources. */
function description(): object {
  const { name, version, type, exports } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown> & { exports: Record<string, string | Record<string, string>> };
  const built = Object.entries(exports).flatMap(([path, target]) => {
    const source = typeof target === 'string' ? undefined : target['@spikeline/source'];
    return source === undefined ? [] : [[path, source.replace(/\.ts$/, '.js')]];
  });
  return {
    ...{ name, version, type },
    exports: { ...Object.fromEntries(built), './package.json': './package-of-sources.json' },
    imports: {
      ...Object.fromEntries(
        ['src', 'cli', 'test', 'bench', 'examples'].map((room) => [`#${room}/*`, `./${room}/*.js`]),
      ),
      '#rxjs': './rxjs.cjs',
    },
  };
}

function buildAll(): void {
  const files = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/(^|\/)(node_modules|assembly)\//.test(name))
      .map((name) => join(root, room, name)),
  );
  for (const path of [...files, join(root, 'index.ts')]) build(path);
  copyFileSync(join(root, 'dist/rxjs.cjs'), join(productFolder(), 'rxjs.cjs'));
  copyFileSync(join(root, 'package.json'), join(productFolder(), 'package-of-sources.json'));
  writeFileSync(join(productFolder(), 'package.json'), JSON.stringify(description()));
}

/** Builds it, and again when tests run again. */
export function setup(project: TestProject): void {
  // Another group of tests may have had it built.
  if (!existsSync(productFolder())) buildAll();
  project.onTestsRerun(async () => buildAll());
}

/** Removes it. */
export function teardown(): void {
  rmSync(productFolder(), { recursive: true, force: true });
}
