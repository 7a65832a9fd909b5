// Writes the declarations of the package: one file for each entry, and one of what several share. `tsc` gives six hundred,
// each of which takes a block of the disk and a look-up of whoever imports a name.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Where `tsc` has written. */
const from = join(root, 'dist/types/');
const shared = join(root, 'dist/types.d.ts');

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap(({ types }) =>
  types === undefined
    ? []
    : [{ to: join(root, types), path: join(from, types.replace('./dist/', '')) }],
);
const program = ts.createProgram(
  entries.map(({ path }) => path),
  {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    noEmit: true,
    allowImportingTsExtensions: true,
  },
);
const checker = program.getTypeChecker();
const isOurs = (node) => node.getSourceFile().fileName.startsWith(from);

/** What a name stands for, wherever it was imported from. */
function meant(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The statement of a file of ours that declares something; undefined for what is within another. */
function statementOf(declaration) {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return isOurs(node) && node.parent?.kind === ts.SyntaxKind.SourceFile ? node : undefined;
}

/** Statements that are needed, with the names in them that stand for something of another place. */
const needed = new Map();
/** Names that are imported from other packages: the specifier, by what it stands for. */
const foreign = new Map();
/** Files of ours that are named as a whole, `import * as`, with what they export. */
const wholes = new Map();
/** Names of the language and of Node, which nothing of ours may take. */
const taken = new Set();

/** Takes all statements along that declare `symbol`, and all that they name. */
function take(symbol) {
  for (const declaration of symbol.declarations ?? []) {
    const statement = statementOf(declaration);
    if (statement === undefined || needed.has(statement)) continue;
    const names = [];
    needed.set(statement, names);
    const visit = (node) => {
      if (ts.isIdentifier(node)) note(node, names);
      ts.forEachChild(node, visit);
    };
    visit(statement);
  }
}

/** What a module exports: its name there, what that stands for, and whether it is to be used as a type only. */
function exportsOf(module) {
  return checker.getExportsOfModule(module).map((alias) => {
    const symbol = meant(alias);
    take(symbol);
    const onlyType = alias.declarations?.some(
      (given) =>
        ts.isExportSpecifier(given) && (given.isTypeOnly || given.parent.parent.isTypeOnly),
    );
    return { outside: alias.name, symbol, onlyType };
  });
}

/** Notes what a name in a statement stands for. */
function note(node, names) {
  const own = checker.getSymbolAtLocation(node);
  if (own === undefined) return;
  const symbol = meant(own);
  const [declaration] = symbol.declarations ?? [];
  if (declaration !== undefined && isOurs(declaration)) {
    if (ts.isSourceFile(declaration)) {
      if (!wholes.has(symbol)) wholes.set(symbol, { wish: node.text, exported: exportsOf(symbol) });
    } else if (statementOf(declaration) === undefined) return;
    names.push({ node, symbol });
    take(symbol);
    return;
  }
  const specifier = own.declarations?.find(
    (given) =>
      isOurs(given) &&
      (ts.isImportSpecifier(given) || ts.isNamespaceImport(given) || ts.isImportClause(given)),
  );
  if (specifier === undefined) {
    taken.add(node.text);
    return;
  }
  if (!foreign.has(symbol)) foreign.set(symbol, specifier);
  names.push({ node, symbol });
}

const faces = entries.map(({ to, path }) => ({
  to,
  exported: exportsOf(checker.getSymbolAtLocation(program.getSourceFile(path))),
}));

/** The name of each symbol, the same in all files: its own, or with a number where another has it. */
const nameOf = new Map();
function name(symbol, wish) {
  if (nameOf.has(symbol)) return;
  let given = wish;
  for (let i = 1; taken.has(given); i++) given = `${wish}_${i}`;
  taken.add(given);
  nameOf.set(symbol, given);
}
// What is exported keeps its name.
for (const { exported } of faces) for (const { symbol, outside } of exported) name(symbol, outside);
for (const [symbol, { wish }] of wholes) name(symbol, wish);
for (const { exported } of wholes.values())
  for (const { symbol } of exported) name(symbol, symbol.name);
for (const [symbol, { name: own }] of foreign) name(symbol, own.text);
for (const names of needed.values()) for (const { symbol } of names) name(symbol, symbol.name);

/** A statement as it is written. */
function textOf(statement, names) {
  const source = statement.getSourceFile();
  const start = statement.getStart(source, true);
  let text = '';
  let done = start;
  const changes = names.map(({ node, symbol }) => [
    node.getStart(source),
    node.end,
    nameOf.get(symbol),
  ]);
  for (const { kind, pos, end } of statement.modifiers ?? []) {
    if (kind === ts.SyntaxKind.DefaultKeyword) throw new Error(`${source.fileName}: a default`);
    // With the space after it.
    if (kind === ts.SyntaxKind.ExportKeyword) {
      changes.push([ts.skipTrivia(source.text, pos), end + 1, '']);
    }
  }
  for (const [at, end, now] of changes.sort(([a], [b]) => a - b)) {
    text += source.text.slice(done, at) + now;
    done = end;
  }
  return `${text}${source.text.slice(done, statement.end)}\n`;
}

/** What is exported, under the names that it has outside. */
function listOf(exported) {
  return exported
    .map(({ outside, symbol, onlyType }) => {
      const own = nameOf.get(symbol);
      return `${onlyType ? 'type ' : ''}${own === outside ? own : `${own} as ${outside}`}`;
    })
    .join(', ');
}

/** An import of what is of another package. */
function importOf(symbol, specifier) {
  const own = nameOf.get(symbol);
  const declaration = ts.findAncestor(specifier, ts.isImportDeclaration);
  const module = declaration.moduleSpecifier.text;
  if (ts.isNamespaceImport(specifier)) return `import type * as ${own} from '${module}';\n`;
  if (ts.isImportClause(specifier)) return `import type ${own} from '${module}';\n`;
  const original = (specifier.propertyName ?? specifier.name).text;
  return `import type { ${original === own ? own : `${original} as ${own}`} } from '${module}';\n`;
}

/** The entries that lead to each statement. */
const reached = new Map(Array.from(needed.keys(), (statement) => [statement, new Set()]));
function reach(symbol, face) {
  for (const { symbol: part } of wholes.get(symbol)?.exported ?? []) reach(part, face);
  for (const declaration of symbol.declarations ?? []) {
    const statement = statementOf(declaration);
    if (statement === undefined || reached.get(statement).has(face)) continue;
    reached.get(statement).add(face);
    for (const { symbol: next } of needed.get(statement)) reach(next, face);
  }
}
for (const face of faces) for (const { symbol } of face.exported) reach(symbol, face);

/** The file of each symbol: of its entry where only that leads to it, so that no other asks for a peer it does without. */
function fileOfStatement(statement) {
  const [face, ...others] = reached.get(statement);
  return others.length > 0 ? shared : face.to;
}
function fileOf(symbol) {
  const [statement] = (symbol.declarations ?? []).flatMap((given) => statementOf(given) ?? []);
  return statement === undefined ? shared : fileOfStatement(statement);
}

/** Statements that say `symbols` of the one file are those of the other. */
function linesFrom(to, file, keyword, listed) {
  if (listed === '') return '';
  const path = relative(dirname(to), file).replace(/\.d\.ts$/, '.js');
  return `${keyword} { ${listed} } from '${path.startsWith('.') ? path : `./${path}`}';\n`;
}

const inOrder = [...needed].sort(([a], [b]) => {
  const [one, other] = [a, b].map((node) => node.getSourceFile().fileName);
  if (one !== other) return one < other ? -1 : 1;
  return a.pos - b.pos;
});
/** What of the shared file is named in others. */
const asked = new Set();

/** Imports and statements of one file. */
function bodyOf(file) {
  const statements = inOrder.filter(([statement]) => fileOfStatement(statement) === file);
  const named = new Set(statements.flatMap(([, names]) => names.map(({ symbol }) => symbol)));
  const others = [...named].filter((symbol) => !foreign.has(symbol) && fileOf(symbol) !== file);
  for (const symbol of others) asked.add(symbol);
  return [
    ...Array.from(foreign, ([symbol, specifier]) =>
      named.has(symbol) ? importOf(symbol, specifier) : '',
    ).sort(),
    linesFrom(file, shared, 'import type', others.map((symbol) => nameOf.get(symbol)).join(', ')),
    ...statements.map(([statement, names]) => textOf(statement, names)),
  ].join('');
}

for (const { to, exported } of faces) {
  const own = exported.filter(({ symbol }) => fileOf(symbol) === to);
  const others = exported.filter(({ symbol }) => fileOf(symbol) !== to);
  for (const { symbol } of others) asked.add(symbol);
  writeFileSync(
    to,
    `${bodyOf(to)}${linesFrom(to, shared, 'export', listOf(others))}export { ${listOf(own)} };\n`,
  );
}
writeFileSync(
  shared,
  [
    bodyOf(shared),
    ...Array.from(
      wholes,
      ([symbol, { exported }]) =>
        `declare namespace ${nameOf.get(symbol)} { export { ${listOf(exported)} }; }\n`,
    ),
    `export { ${Array.from(asked, (symbol) => nameOf.get(symbol)).join(', ')} };\n`,
  ].join(''),
);
rmSync(from, { recursive: true });
