/** What the compiler says of code from the documentation: one process of the native compiler checks all of it at once. */
import { execFile } from 'node:child_process';
import { realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emptyFolder } from '#test/support/folders';
import { type Block, root } from './blocks.ts';

/** What the compiler has to say. */
export interface Verdict {
  /** About a block. */
  of(block: Block): readonly string[];
  /** About a file, by its whole path. */
  in(file: string): readonly string[];
  /** About what was not asked for, as the sources that all import. */
  readonly elsewhere: readonly string[];
}

/** A folder where modules find the package and its sources, as those beside this file do. */
function projectFolder(files: readonly string[]): string {
  const folder = realpathSync(emptyFolder());
  for (const name of ['src', 'node_modules']) symlinkSync(join(root, name), join(folder, name));
  const own = { type: 'module', imports: { '#src/*': './src/*.ts' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
  const project = {
    extends: join(root, 'tsconfig.json'),
    // Documentation may name a value only to show it.
    compilerOptions: {
      noUnusedLocals: false,
      isolatedDeclarations: false,
      declaration: false,
      declarationMap: false,
    },
    include: [],
    files,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  return folder;
}

/** Runs the compiler in a folder; gives what it prints. */
function compilerSays(folder: string): Promise<string> {
  const tsc = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  const args = [tsc, '-p', folder, '--pretty', 'false', '--singleThreaded'];
  return new Promise((done, failed) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (error, out, err) => {
      // It ends with 1 or 2 where it found something, and prints that.
      if (error !== null && (out === '' || typeof error.code !== 'number' || error.code > 2)) {
        failed(new Error(`the compiler did not run: ${err}${out}`, { cause: error }));
      } else done(out);
    });
  });
}

/** Has `blocks`, each a module of its own, and `files` checked, as one program. */
export async function compile(
  blocks: readonly Block[],
  files: readonly string[],
): Promise<Verdict> {
  const names = new Map(blocks.map((block, i) => [block, `block-${i}.ts`]));
  const folder = projectFolder([...names.values(), ...files]);
  for (const [{ code }, name] of names) writeFileSync(join(folder, name), `${code}\nexport {};\n`);
  const asked = new Set([...[...names.values()].map((name) => join(folder, name)), ...files]);
  const problems = new Map<string, string[]>();
  const elsewhere: string[] = [];
  // What is told of one problem over several lines is indented.
  for (const problem of (await compilerSays(folder)).trimEnd().split(/\n(?! )/)) {
    const [, path = '', line = '', text = ''] =
      /^(.+?)\((\d+),\d+\): ([\s\S]*)$/.exec(problem) ?? [];
    const file = resolve(folder, path);
    if (!asked.has(file)) {
      if (problem !== '') elsewhere.push(problem);
      continue;
    }
    problems.set(file, [...(problems.get(file) ?? []), `line ${line}: ${text}`]);
  }
  return {
    of: (block) => problems.get(join(folder, names.get(block)!)) ?? [],
    in: (file) => problems.get(file) ?? [],
    elsewhere,
  };
}
