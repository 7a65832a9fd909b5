import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as spikeline from 'spikeline';
import { describe, expect, it } from 'vitest';
import { readme, root, tutorials } from './blocks.ts';
import { entries } from './entries.ts';

/** Values that a person meets in a first program: so many, and no more. */
const most = 70;

/** Examples and tutorials, as code. */
const programs = [
  ...tutorials(),
  readme(),
  ...readdirSync(join(root, 'examples'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      name,
      code: readFileSync(join(root, 'examples', name), 'utf8'),
    })),
];

/** What a program imports: names by module. */
function importsOf(code: string): (readonly [module: string, name: string])[] {
  return Array.from(
    code.matchAll(/import (?:type )?\{([^}]*)\} from '([^']+)'/g),
    ([, names, module]) =>
      names!
        .split(',')
        .map(
          (name) =>
            name
              .trim()
              .replace(/^type /, '')
              .split(' as ')[0]!,
        )
        .filter((name) => name !== '')
        .map((name) => [module!, name] as const),
  ).flat();
}

describe('the face', () => {
  it(`has ${most} values at most`, () => {
    expect(Object.keys(spikeline).length).toBeLessThanOrEqual(most);
  });

  it('is used, every value, in an example or a tutorial', () => {
    const used = new Set(
      programs
        .flatMap(({ code }) => importsOf(code))
        .flatMap(([module, name]) => (module === 'spikeline' ? [name] : [])),
    );
    expect(Object.keys(spikeline).filter((name) => !used.has(name))).toEqual([]);
  });

  it('and the other entries are all that examples and tutorials import of ours', () => {
    // What an example brings itself, or Node has, is not ours.
    const foreign = /^(rxjs|@tensorflow\/.*|node:.*|\.\/.*)$/;
    const other = programs.flatMap(({ name, code }) =>
      Array.from(code.matchAll(/from '([^']+)'/g), ([, module]) => module!)
        .filter((module) => !Object.hasOwn(entries, module) && !foreign.test(module))
        .map((module) => `${name} imports ${module}`),
    );
    expect(other).toEqual([]);
  });
});

describe('the entries', () => {
  it('are those of package.json', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const names = Object.keys(exports)
      .filter((name) => name !== './package.json')
      .map((name) => `spikeline${name.slice(1)}`);
    expect(Object.keys(entries).toSorted()).toEqual(names.toSorted());
  });

  it('mean one thing by one name', () => {
    const meanings = new Map<string, Set<unknown>>();
    for (const values of Object.values(entries)) {
      for (const [name, value] of Object.entries(values)) {
        meanings.set(name, (meanings.get(name) ?? new Set()).add(value));
      }
    }
    expect([...meanings].filter(([, values]) => values.size > 1).map(([name]) => name)).toEqual([]);
  });
});

describe('a link of the opening page', () => {
  it('holds wherever the page is read, and leads to a file of this repository', () => {
    const page = readFileSync(join(root, 'README.md'), 'utf8');
    const ours =
      /^https:\/\/(?:github\.com\/spikeline\/spikeline\/blob|raw\.githubusercontent\.com\/spikeline\/spikeline)\/main\/(.*)$/;
    const links = Array.from(page.matchAll(/\]\(([^)]*)\)/g), ([, link]) => link!);
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) {
      const [, path] = ours.exec(link) ?? [];
      expect(path, link).toBeDefined();
      expect(existsSync(join(root, path!)), link).toBe(true);
    }
  });
});
