// Translates the AssemblyScript of a kernel to C++, function by function: both languages then compute the same, and there is
// one source. Only what that source uses is known; all else is an error that names its place.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import ts from 'typescript';
import { bodyWriter } from './bodies.mjs';
import { nameOf } from './words.mjs';

/** Files whose vectors have four lanes whatever those of the neurons have. */
const always4 = new Set(['chips', 'copies', 'random', 'scan', 'transpose']);
/** Files that only four lanes have: wider vectors never come there. */
const only4 = new Set(['echo', 'guessed', 'packed']);
/** Functions that wider vectors have in a way of their own. */
const replaced = new Set([
  ...['addEcho', 'echoOf', 'echoOfFired', 'echoOfSpikes', 'heldRow'].map((name) => `echo.${name}`),
  ...['power.lookUp', 'sparse.append', 'vector.sum'],
]);

/** Functions that a thread of Node has in a way of its own, which stands in the headers. */
const ofNode = new Set(['barrier.isStopped']);

/** The files that one imports, itself last: what C++ has to read first comes first. */
function filesOf(entry, seen = new Set()) {
  const path = resolve(entry);
  if (seen.has(path)) return [];
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imported = source.statements.filter(({ moduleSpecifier }) => moduleSpecifier);
  const before = imported.flatMap(({ moduleSpecifier }) =>
    filesOf(`${resolve(dirname(path), moduleSpecifier.text)}.ts`, seen),
  );
  return [...before, source];
}

/** Whether a field is an address: memory keeps 32 bits of it. */
const isAddress = ({ type }) => type.getText() === 'usize';

/** Names of all fields that are addresses. */
function addressesOf(files) {
  const classes = files.flatMap(({ statements }) => statements.filter(ts.isClassDeclaration));
  const fields = classes.flatMap(({ members }) => members).filter(isAddress);
  return new Set(fields.map(({ name }) => name.text));
}

const fileOf = (specifier) => basename(specifier.text);

/** A file as a namespace, for vectors of so many lanes. */
function translateFile(source, lanes, addresses) {
  const file = basename(source.fileName, '.ts');
  const fail = (node, what = 'is not known to the translator') => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    const kind = ts.SyntaxKind[node.kind];
    throw new Error(`${source.fileName}:${line + 1}: ${kind} ${what}: ${node.getText()}`);
  };
  const declared = source.statements.filter((node) => ts.isFunctionDeclaration(node));
  const functions = new Set(declared.map(({ name }) => name.text));
  const { type, expression, block } = bodyWriter(functions, addresses, fail);

  const signature = ({ typeParameters = [], modifiers = [], parameters, name, type: result }) => {
    const types = typeParameters.map((parameter) => `class ${parameter.name.text}`);
    const inline = modifiers.some((one) => ts.isDecorator(one) && one.getText() === '@inline');
    // What a comparison of wide vectors gives may stay what it is.
    const typeOf = (given) =>
      inline && lanes > 4 && type(given) === 'v128' ? 'auto' : type(given);
    const own = parameters.map((one) => `${typeOf(one.type)} ${nameOf(one.name.text)}`);
    const template = types.length > 0 ? `template <${types.join(', ')}>\n` : '';
    const words = `static ${inline ? 'INLINE ' : ''}${type(result)} ${nameOf(name.text)}`;
    return `${template}${words}(${['Memory memory', ...own].join(', ')})`;
  };

  const record = ({ name, heritageClauses, members }) => {
    const parent = heritageClauses?.[0].types[0].getText();
    const kept = (one) => (isAddress(one) ? 'u32' : type(one.type));
    const fields = members.map((one) => `  ${kept(one)} ${nameOf(one.name.text)};\n`);
    return `struct ${name.text}${parent ? ` : ${parent}` : ''} {\n${fields.join('')}};\n`;
  };

  /** A constant, a variable of each thread, or `memory.data`: a table that stands nowhere in the kernel's memory. */
  const variable = ({ name: { text: name }, type: given, initializer }, isConstant) => {
    const of = given ? type(given) : 'auto';
    if (ts.isCallExpression(initializer) && initializer.expression.getText() === 'memory.data') {
      const number = initializer.typeArguments[0].getText();
      const values = initializer.arguments[0].elements.map(
        (one) => `(${number})${expression(one)}`,
      );
      const numbers = `alignas(64) static const ${number} ${name}_table[] = {${values.join(', ')}};\n`;
      return `${numbers}static const Table ${name} = {(const char *)${name}_table};\n`;
    }
    // Places in records of vectors are those of four lanes there.
    const value = `${expression(initializer)}${file === 'layout' ? ` * ${lanes / 4}` : ''}`;
    return `static ${isConstant ? 'constexpr' : 'thread_local'} ${of} ${name} = ${value};\n`;
  };

  /** Uses what another file has; its functions begin with a small letter. */
  const use = (names, from) =>
    names.map(({ name, propertyName }) => {
      if (propertyName) fail(name, 'has another name elsewhere');
      if (/^[a-z]/.test(name.text)) functions.add(name.text);
      return `using in_${fileOf(from)}::${nameOf(name.text)};\n`;
    });

  const firsts = [`using namespace lanes${always4.has(file) ? 4 : lanes};\n`];
  const heads = [];
  const bodies = [];
  for (const node of source.statements) {
    if (ts.isImportDeclaration(node)) {
      firsts.push(...use(node.importClause.namedBindings.elements, node.moduleSpecifier));
    } else if (ts.isExportDeclaration(node)) {
      firsts.push(...use(node.exportClause.elements, node.moduleSpecifier));
    } else if (ts.isClassDeclaration(node)) {
      heads.push(record(node));
    } else if (ts.isVariableStatement(node)) {
      const { declarations, flags } = node.declarationList;
      firsts.push(...declarations.map((one) => variable(one, (flags & ts.NodeFlags.Const) !== 0)));
    } else if (!ts.isFunctionDeclaration(node)) {
      fail(node);
    } else if (ofNode.has(`${file}.${node.name.text}`)) {
      firsts.push(`using ::${node.name.text};\n`);
    } else if (lanes > 4 && replaced.has(`${file}.${node.name.text}`)) {
      firsts.push(`using lanes${lanes}::${node.name.text};\n`);
    } else {
      const head = signature(node);
      const never = lanes > 4 && only4.has(file);
      heads.push(`${head};\n`);
      bodies.push(`${head} ${never ? '{ __builtin_unreachable(); }\n' : block(node.body)}`);
    }
  }
  return `namespace in_${file} {\n${[...firsts, ...heads, ...bodies].join('')}}\n`;
}

/** All that an entry re-exports, and what that needs, as C++; what it needs of the language itself stands in the headers. */
export function translate(entry, lanes) {
  const files = filesOf(entry);
  const addresses = addressesOf(files);
  const parts = files.map((file) => translateFile(file, lanes, addresses));
  const exports = files.at(-1).statements.filter((node) => ts.isExportDeclaration(node));
  return {
    code: `namespace kernel${lanes} {\n${parts.join('')}}\n`,
    exported: exports.flatMap((node) => node.exportClause.elements.map(({ name }) => name.text)),
  };
}
