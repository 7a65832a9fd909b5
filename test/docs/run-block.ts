import * as tensorflow from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { transformSync } from 'rolldown/utils';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { expect } from 'vitest';
import { type Block, parse } from './blocks.ts';
import { entries } from './entries.ts';

/** How long a stream without an end is listened to, milliseconds. */
const patience = 2000;

const modules: Readonly<Record<string, unknown>> = {
  ...entries,
  '@tensorflow/tfjs-core': tensorflow,
  '@tensorflow/tfjs-layers': layers,
  rxjs,
};

/** Loads what a block imports, by name. */
async function modulesOf(code: string): Promise<(name: string) => unknown> {
  const loaded = new Map<string, unknown>(Object.entries(modules));
  for (const [, path] of code.matchAll(/from '#src\/([^']+)'/g)) {
    loaded.set(`#src/${path}`, await import(`#src/${path}`));
  }
  for (const [, name] of code.matchAll(/from '(node:[^']+)'/g)) {
    loaded.set(name!, await import(name!));
  }
  return (name) => {
    if (!loaded.has(name)) throw new Error(`examples do not import ${name}`);
    return loaded.get(name);
  };
}

/** Reads the value that a comment promises; undefined where it only explains. */
function promisedValue(comment: string): { readonly value: unknown } | undefined {
  const [text] = comment.split('; ') as [string];
  const typed = /^(Float64Array|Uint32Array|Uint8Array) (\[.*\])$/.exec(text);
  try {
    const value: unknown = JSON.parse((typed?.[2] ?? text).replaceAll("'", '"'));
    if (typed === null) return { value };
    const arrays = { Float64Array, Uint32Array, Uint8Array };
    return { value: arrays[typed[1] as keyof typeof arrays].from(value as number[]) };
  } catch {
    expect(comment, 'a comment that opens like a value must be one').not.toMatch(/^[-\d['"]/);
    return undefined;
  }
}

function valuesOf(stream: rxjs.Observable<unknown>): Promise<unknown[]> {
  return rxjs.lastValueFrom(stream.pipe(rxjs.takeUntil(rxjs.timer(patience)), rxjs.toArray()));
}

/** Awaits the value of a statement, or lets its stream run, and compares with its comment. */
async function checkStatement(statement: () => unknown, comment: string): Promise<void> {
  const result = await statement();
  const emits = comment.startsWith('emits ');
  const value = rxjs.isObservable(result) ? await valuesOf(result) : result;
  const promised = promisedValue(emits ? `[${comment.slice(6)}]` : comment);
  if (promised !== undefined) expect(value).toEqual(promised.value);
}

/** An import as a statement that a function may have; `$modules` gives what a module exports. */
function asCall({ importClause, moduleSpecifier }: ts.ImportDeclaration): string {
  const call = `$modules(${moduleSpecifier.getText()});`;
  if (importClause === undefined) return call;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return '';
  const { namedBindings } = importClause;
  if (namedBindings === undefined) throw new Error('examples import by names');
  if (ts.isNamespaceImport(namedBindings)) return `const ${namedBindings.name.text} = ${call}`;
  const names = namedBindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ propertyName, name }) => `${(propertyName ?? name).text}: ${name.text}`);
  return `const { ${names.join(', ')} } = ${call}`;
}

/** Turns each statement that is an expression into a call of `checkStatement`. */
function instrument(code: string): string {
  const source = parse('block.ts', code);
  const parts: string[] = [];
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      parts.push(`\n${asCall(statement)}`);
      continue;
    }
    if (!ts.isExpressionStatement(statement)) {
      parts.push(statement.getFullText());
      continue;
    }
    const [range] = ts.getTrailingCommentRanges(code, statement.end) ?? [];
    const comment = range === undefined ? '' : code.slice(range.pos + 2, range.end).trim();
    const expression = statement.expression.getText();
    parts.push(`\nawait $check(async () => (${expression}), ${JSON.stringify(comment)});`);
  }
  return parts.join('');
}

/** Runs a block as a module; fails where a value is not the one its comment promises. */
export async function runBlock({ code }: Block): Promise<void> {
  const plain = transformSync('block.ts', instrument(code), { sourcemap: false });
  if (plain.errors.length > 0) throw new Error(plain.errors.map(({ message }) => message).join());
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const run: (...given: unknown[]) => Promise<void> = new AsyncFunction(
    '$modules',
    '$check',
    `'use strict';${plain.code}`,
  ) as never;
  await run(await modulesOf(code), checkStatement);
}
