import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { flag, having, listOf, number, oneOf, optionProblems, options, text } from '#src/options';
import { fault, problem, problemText, within } from '#src/problems';

interface Example {
  readonly rate: number;
  readonly on?: boolean;
  readonly inner?: { readonly names?: readonly string[] };
}

const table = {
  rate: number({ min: 0, unit: 'hertz' }),
  on: flag,
  inner: options<{ names: readonly string[] }>({ names: listOf(text) }),
};

const textsOf = (given: unknown): string[] =>
  optionProblems<Example>(given, table, 'rate').map(problemText);

describe('the options of a thing', () => {
  it('may be left out, but for those that are needed', () => {
    expect(textsOf({ rate: 1 })).toEqual([]);
    expect(textsOf({ rate: 1, on: undefined })).toEqual([]);
    expect(textsOf({})).toEqual(['rate: it must be given']);
  });

  it('are refused all at once, each with its path', () => {
    expect(textsOf({ rate: -1, on: 'yes', inner: { names: ['a', 2] } })).toEqual([
      'rate is -1; a finite number of hertz of at least 0 is needed',
      'on is "yes"; true or false is needed',
      'inner.names[1] is 2; a text is needed',
    ]);
  });

  it('are named as they are spelt, with the nearest that exists', () => {
    expect(textsOf({ rate: 1, On: true })).toEqual([
      'On: there is no such name; did you mean on? There are rate, on, inner',
    ]);
    expect(textsOf({ rate: 1, somethingElse: true })).toEqual([
      'somethingElse: there is no such name; there are rate, on, inner',
    ]);
  });

  it('are an object, whatever else is given', () => {
    for (const given of [null, 3, 'rate', [], () => 1]) {
      expect(optionProblems<Example>(given, table)).toMatchObject([{ code: 'wrong-type' }]);
    }
  });

  it('never make a check throw', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        optionProblems<Example>(given, table, 'rate').map(problemText);
        for (const check of [
          number({ whole: true, min: 1 }),
          oneOf(['a']),
          having('a link', 'send'),
        ]) {
          check(given).map(problemText);
        }
      }),
    );
  });
});

describe('a problem', () => {
  it('is a value, and an error has all of them', () => {
    const one = problem('dt', 'out-of-range', -1, 'seconds above 0 are needed');
    const error = new InvalidArgumentError('this cannot be', [
      one,
      fault('', 'missing', 'no stage'),
    ]);
    expect(error.problems[0]).toEqual(one);
    expect(error.message).toBe(
      'this cannot be:\n  - dt is -1; seconds above 0 are needed\n  - no stage',
    );
  });

  it('keeps its path inside something larger', () => {
    const [moved] = within('hidden', [problem('[3]', 'not-finite', Number.NaN, 'a number')]);
    expect(problemText(moved!)).toBe('hidden[3] is NaN; a number');
  });

  it('shows a value shortly, and nothing that a terminal obeys', () => {
    const shownText = problemText(
      problem('name', 'wrong-type', `\u001b[2J${'x'.repeat(99)}`, 'no'),
    );
    expect(shownText).not.toContain('\u001b');
    expect(shownText.length).toBeLessThan(100);
  });
});
