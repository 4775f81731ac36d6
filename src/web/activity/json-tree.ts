import { html, type Html } from '../html.ts';

/** Nesting that is drawn; what is deeper stands as text in one line. */
const drawnDepth = 30;

/** Things of GitHub's payloads that are the same in every one: folded until somebody looks. */
const noise = new Set(['repository', 'sender', 'organization', 'installation', 'repo', 'user', 'owner', '_links']);

const tokens = /"(?:[^"\\]|\\.)*"?|[[\]{}:,]|[^\s"[\]{}:,]+/gs;

/** A list or an object that is being read. */
interface Frame {
  open: '[' | '{';
  name: string | undefined;
  lines: Html[];
}

/** What is read so far, and the name that waits for its value. */
class Reader {
  readonly #frames: Frame[] = [{ open: '[', name: undefined, lines: [] }];
  #name: string | undefined;
  #deep = 0;
  #flat = '';

  /** Takes one sign or word. */
  take(token: string, isName: boolean): void {
    if (this.#deep > 0) return this.#takeFlat(token);
    if (token === '{' || token === '[') return this.#begin(token);
    if (token === '}' || token === ']') return this.#end();
    if (token === ':' || token === ',') return;
    if (isName) this.#name = token;
    else this.#add(valueLine(this.#takeName(), token));
  }

  /** What was read, also when the text ended in the middle. */
  finish(): Html[] {
    if (this.#flat !== '') this.#add(valueLine(this.#takeName(), this.#flat));
    while (this.#frames.length > 1) this.#end();
    return this.#frames[0]!.lines;
  }

  #begin(open: '[' | '{'): void {
    if (this.#frames.length > drawnDepth) {
      this.#deep = 1;
      this.#flat = open;
    } else this.#frames.push({ open, name: this.#takeName(), lines: [] });
  }

  #takeFlat(token: string): void {
    this.#flat += token;
    if (token === '{' || token === '[') this.#deep += 1;
    if (token === '}' || token === ']') this.#deep -= 1;
    if (this.#deep > 0) return;
    this.#add(valueLine(this.#takeName(), this.#flat));
    this.#flat = '';
  }

  #end(): void {
    const frame = this.#frames.length > 1 ? this.#frames.pop() : undefined;
    if (frame !== undefined) this.#add(frameView(frame, this.#frames.length));
  }

  #add(line: Html): void {
    this.#frames.at(-1)!.lines.push(line);
  }

  #takeName(): string | undefined {
    const name = this.#name;
    this.#name = undefined;
    return name;
  }
}

function nameView(name: string | undefined): Html | false {
  return name !== undefined && html`<span class="json-name">${name}</span>: `;
}

function valueLine(name: string | undefined, token: string): Html {
  const kind = token.startsWith('"') ? 'string' : /^[-\d]/.test(token) ? 'number' : 'word';
  return html`<div class="json-line">${nameView(name)}<span class="json-${kind}">${token}</span></div>`;
}

function frameView({ open, name, lines }: Frame, depth: number): Html {
  const close = open === '{' ? '}' : ']';
  if (lines.length === 0) return html`<div class="json-line">${nameView(name)}${open}${close}</div>`;
  const bare = name?.slice(1, -1);
  const unfolded = depth <= 1 || (depth <= 3 && lines.length <= 40 && !noise.has(bare ?? ''));
  const count =
    open === '{' ? `${lines.length} ${lines.length === 1 ? 'key' : 'keys'}` : `${lines.length} ${lines.length === 1 ? 'item' : 'items'}`;
  return html`<details class="json-node" ${unfolded && 'open'}>
    <summary>${nameView(name)}${open} <span class="json-count">${count}</span></summary>
    <div class="json-inside">${lines}</div>
    <div>${close}</div>
  </details>`;
}

/**
 * JSON as lines that fold, digit for digit as it was sent. A text that was cut, or is none, is shown as far as it goes: nothing here fails.
 */
export function jsonTree(text: string): Html {
  const reader = new Reader();
  const words = [...text.matchAll(tokens)].map(([token]) => token);
  for (const [index, token] of words.entries()) reader.take(token, words[index + 1] === ':');
  return html`<div class="json">${reader.finish()}</div>`;
}
