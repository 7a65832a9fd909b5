// Builds what `npm start` runs, if it is missing or older than anything it is made of.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = ['dist/index.js', 'cli/dist/main.js'].map((path) => `${root}${path}`);
const made = ['node_modules', 'dist', 'test', 'bench', 'docs', 'runs'];

/** When the newest source in a folder was changed; what is made, and what is not built, does not count. */
function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}${entry.name}`;
    if (entry.name.startsWith('.') || made.includes(entry.name)) continue;
    if (entry.isDirectory()) newest = Math.max(newest, newestIn(`${path}/`));
    else if (/\.(ts|mjs|json)$/.test(entry.name)) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

const oldest = Math.min(...built.map((path) => (existsSync(path) ? statSync(path).mtimeMs : 0)));
if (oldest < newestIn(root)) {
  const options = { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' };
  process.exit(spawnSync('npm', ['run', '--silent', 'build'], options).status ?? 1);
}
