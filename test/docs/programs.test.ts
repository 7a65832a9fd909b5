import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { root } from './blocks.ts';

const folder = join(root, 'examples');

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an example program', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.ts')))(
    '%s runs and says something',
    async (name) => {
      let said = '';
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        said += text.toString();
        return true;
      });
      const complaints = (['log', 'warn', 'error'] as const).map((level) =>
        vi.spyOn(console, level),
      );
      await import(`#examples/${name.slice(0, -'.ts'.length)}`);
      for (const complaint of complaints) expect(complaint).not.toHaveBeenCalled();
      expect(said.split('\n').length).toBeGreaterThan(2);
    },
  );
});
