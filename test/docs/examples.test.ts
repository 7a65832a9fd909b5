import { describe, expect, it } from 'vitest';
import { docExamples, readme, tutorials } from './blocks.ts';
import { exportedFunctions, programWith } from './program.ts';
import { runBlock } from './run-block.ts';

const examples = docExamples();
const pages = tutorials();
const blocks = [...examples, ...pages, readme()];
const { program, problemsOf } = programWith(blocks);

describe('an example', () => {
  for (const block of examples) it(`runs: ${block.name}`, () => runBlock(block));
});

describe('a tutorial', () => {
  for (const block of pages) it(`runs: ${block.name}`, () => runBlock(block));
});

describe('the compiler', () => {
  for (const block of blocks) {
    it(`accepts ${block.name}`, () => {
      expect(problemsOf(block)).toEqual([]);
    });
  }
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
