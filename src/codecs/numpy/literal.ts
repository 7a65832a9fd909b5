/** Literals of Python, as the header of a NumPy file has them. */

/** What a literal can be; a tuple is a list. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | readonly Literal[]
  | { readonly [key: string]: Literal };

/** How deep lists may lie in lists. */
const deepest = 8;

/** Reads a literal; undefined if the text is none, or has more after it. */
export function readLiteral(text: string): Literal | undefined {
  const tokens = text.match(/'[^'\n]*'|"[^"\n]*"|[[\](){}:,]|-?\d+|\w+|\S/g) ?? [];
  let at = 0;
  const fail = Symbol('no literal');
  const list = (end: string, depth: number): Literal[] | typeof fail => {
    const values: Literal[] = [];
    while (tokens[at] !== end) {
      const one = value(depth + 1);
      if (one === fail) return fail;
      values.push(one as Literal);
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== end) return fail;
    }
    at++;
    return values;
  };
  const dictionary = (depth: number): Literal | typeof fail => {
    const values: Record<string, Literal> = {};
    while (tokens[at] !== '}') {
      const key = value(depth + 1);
      if (typeof key !== 'string' || tokens[at++] !== ':') return fail;
      const one = value(depth + 1);
      if (one === fail) return fail;
      Object.defineProperty(values, key, { value: one, enumerable: true, configurable: true });
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== '}') return fail;
    }
    at++;
    return values;
  };
  const value = (depth: number): Literal | typeof fail => {
    const token = tokens[at++];
    if (token === undefined || depth > deepest) return fail;
    if (token === '{') return dictionary(depth);
    if (token === '[') return list(']', depth);
    if (token === '(') return list(')', depth);
    if (token === 'True' || token === 'False') return token === 'True';
    if (token === 'None') return null;
    if (/^-?\d+$/.test(token)) return Number(token);
    if (/^['"]/.test(token)) return token.slice(1, -1);
    return fail;
  };
  const read = value(0);
  return read === fail || at !== tokens.length ? undefined : (read as Literal);
}
