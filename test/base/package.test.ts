import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Package {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const read = (path: string): string => readFileSync(path, 'utf8');
const packages = ['package.json', 'cli/package.json'].map(
  (path) => JSON.parse(read(path)) as Package,
);

describe('a package', () => {
  it('is built where it is installed from git or packed: nothing that is built is kept', () => {
    const { prepare, build } = packages[0]!.scripts!;
    expect(prepare).toContain('npm run --silent build');
    for (const part of ['build:kernel', 'tsconfig.build.json', 'cli/tsconfig.build.json']) {
      expect(build).toContain(part);
    }
    expect(read('.gitignore').split('\n')).toContain('dist');
  });

  it('has all in it that it offers', () => {
    for (const { files, exports, bin = {} } of packages) {
      const offered = Object.values(exports).flatMap((one) =>
        typeof one === 'string' ? [one] : [one['types']!, one['default']!],
      );
      for (const path of [...offered, ...Object.values(bin)]) {
        const [folder] = path.replace(/^\.\//, '').split('/');
        expect([...files, 'package.json']).toContain(folder);
      }
    }
  });
});
