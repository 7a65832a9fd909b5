import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './blocks.ts';

const folder = join(root, 'examples');

describe('an example program', () => {
  it.each(readdirSync(folder))('%s runs and says something', (name) => {
    const args = ['--import', 'tsx', '--conditions=@spikeline/source', join(folder, name)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.split('\n').length).toBeGreaterThan(2);
  });
});
