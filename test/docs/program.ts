import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Block, root } from './blocks.ts';

/** The files behind the public names, from the table in package.json. */
const publicFiles = Object.values<{ readonly '@spikeline/source': string } | string>(
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports,
).flatMap((entry) => (typeof entry === 'string' ? [] : join(root, entry['@spikeline/source'])));

function projectOptions(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // Documentation may name a value only to show it.
  return { ...options, noUnusedLocals: false, isolatedDeclarations: false, declaration: false };
}

/** A program of the public modules, of `files`, and of `blocks`, each of which is a module beside this file. */
export function programWith(
  blocks: readonly Block[],
  files: readonly string[],
): {
  readonly program: ts.Program;
  /** What the compiler has to say about each block. */
  problemsOf(block: Block): string[];
  /** What it has to say about a file. */
  problemsIn(file: string): string[];
} {
  const paths = new Map(
    blocks.map((block, i) => [block, join(root, 'test', 'docs', `block-${i}.ts`)]),
  );
  const codes = new Map(blocks.map((block) => [paths.get(block), `${block.code}\nexport {};\n`]));
  const options = projectOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => codes.has(path) || fileExists(path);
  host.readFile = (path) => codes.get(path) ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const code = codes.get(path);
    if (code !== undefined) return ts.createSourceFile(path, code, version, true);
    // Comments of others are nothing to us.
    const foreign = path.includes('/node_modules/') && typeof version === 'object';
    const jsDocParsingMode = ts.JSDocParsingMode.ParseForTypeErrors;
    return getSourceFile(path, foreign ? { ...version, jsDocParsingMode } : version, ...rest);
  };
  const program = ts.createProgram([...publicFiles, ...files, ...paths.values()], options, host);
  function problemsIn(file: string): string[] {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is not in the program`);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ messageText, start = 0 }) => {
      const line = source.text.slice(0, start).split('\n').length;
      return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  }
  return { program, problemsIn, problemsOf: (block) => problemsIn(paths.get(block)!) };
}

/** Doc text of every function that the package exports, by name. */
export function exportedFunctions(program: ts.Program): Map<string, string> {
  const checker = program.getTypeChecker();
  const found = new Map<string, string>();
  const exports = publicFiles.flatMap((file) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!),
  );
  for (const exported of exports) {
    const symbol =
      exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const { valueDeclaration } = symbol;
    if (valueDeclaration === undefined) continue;
    const callable = checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0;
    if (!callable) continue;
    found.set(symbol.name, ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  }
  return found;
}
