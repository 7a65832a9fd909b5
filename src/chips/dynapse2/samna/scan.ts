/** Scans JSON without making anything of it. */

/** Deeper than this nobody nests. */
const deepest = 500;

const quote = 0x22;
const backslash = 0x5c;
const [opensObject, closesObject, opensList, closesList] = [0x7b, 0x7d, 0x5b, 0x5d] as const;
const [comma, colon, minus, point, zero] = [0x2c, 0x3a, 0x2d, 0x2e, 0x30] as const;
const escaping = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

const words = ['false', 'true', 'null'] as const;

/** What a value is, by its first character. */
export type ValueKind = 'object' | 'list' | 'text' | 'number' | 'word';

/** A place in a text of JSON, which moves on over whole values. */
export class JsonScan {
  readonly text: string;
  /** Where the next character is. */
  at = 0;
  #depth = 0;
  /** Names of the last object at each depth: most objects have the names of the one before, and need not be cut out again. */
  readonly #names: string[][] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** A mistake at the place. */
  mistake(): SyntaxError {
    const { text, at } = this;
    const found = at < text.length ? `${JSON.stringify(text[at])} at character ${at}` : 'its end';
    return new SyntaxError(`${found} is unexpected`);
  }

  /** Moves over blanks to the next character; NaN at the end. */
  next(): number {
    const { text } = this;
    let { at } = this;
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      at += 1;
      code = text.charCodeAt(at);
    }
    this.at = at;
    return code;
  }

  /** What the value is that comes next. */
  kind(): ValueKind {
    const code = this.next();
    if (code === opensObject) return 'object';
    if (code === opensList) return 'list';
    if (code === quote) return 'text';
    return code === minus || isDigit(code) ? 'number' : 'word';
  }

  /** Moves over a value. */
  skip(): void {
    const code = this.next();
    if (code === opensObject) this.eachField(() => this.skip());
    else if (code === opensList) this.eachItem(() => this.skip());
    else if (code === quote) this.#string();
    else if (code === minus || isDigit(code)) this.#number();
    else this.#word();
  }

  /** Moves over an object; `visit` has to move over the value of each field. */
  eachField(visit: (name: string) => void): void {
    if (this.#opens(closesObject)) return;
    const names = this.#names[this.#depth] ?? [];
    this.#names[this.#depth] = names;
    let i = 0;
    do {
      const name = this.#name(names, i++);
      if (this.next() !== colon) throw this.mistake();
      this.at += 1;
      visit(name);
    } while (this.#goesOn(closesObject));
  }

  /** Moves over a list; `visit` has to move over each item. */
  eachItem(visit: (index: number) => void): void {
    if (this.#opens(closesList)) return;
    let i = 0;
    do visit(i++);
    while (this.#goesOn(closesList));
  }

  /** Moves over a text that comes next, and gives it. */
  string(): string {
    if (this.next() !== quote) throw this.mistake();
    return this.#string();
  }

  /** Moves over blanks at the end. */
  end(): void {
    if (!Number.isNaN(this.next())) throw this.mistake();
  }

  /** Moves into an object or list; true if it is empty and left already. */
  #opens(closing: number): boolean {
    this.at += 1;
    this.#depth += 1;
    if (this.#depth > deepest) throw new SyntaxError(`it is nested more than ${deepest} deep`);
    return this.next() === closing && !this.#goesOn(closing);
  }

  /** Moves over a comma, or over the end of an object or list; whether anything has to follow. */
  #goesOn(closing: number): boolean {
    const code = this.next();
    if (code !== comma && code !== closing) throw this.mistake();
    this.at += 1;
    if (code === comma) return true;
    this.#depth -= 1;
    return false;
  }

  /** Moves over the name of a field, the one that stood at this place before if it is that. */
  #name(names: string[], i: number): string {
    if (this.next() !== quote) throw this.mistake();
    const { text, at } = this;
    const before = names[i];
    if (before !== undefined) {
      const end = at + 1 + before.length;
      if (text.charCodeAt(end) === quote && text.startsWith(before, at + 1)) {
        this.at = end + 1;
        return before;
      }
    }
    const name = this.#string();
    // One with a backslash in its text looks otherwise there.
    names[i] = this.at - at === name.length + 2 ? name : '';
    return name;
  }

  #string(): string {
    const { text } = this;
    const from = this.at;
    let at = from + 1;
    let escaped = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === backslash) {
        escaped = true;
        escaping.lastIndex = at;
        this.at = at;
        if (!escaping.test(text)) throw this.mistake();
        at = escaping.lastIndex;
      } else if (code >= 0x20) at += 1;
      else {
        this.at = at;
        throw this.mistake();
      }
    }
    this.at = at + 1;
    return escaped ? (JSON.parse(text.slice(from, at + 1)) as string) : text.slice(from + 1, at);
  }

  #digits(): void {
    const { text } = this;
    let { at } = this;
    if (!isDigit(text.charCodeAt(at))) throw this.mistake();
    do at += 1;
    while (isDigit(text.charCodeAt(at)));
    this.at = at;
  }

  #number(): void {
    const { text } = this;
    if (text.charCodeAt(this.at) === minus) this.at += 1;
    if (text.charCodeAt(this.at) === zero) this.at += 1;
    else this.#digits();
    if (text.charCodeAt(this.at) === point) {
      this.at += 1;
      this.#digits();
    }
    if ((text.charCodeAt(this.at) | 0x20) === 0x65) {
      this.at += 1;
      const sign = text.charCodeAt(this.at);
      if (sign === minus || sign === 0x2b) this.at += 1;
      this.#digits();
    }
  }

  #word(): void {
    const { text, at } = this;
    for (const word of words) {
      if (!text.startsWith(word, at)) continue;
      this.at = at + word.length;
      return;
    }
    throw this.mistake();
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
