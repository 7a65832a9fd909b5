import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonScan } from '#src/chips/dynapse2/samna/scan';

/** Names of the fields of a document, in the order in which they stand, as a scan finds them. */
function scanned(text: string): string[] {
  const scan = new JsonScan(text);
  const names: string[] = [];
  const value = (): void => {
    const kind = scan.kind();
    if (kind === 'list') scan.eachItem(value);
    else if (kind !== 'object') scan.skip();
    else {
      scan.eachField((name) => {
        names.push(name);
        value();
      });
    }
  };
  value();
  scan.end();
  return names;
}

/** The same as JSON.parse has them; each name is of one object only. */
function parsed(text: string): string[] {
  const names: string[] = [];
  JSON.parse(text, function (this: unknown, name: string, value: unknown) {
    if (!Array.isArray(this) && this !== undefined) names.push(name);
    return value;
  });
  return names.slice(0, -1);
}

describe('a scan of JSON', () => {
  const name = fc.constantFrom('', 'a', 'ab', 'b', '"', '\\', '\n', 'value1', 'value12', 'é');
  const object = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.integer(), tie('list'), tie('fields')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    fields: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  })).value;

  it('finds the names of all fields, whatever stood at their place before', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 6 }), fc.constantFrom(0, 1, 4), (all, indent) => {
        const text = JSON.stringify(all, undefined, indent);
        // Objects are left from within, so that both are compared as sets with counts.
        expect(scanned(text).sort()).toEqual(parsed(text).sort());
      }),
    );
  });

  it('reads names that are written with a backslash', () => {
    expect(scanned('[{"a":1},{"\\u0061":1},{"a":1},{"":1},{"":1},{"a\\"":1},{"a":1}]')).toEqual([
      ...['a', 'a', 'a', '', '', 'a"', 'a'],
    ]);
  });
});
