// What the kernel is made of, as WebAssembly and as machine code.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const filesIn = (folder) =>
  readdirSync(`${root}${folder}`).map((name) => `${root}${folder}/${name}`);

/** All files, in the order of their names. */
export const kernelSources = [
  ...filesIn('src/kernel/assembly'),
  ...['layout.ts', 'numbers.ts'].map((name) => `${root}src/kernel/${name}`),
  ...filesIn('scripts/native'),
  ...['build-kernel.mjs', 'build-native.mjs'].map((name) => `${root}scripts/${name}`),
].sort();

/** Tells builds of different sources apart: what one has in memory, another does not find there. */
export function kernelVersion() {
  const hash = createHash('sha256');
  for (const path of kernelSources) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}
