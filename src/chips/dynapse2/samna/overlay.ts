/** Lays layers over a board's own JSON: the text of what differs is replaced, all else stays to the letter. */
import { type Problem, type ProblemCode, problem } from '../../../problems.ts';
import { allProblems, type JsonPath, noFindings, wrong } from './findings.ts';
import {
  type FieldsLayer,
  isList,
  type Layer,
  type LeadingLayer,
  type PairsLayer,
} from './layers.ts';
import { JsonScan } from './scan.ts';
import { fieldName } from './switch-names.ts';

/** Names that cereal gives to the items of a list of fixed length; the longest has 256. */
const itemNames = new Map<string, number>(
  Array.from({ length: 256 }, (_, i) => [`value${i}`, i] as const),
);

/** A board's text with layers over it, or why they do not fit. */
export type Overlay = { readonly text: string } | { readonly problems: readonly Problem[] };

/** What came of a text by a layer: of the same text the same comes. */
interface Laid {
  /** The text of the board. */
  readonly before: string;
  /** With the layer over it; undefined while it stood nowhere else. */
  after: string | undefined;
}

/** Characters of a text that is looked for again: a neuron has half as many. */
const longestAgain = 2 ** 17;

/** Lays layers over one text. */
class Overlayer {
  readonly #scan: JsonScan;
  readonly #findings = noFindings();
  /** The way down to the value that comes next. */
  readonly #path: (string | number)[] = [];
  /** Text before `#done`, with the changes. */
  readonly #pieces: string[] = [];
  #done = 0;
  /** Most of a board says the same, neuron by neuron and synapse by synapse: what came of objects. */
  readonly #laid = new Map<FieldsLayer, Laid>();

  constructor(text: string) {
    this.#scan = new JsonScan(text);
  }

  over(root: Layer): Overlay {
    const scan = this.#scan;
    this.#lay(root);
    scan.end();
    const problems = allProblems(this.#findings);
    if (problems.length > 0) return { problems };
    this.#pieces.push(scan.text.slice(this.#done));
    return { text: this.#pieces.join('') };
  }

  #wrong(code: ProblemCode, given: unknown, needed: string, ...steps: (string | number)[]): void {
    const all = [...this.#path, ...steps];
    // What is below `value0` is named from there.
    const named = all.length > 1 ? all.slice(1) : all;
    const path = named.reduce<JsonPath | undefined>((up, step) => ({ up, step }), undefined);
    wrong(this.#findings, path ?? { up: undefined, step: 'text' }, code, given, needed);
  }

  /** Lays a layer over the value that comes next. */
  #lay(layer: Layer): void {
    if (typeof layer !== 'object') this.#value(layer);
    else if (isList(layer)) this.#list(layer);
    else if ('fields' in layer) this.#object(layer);
    else if ('pairs' in layer) this.#pairs(layer);
    else this.#leading(layer);
  }

  #value(value: number | boolean): void {
    const scan = this.#scan;
    const kind = scan.kind();
    const from = scan.at;
    scan.skip();
    const written = `${value}`;
    if (scan.at - from === written.length && scan.text.startsWith(written, from)) return;
    const text = scan.text.slice(from, scan.at);
    const same = typeof value === 'number' ? kind === 'number' : /^(?:true|false)$/.test(text);
    if (!same) {
      const needed = typeof value === 'number' ? 'a number is needed' : 'true or false is needed';
      this.#wrong('wrong-type', given(text), needed);
    } else if (typeof value === 'number' ? Number(text) !== value : text !== `${value}`) {
      this.#pieces.push(scan.text.slice(this.#done, from), written);
      this.#done = scan.at;
    }
  }

  /** Moves over a value that is of another kind than it has to be. */
  #misfit(needed: string): void {
    const scan = this.#scan;
    scan.next();
    const from = scan.at;
    scan.skip();
    this.#wrong('wrong-type', given(scan.text.slice(from, scan.at)), needed);
  }

  #under(step: string | number, layer: Layer | undefined): void {
    if (layer === undefined) this.#scan.skip();
    else {
      this.#path.push(step);
      this.#lay(layer);
      this.#path.pop();
    }
  }

  /** Lays a layer over an object, once for all that are the same to the letter. */
  #object(layer: FieldsLayer): void {
    const scan = this.#scan;
    scan.next();
    const from = scan.at;
    const laid = this.#laid.get(layer);
    // Compared at once, not letter by letter as `startsWith` does it.
    const again =
      laid !== undefined && scan.text.slice(from, from + laid.before.length) === laid.before;
    if (again && laid.after !== undefined) {
      scan.at = from + laid.before.length;
      if (laid.after !== laid.before) {
        this.#pieces.push(scan.text.slice(this.#done, from), laid.after);
        this.#done = scan.at;
      }
      return;
    }
    const [pieces, done, found] = [this.#pieces.length, this.#done, this.#found];
    this.#fields(layer);
    if (scan.at - from > longestAgain || this.#found > found) return;
    if (!again) this.#laid.set(layer, { before: scan.text.slice(from, scan.at), after: undefined });
    else laid.after = this.#done === done ? laid.before : this.#text(pieces, done, from);
  }

  /** Mistakes so far. */
  get #found(): number {
    return this.#findings.problems.length + this.#findings.hidden;
  }

  /** The text from a place up to where the scan is, with the changes. */
  #text(pieces: number, done: number, from: number): string {
    const last = this.#scan.text.slice(this.#done, this.#scan.at);
    return (this.#pieces.slice(pieces).join('') + last).slice(from - done);
  }

  #fields({ fields }: FieldsLayer): void {
    if (this.#scan.kind() !== 'object') {
      this.#misfit('an object is needed');
      return;
    }
    let left = 0;
    for (const _ in fields) left += 1;
    const seen: string[] = [];
    this.#scan.eachField((written) => {
      const name = fieldName(written);
      const layer = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (layer !== undefined && !seen.includes(name)) seen.push(name);
      this.#under(name, layer);
    });
    if (seen.length === left) return;
    for (const name in fields) {
      if (!seen.includes(name)) this.#wrong('missing', undefined, 'the board has to have it', name);
    }
  }

  #pairs({ pairs }: PairsLayer): void {
    if (this.#scan.kind() !== 'list') {
      this.#misfit('a list of keys and values is needed');
      return;
    }
    const seen = new Set<string>();
    this.#scan.eachItem((i) => this.#pair(i, pairs, seen));
    for (const name in pairs) {
      if (!seen.has(name)) this.#wrong('missing', undefined, 'the board has to have it', name);
    }
  }

  /** Lays what is told of a key over its pair. Its value may come before its key: then it is come back to. */
  #pair(index: number, pairs: PairsLayer['pairs'], seen: Set<string>): void {
    const scan = this.#scan;
    if (scan.kind() !== 'object') {
      this.#path.push(index);
      this.#misfit('a pair of a key and a value is needed');
      this.#path.pop();
      return;
    }
    let key: string | undefined;
    let value: number | undefined;
    scan.eachField((name) => {
      if (name === 'key' && scan.kind() === 'text') key = scan.string();
      else {
        if (name === 'value') value = scan.at;
        scan.skip();
      }
    });
    const after = scan.at;
    const layer = key !== undefined && Object.hasOwn(pairs, key) ? pairs[key] : undefined;
    if (key === undefined || layer === undefined || value === undefined) return;
    seen.add(key);
    scan.at = value;
    this.#under(key, layer);
    scan.at = after;
  }

  #leading({ leading }: LeadingLayer): void {
    const count = this.#items((i) => leading[i], 'a list is needed');
    if (count !== undefined && count < leading.length) {
      const short = problem('chips.length', 'too-large', leading.length, `the board has ${count}`);
      this.#findings.problems.push(short);
    }
  }

  #list(list: readonly Layer[]): void {
    const needed = `a list of ${list.length} is needed`;
    const count = this.#items((i) => list[i], needed);
    if (count !== undefined && count !== list.length) {
      this.#wrong('wrong-shape', count, `${list.length} entries are needed`, 'length');
    }
  }

  /** Lays layers over the items of a list in either form; how many it has, undefined if it is none. */
  #items(layerAt: (index: number) => Layer | undefined, needed: string): number | undefined {
    const scan = this.#scan;
    const kind = scan.kind();
    let count = 0;
    if (kind === 'list') {
      scan.eachItem((i) => {
        count += 1;
        this.#under(i, layerAt(i));
      });
      return count;
    }
    if (kind !== 'object') {
      this.#misfit(needed);
      return undefined;
    }
    scan.eachField((name) => {
      const i = itemNames.get(name);
      if (i !== undefined) count += 1;
      this.#under(i ?? name, i === undefined ? undefined : layerAt(i));
    });
    return count;
  }
}

/** What a piece of JSON is, for people; a long one is not read. */
function given(text: string): unknown {
  return text.length < 1000 ? JSON.parse(text) : 'something long';
}

/**
 * Lays layers over a text of JSON. Lists and maps keep the form that the board has them in, and so does every number
 * that is not replaced. The board has to have whatever is told.
 *
 * @throws SyntaxError if the text is no JSON
 */
export function overlay(board: string, root: Layer): Overlay {
  return new Overlayer(board).over(root);
}
