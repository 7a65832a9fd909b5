// Compiles the kernel from AssemblyScript and writes it as a module that loads anywhere, without files or
// requests: src/kernel/binaries.ts. Does nothing where that is newer than everything it is made of.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = `${root}src/kernel/binaries.ts`;
const sources = [
  fileURLToPath(import.meta.url),
  `${root}package.json`,
  `${root}src/kernel/layout.ts`,
  ...readdirSync(`${root}src/kernel/assembly`).map((name) => `${root}src/kernel/assembly/${name}`),
];
const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
if (existsSync(output) && statSync(output).mtimeMs > newest) process.exit(0);

/** Everything but `sharedMemory` compiles to the same code: where threads are missing, so is shared memory. */
const shared = ['--sharedMemory'];
const relaxed = ['--enable', 'relaxed-simd'];
const variants = {
  plain: [],
  plainShared: shared,
  relaxed,
  relaxedShared: [...shared, ...relaxed],
};

async function compile(options) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'src/kernel/assembly/index.ts',
      ...['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
      // The tables of exp and log stand in the first page; TypeScript uses memory from the second on.
      ...['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
      ...['--enable', 'simd', '--enable', 'threads', ...options],
      ...['--outFile', 'kernel.wasm'],
    ],
    {
      baseDir: root,
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) binary = contents;
      },
    },
  );
  if (error) throw new Error(`the kernel does not compile\n${stderr.toString()}`, { cause: error });
  return Buffer.from(binary).toString('base64');
}

const lines = ['// Written by scripts/build-kernel.mjs from src/kernel/assembly: do not edit.'];
for (const [name, options] of Object.entries(variants)) {
  lines.push(`export const ${name}: string =`, `  '${await compile(options)}';`);
}
writeFileSync(output, `${lines.join('\n')}\n`);
