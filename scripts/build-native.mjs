// Builds the kernel as machine code, from the same AssemblyScript: src/kernel/native/avx512.node and avx2.node, which run on
// any x86-64 Linux whose processor has these instructions. Does nothing where they are newer than all they are made of, and
// says so where there is no compiler: WebAssembly then does the same, more slowly.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelSources, kernelVersion } from './native/sources.mjs';
import { translate } from './native/translate.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Another place where it is given.
const folder = process.argv[2] ?? join(root, 'src/kernel/native');
const entry = join(root, 'src/kernel/assembly/index.ts');

/**
 * For each addon, what a processor must have, whose timing the compiler goes by (2 % with two neurons on a Xeon), and the lanes of
 * its vectors.
 */
const targets = {
  avx512: { machine: 'x86-64-v4', like: 'skylake-avx512', widths: [4, 16] },
  avx2: { machine: 'x86-64-v3', like: 'generic', widths: [4, 8] },
};

/** No sum may depend on where the compiler fuses a product into it: only `madd` does. */
const flags = [
  ...[
    '-x',
    'c++',
    '-std=c++20',
    '-O3',
    '-ffp-contract=off',
    '-fno-strict-aliasing',
    '-fno-exceptions',
    '-fno-rtti',
  ],
  ...['-fno-threadsafe-statics', '-fvisibility=hidden', '-fPIC', '-shared', '-s'],
];

/** An addon as C++. */
function addonSource(widths) {
  const header = (name) => readFileSync(join(root, 'scripts/native', `${name}.hpp`), 'utf8');
  const headers = ['common', ...widths.map((lanes) => `lanes${lanes}`), 'addon'].map(header);
  const [, widest] = widths;
  const parts = widths.map((lanes) => {
    const { code, exported } = translate(entry, lanes);
    const offers = exported.map(
      (name) => `  offer<kernel${lanes}::in_index::${name}>(env, functions, "${name}", given);\n`,
    );
    const head = `template <> void offerAll<${lanes}>(napi_env env, napi_value functions, Given given)`;
    return `${code}\n${head} {\n${offers.join('')}}\n`;
  });
  return [
    ...[`#define VERSION "${kernelVersion()}"`, `#define WIDEST ${widest}`],
    ...[...headers, `namespace lanes${widest} {\n${header('echo')}}\n`, ...parts],
  ].join('\n');
}

/** Compiles, and resolves with what the compiler said if it could not. */
function compile(target, { machine, like, widths }, work) {
  const made = join(folder, `${target}.node.new`);
  const source = join(work, `${target}.cpp`);
  writeFileSync(source, addonSource(widths));
  const compiler = process.env.CXX || 'c++';
  // What is linked is the library of C alone.
  const given = [
    ...flags,
    `-march=${machine}`,
    `-mtune=${like}`,
    '-nodefaultlibs',
    '-o',
    made,
    source,
    '-lm',
    '-lgcc',
    '-lc',
  ];
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(compiler, given, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (text) => (said += text));
    child.on('error', () => resolve(`there is no compiler of C++ (${compiler})`));
    child.on('close', (code) => {
      if (code === 0) {
        // Whoever has loaded the old one keeps it.
        renameSync(made, join(folder, `${target}.node`));
      }
      resolve(
        code === 0 ? undefined : `${compiler} said:\n${said.split('\n').slice(0, 10).join('\n')}`,
      );
    });
  });
}

function isNew(target) {
  const path = join(folder, `${target}.node`);
  const newest = Math.max(...kernelSources.map((source) => statSync(source).mtimeMs));
  return existsSync(path) && statSync(path).mtimeMs > newest;
}

const wanted = Object.entries(targets).filter(([target]) => !isNew(target));
if (process.platform === 'linux' && process.arch === 'x64' && wanted.length > 0) {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'spikeline-'));
  const faults = await Promise.all(wanted.map(([target, given]) => compile(target, given, work)));
  rmSync(work, { recursive: true });
  const fault = faults.find((said) => said !== undefined);
  if (fault !== undefined) {
    process.stderr.write(
      `spikeline: the kernel could not be compiled and runs in WebAssembly: ${fault}\n`,
    );
  }
}
