import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { entryOf } from './entries.ts';

/** Folder of the project. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** Code from the documentation that can stand alone as a module. */
export interface Block {
  /** File and symbol that it documents, or the page. */
  readonly name: string;
  /** The module, imports included. */
  readonly code: string;
}

const documented = ['src', 'operators', 'sources', 'sinks', 'targets', 'loop', 'conformance'];
const fence = /```ts\n([\s\S]*?)```/g;

/** Parses a block, with links from each node to its parent. */
export function parse(path: string, code: string): ts.SourceFile {
  return ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true);
}

/** Files of a folder and of those in it. */
export function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(root, folder, path))
    .sort();
}

/** Whether an identifier stands for a value or type of its own, not for a part of something else. */
function standsAlone(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) {
    return node.getFullStart() === parent.getFullStart();
  }
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  return !(ts.isPropertyAssignment(parent) && parent.name === node);
}

function isDeclared({ parent }: ts.Identifier): boolean {
  return (
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isFunctionDeclaration(parent)
  );
}

/** Files that export a value under a name and are no public entry, by the name. */
let hidden: ReadonlyMap<string, string> | undefined;

/** The `#src/…` that has a value which no entry exports; undefined if there is none. */
function hiddenModuleOf(name: string): string | undefined {
  hidden ??= new Map(
    filesUnder('src', '.ts').flatMap((path) =>
      Array.from(
        readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm),
        ([, found]) => [found!, `#src/${relative(join(root, 'src'), path).slice(0, -3)}`] as const,
      ),
    ),
  );
  return hidden.get(name);
}

/**
 * Imports that a doc comment leaves out: what Spikeline exports under that name, otherwise RxJS, otherwise the
 * file that has it.
 */
function missingImports(code: string): string {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && standsAlone(node)) {
      const declares = isDeclared(node) && (node.parent as ts.NamedDeclaration).name === node;
      (declares ? declared : used).add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse('block.ts', code));
  const free = [...used].filter((name) => !declared.has(name));
  const lines = free.flatMap((name) => {
    const from = entryOf(name) ?? (name in rxjs ? 'rxjs' : hiddenModuleOf(name));
    return from === undefined ? [] : `import { ${name} } from '${from}';\n`;
  });
  return lines.join('');
}

/** Text of a doc comment without its frame of asterisks. */
function commentText(comment: string): string {
  return comment.replace(/^\/\*\*|\*\/$/g, '').replace(/^[ \t]*\* ?/gm, '');
}

function examplesIn(path: string): Block[] {
  const source = readFileSync(path, 'utf8');
  const written = source.match(/@example/g)?.length ?? 0;
  if (written === 0) return [];
  const blocks: Block[] = [];
  const visit = (node: ts.Node): void => {
    // What is inside a constant has the comment of the constant too.
    const own = ts.getJSDocCommentsAndTags(node).filter((comment) => comment.parent === node);
    for (const comment of own.filter(ts.isJSDoc)) {
      const [, ...examples] = commentText(comment.getText()).split(/^@example$/m);
      if (examples.length === 0) continue;
      const named = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node;
      const symbol = (named as ts.NamedDeclaration).name?.getText() ?? 'module';
      for (const [, code] of examples.join('').matchAll(fence)) {
        const name = `${relative(root, path)}, ${symbol}`;
        blocks.push({ name, code: missingImports(code!) + code! });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(path, source));
  if (blocks.length !== written) {
    throw new Error(
      `${path} has ${written} examples, but ${blocks.length} blocks of ts were found`,
    );
  }
  return blocks;
}

/** The examples of all doc comments, each as a module of its own. */
export function docExamples(): Block[] {
  return documented.flatMap((folder) => filesUnder(folder, '.ts')).flatMap(examplesIn);
}

/** A page, its blocks in order as one module. */
function page(path: string): Block {
  const blocks = Array.from(readFileSync(path, 'utf8').matchAll(fence), ([, code]) => code);
  return { name: relative(root, path), code: blocks.join('') };
}

/** The tutorials, and the pages about the kernel and the formats. */
export function tutorials(): Block[] {
  const pages = ['docs/kernel.md', 'docs/formats.md'].map((path) => join(root, path));
  return [...filesUnder('docs/tutorials', '.md'), ...pages].map(page);
}

/** The page that opens the project; its code prints, so it is compiled but not run. */
export function readme(): Block {
  return page(join(root, 'README.md'));
}

/** Doc texts of the functions that a name stands for in sources, without their tags, by the name. */
export function functionDocs(): ReadonlyMap<string, readonly string[]> {
  const documentedFunction =
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:async )?(?:function\*?|const) (\w+)/g;
  const docs = new Map<string, string[]>();
  for (const path of documented.flatMap((folder) => filesUnder(folder, '.ts'))) {
    const source = readFileSync(path, 'utf8');
    for (const [, comment, name] of source.matchAll(documentedFunction)) {
      const [text] = commentText(comment!).trim().split(/^@/m) as [string];
      docs.set(name!, [...(docs.get(name!) ?? []), text.trim()]);
    }
  }
  return docs;
}
