// Who may import whom: the table in boundaries.json, which docs/architecture.md shows too, made into rules.
import { readFileSync } from 'node:fs';

/** @type {{ room: string, what: string, may: string[] }[]} */
const rooms = JSON.parse(readFileSync(new URL('boundaries.json', import.meta.url), 'utf8'));

const facePattern =
  '^(index\\.ts|entries/[^/]+|(operators|targets|sources|sinks|loop|conformance|src/tfjs)/index\\.ts)$';

/** The files of a room. A room that has rooms of its own inside, as `src/nir` has, does not own their files. */
function pattern(room) {
  if (room === 'public names') return facePattern;
  if (room === 'src/*.ts') return '^src/[^/]+\\.ts$';
  return room.endsWith('.ts') ? `^${room.replace('.', '\\.')}$` : `^${room}(/|\\.ts$)`;
}

/** A room, and all that it may import, near and far. */
function reach(room, seen = new Set()) {
  if (seen.has(room)) return seen;
  seen.add(room);
  for (const next of rooms.find((row) => row.room === room)?.may ?? []) reach(next, seen);
  return seen;
}

const bounded = rooms.filter(({ room }) => room !== 'test');
const rules = bounded.map(({ room }) => {
  const own = pattern(room);
  const others = rooms.filter((row) => row.room !== room && row.room.startsWith(`${room}/`));
  return {
    name: `boundaries: ${room}`,
    comment: 'boundaries.json lists what this room may import',
    severity: 'error',
    from: { path: own, pathNot: others.map((row) => pattern(row.room)) },
    to: {
      pathNot: [...reach(room)].map(pattern),
      dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-optional'],
    },
  };
});

export default {
  forbidden: [
    ...rules,
    {
      name: 'no-circles',
      comment: 'no file may import itself by way of others, not even for a type',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'public-names-only',
      comment:
        'the command line, examples and benches are users of the package: they import it by its name',
      severity: 'error',
      from: { path: '^(cli|examples|bench)/' },
      to: { pathNot: '^$1/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'tests-climb-nowhere',
      comment: 'tests import public names, #src/* and the like, never ../',
      severity: 'error',
      from: { path: '^(test.*/)[^/]+$' },
      to: { pathNot: '^$1', dependencyTypes: ['local'], dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'src-has-no-streams',
      comment: 'src is values and pure functions; streams are the rooms beside it',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^node_modules/rxjs/' },
    },
    {
      name: 'src-has-no-files',
      comment:
        'input and output live in src/devices, src/files and src/sessions alone; the kernel asks Node for threads, NATS for a file of credentials',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(devices/|files/|sessions/|kernel/worker.ts$|nats/credentials.ts$)',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere would escape all other rules',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '(^|/)dist/|^src/(kernel|codecs)/assembly/' },
    enhancedResolveOptions: {
      conditionNames: ['@spikeline/source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
