// Compiles the kernel and the hot loops of the codecs from AssemblyScript and writes them as modules that load anywhere,
// without files or requests: src/kernel/binaries.ts and src/codecs/binary.ts. Does nothing where those are newer than
// everything they are made of.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { kernelSources, kernelVersion } from './native/sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Whether a module is newer than everything it is made of. */
function isNew(output, folder, ...others) {
  if (!existsSync(output)) return false;
  const files = readdirSync(`${root}${folder}`).map((name) => `${root}${folder}/${name}`);
  const sources = [fileURLToPath(import.meta.url), `${root}package.json`, ...files, ...others];
  return statSync(output).mtimeMs > Math.max(...sources.map((path) => statSync(path).mtimeMs));
}

/** Both are for memory that is shared; `module.ts` makes the same code of them for memory that is not. */
const variants = { plain: [], relaxed: ['--enable', 'relaxed-simd'] };

async function compile(source, options) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      source,
      ...['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
      // The tables of exp and log stand in the first page; TypeScript uses memory from the second on.
      ...['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
      ...['--enable', 'simd', ...options],
      ...['--outFile', 'kernel.wasm'],
    ],
    {
      baseDir: root,
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) binary = contents;
      },
    },
  );
  if (error) throw new Error(`${source} does not compile\n${stderr.toString()}`, { cause: error });
  return Buffer.from(binary).toString('base64');
}

/** The line of a module that says where it comes from. */
const written = (folder) => `// Written by scripts/build-kernel.mjs from ${folder}: do not edit.`;

const kernel = `${root}src/kernel/binaries.ts`;
if (!isNew(kernel, 'src/kernel/assembly', ...kernelSources)) {
  const version = `export const version: string = '${kernelVersion()}';`;
  const lines = [written('src/kernel/assembly'), version];
  for (const [name, options] of Object.entries(variants)) {
    const binary = await compile('src/kernel/assembly/index.ts', [
      ...['--enable', 'threads', '--sharedMemory'],
      ...options,
    ]);
    lines.push(`export const ${name}: string =`, `  '${binary}';`);
  }
  writeFileSync(kernel, `${lines.join('\n')}\n`);
}

const codecs = `${root}src/codecs/binary.ts`;
if (!isNew(codecs, 'src/codecs/assembly')) {
  const binary = await compile('src/codecs/assembly/index.ts', []);
  const lines = [written('src/codecs/assembly'), 'export const binary: string =', `  '${binary}';`];
  writeFileSync(codecs, `${lines.join('\n')}\n`);
}
