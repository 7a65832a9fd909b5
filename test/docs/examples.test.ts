import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { natsServer, withNats } from '#test/support/nats-server';
import { docExamples, filesUnder, functionDocs, readme, root, tutorials } from './blocks.ts';
import { compile } from './compiler.ts';
import { entries } from './entries.ts';
import { runBlock } from './run-block.ts';

const examples = docExamples();
const pages = tutorials();
const blocks = [...examples, ...pages, readme()];
/** What must hold of types: nothing in these runs. */
const promises = filesUnder('test', '.test-d.ts');
/** Code that is wrong on purpose, by which the compiler is seen to look. */
const wrong = { name: 'wrong', code: '\nconst text: string = 1;\n' };
/** It compiles while examples run. */
const compiled = compile([...blocks, wrong], promises);

describe('an example', () => {
  for (const block of examples) it(`runs: ${block.name}`, () => runBlock(block));
});

/** Where tutorials have a NATS server. */
const usualServer = 'nats://127.0.0.1:4222';
const connected = pages.filter(({ code }) => code.includes(usualServer));

describe('a tutorial', () => {
  for (const block of pages) {
    if (!connected.includes(block)) it(`runs: ${block.name}`, () => runBlock(block));
  }
});

withNats('a tutorial with a NATS server', () => {
  for (const { name, code } of connected) {
    it(`runs: ${name}`, async () => {
      const server = await natsServer();
      await runBlock({ name, code: code.replaceAll(usualServer, server.url) }).finally(
        server.close,
      );
    });
  }
});

describe('the compiler', () => {
  for (const block of blocks) {
    it(`accepts ${block.name}`, async () => {
      expect((await compiled).of(block)).toEqual([]);
    });
  }

  it('finds what is wrong', async () => {
    expect((await compiled).of(wrong)).toEqual([
      "line 2: error TS2322: Type 'number' is not assignable to type 'string'.",
    ]);
  });

  it('has nothing to say of the sources', async () => {
    expect((await compiled).elsewhere).toEqual([]);
  });
});

describe('types are what is promised', () => {
  it.each(promises.map((path) => relative(root, path)))('in %s', async (path) => {
    expect((await compiled).in(join(root, path))).toEqual([]);
  });
});

/** Names of the functions that the package exports. */
function exportedFunctions(): string[] {
  const all = Object.values(entries).flatMap((entry) => Object.entries(entry));
  const functions = all.filter(
    ([, value]) => typeof value === 'function' && !/^class\b/.test(String(value)),
  );
  return [...new Set(functions.map(([name]) => name))];
}

describe('the doc comment of an exported function', () => {
  it('opens with a sentence', () => {
    const functions = exportedFunctions();
    expect(functions.length).toBeGreaterThan(50);
    const docs = functionDocs();
    const faulty = functions.flatMap((name) => {
      const texts = docs.get(name) ?? [''];
      const opens = texts.every((text) => {
        const [paragraph] = text.split('\n\n') as [string];
        return /^[A-Z]/.test(text) && /\.(?=\s|\)|$)/.test(paragraph);
      });
      return opens ? [] : [[name, ...texts]];
    });
    expect(faulty).toEqual([]);
  });
});
