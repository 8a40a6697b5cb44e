import { conditionFunctions, type ConditionContext, type Value } from './condition-functions.ts';

const tokenPattern = /\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)*)|([A-Za-z_][\w-]*)|([()[\],.]))/y;

interface Token {
  readonly kind: 'text' | 'number' | 'word' | 'mark';
  readonly text: string;
}

/** Evaluates a step's condition, such as `and(succeeded(), eq(variables['a'], 'b'))`. */
export function evaluateCondition(text: string, context: ConditionContext): boolean {
  const parser = new Parser(tokenise(text), context);
  return isTrue(parser.whole());
}

/** Truth as expressions know it: the empty text, zero and null are false. */
function isTrue(value: Value): boolean {
  return value !== null && value !== '' && value !== 0 && value !== false;
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`Unexpected symbol in condition: ${text.slice(at)}`);
    const [, quoted, number, word, mark] = match;
    if (quoted !== undefined) {
      tokens.push({ kind: 'text', text: quoted.slice(1, -1).replaceAll("''", "'") });
    } else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'mark', text: mark ?? '' });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #context: ConditionContext;
  #next = 0;

  constructor(tokens: readonly Token[], context: ConditionContext) {
    this.#tokens = tokens;
    this.#context = context;
  }

  whole(): Value {
    const value = this.#expression();
    if (this.#next < this.#tokens.length) throw new Error('A condition goes on after its end.');
    return value;
  }

  #expression(): Value {
    const token = this.#take();
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return number(token.text);
    if (token.kind === 'mark') throw new Error(`Unexpected '${token.text}' in a condition.`);
    const word = token.text.toLowerCase();
    if (word === 'variables') return this.#variable();
    if (this.#skip('(')) return this.#call(word);
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    throw new Error(`Unrecognised value '${token.text}' in a condition.`);
  }

  #variable(): Value {
    if (this.#skip('.')) return this.#context.variable(this.#take().text) ?? '';
    this.#expect('[');
    const name = this.#expression();
    this.#expect(']');
    return this.#context.variable(String(name)) ?? '';
  }

  #call(name: string): Value {
    const values: Value[] = [];
    while (!this.#skip(')')) {
      if (values.length > 0) this.#expect(',');
      values.push(this.#expression());
    }
    const call = conditionFunctions[name];
    if (call === undefined) throw new Error(`Unrecognised function '${name}' in a condition.`);
    return call(values, this.#context, isTrue);
  }

  #take(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new Error('A condition ends too early.');
    this.#next += 1;
    return token;
  }

  #skip(mark: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.#next += 1;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#skip(mark)) throw new Error(`A condition lacks '${mark}'.`);
  }
}

/** A version such as 1.2.3 stays text. */
function number(text: string): Value {
  return text.split('.').length > 2 ? text : Number(text);
}
