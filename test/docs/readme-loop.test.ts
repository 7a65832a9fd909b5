import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { root } from './blocks.ts';
import { runBlock } from './run-block.ts';

it('closes a loop in the ten lines of the opening page', async () => {
  const page = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = Array.from(page.matchAll(/```ts\n([\s\S]*?)```/g), ([, code]) => code!);
  const block = blocks.find((code) => code.includes('closeLoop('))!;
  // What the blocks before have imported.
  const imports = blocks[0]!.match(/^import .*$/gm)!.join('\n');
  const lines = block.split('\n').filter((line) => !/^(import .*|)$/.test(line));
  expect(lines.length).toBeLessThanOrEqual(10);
  const said = await new Promise<readonly unknown[]>((resolve, reject) => {
    const log = vi.spyOn(console, 'log').mockImplementation((...words) => {
      log.mockRestore();
      resolve(words);
    });
    runBlock({ name: 'README.md', code: `${imports}\n${block}` }).catch(reject);
  });
  expect(said[0]).toBe('off by');
  expect(Math.abs(said[1] as number)).toBeLessThan(0.1);
});
