import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { natsServer, withNats } from '#test/support/nats-server';
import { docExamples, filesUnder, readme, root, tutorials } from './blocks.ts';
import { exportedFunctions, programWith } from './program.ts';
import { runBlock } from './run-block.ts';

const examples = docExamples();
const pages = tutorials();
const blocks = [...examples, ...pages, readme()];
/** What must hold of types: nothing in these runs. */
const promises = filesUnder('test', '.test-d.ts');
const { program, problemsOf, problemsIn } = programWith(blocks, promises);

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
    it(`accepts ${block.name}`, () => {
      expect(problemsOf(block)).toEqual([]);
    });
  }
});

describe('types are what is promised', () => {
  it.each(promises.map((path) => relative(root, path)))('in %s', (path) => {
    expect(problemsIn(join(root, path))).toEqual([]);
  });
});

describe('the doc comment of an exported function', () => {
  it('opens with a sentence', () => {
    const functions = exportedFunctions(program);
    expect(functions.size).toBeGreaterThan(50);
    const faulty = [...functions].filter(([, text]) => {
      const [paragraph] = text.split('\n\n') as [string];
      return !/^[A-Z]/.test(text) || !/\.(?=\s|\)|$)/.test(paragraph);
    });
    expect(faulty).toEqual([]);
  });
});
