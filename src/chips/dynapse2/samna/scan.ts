/** Scans JSON without making anything of it. */

/** Deeper than this nobody nests. */
const deepest = 500;

const quote = 0x22;
const backslash = 0x5c;
const [opensObject, closesObject, opensList, closesList] = [0x7b, 0x7d, 0x5b, 0x5d] as const;
const [comma, colon, minus, point, zero] = [0x2c, 0x3a, 0x2d, 0x2e, 0x30] as const;
const escaping = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** What a value is, by its first character. */
export type ValueKind = 'object' | 'list' | 'text' | 'number' | 'word';

/** A place in a text of JSON, which moves on over whole values. */
export class JsonScan {
  readonly text: string;
  /** Where the next character is. */
  at = 0;
  #depth = 0;

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
    let code = text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.at += 1;
      code = text.charCodeAt(this.at);
    }
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
    do {
      if (this.next() !== quote) throw this.mistake();
      const name = this.#string();
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

  #string(): string {
    const { text } = this;
    const from = this.at;
    let escaped = false;
    this.at += 1;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === quote) break;
      if (code === backslash) {
        escaped = true;
        escaping.lastIndex = this.at;
        if (!escaping.test(text)) throw this.mistake();
        this.at = escaping.lastIndex;
      } else if (code >= 0x20) this.at += 1;
      else throw this.mistake();
    }
    this.at += 1;
    return escaped
      ? (JSON.parse(text.slice(from, this.at)) as string)
      : text.slice(from + 1, this.at - 1);
  }

  #digits(): void {
    if (!isDigit(this.text.charCodeAt(this.at))) throw this.mistake();
    while (isDigit(this.text.charCodeAt(this.at))) this.at += 1;
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
    const word = ['true', 'false', 'null'].find((known) => text.startsWith(known, at));
    if (word === undefined) throw this.mistake();
    this.at += word.length;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
