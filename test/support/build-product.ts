/** Builds the product, module by module, for tests that share a world, before the first of them runs: Vitest calls this. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'rolldown/utils';
import type { TestProject } from 'vitest/node';
import { builtPath, inOwnPlace, productFolder, rooms, root } from './product.ts';

/** What names a module of ours beside the one that names it. */
const neighbour = /((?:from|import)\s*\(?\s*)(['"])(\.{1,2}\/[^'"]*)\.ts\2/g;

function build(path: string): void {
  const source = readFileSync(path, 'utf8');
  const { code, errors } = transformSync(path, source, { target: 'es2023', sourcemap: false });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const to = builtPath(path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, inOwnPlace(code.replaceAll(neighbour, '$1$2$3.js$2'), path));
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
    ...{ name, version, type, exports: Object.fromEntries(built) },
    imports: { '#src/*': './src/*.js', '#cli/*': './cli/*.js', '#rxjs': './rxjs.cjs' },
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
