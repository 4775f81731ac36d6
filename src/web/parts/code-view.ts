import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';

/** Something that is said of a line. */
export interface LineNote {
  line: number;
  column?: number | null;
  severity: 'error' | 'warning';
  text: string;
  hint?: string | null;
}

/** A message in which names stand between backticks. */
export function withCode(text: string): Html {
  return html`${text.split(/`([^`\n]{1,200})`/).map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

function noteView({ severity, column, text, hint }: LineNote): Html {
  const tone = severity === 'error' ? 'danger' : 'attention';
  return html`<li class="line-note tone-${tone}">
    ${icon(severity === 'error' ? 'x-circle-fill' : 'alert', severity)}
    <span
      >${withCode(text)}${column != null && html` <span class="muted">(column ${column})</span>`}${hint != null && hint !== '' && !text.includes(hint) && html` <span class="muted">${withCode(hint)}</span>`}</span
    >
  </li>`;
}

/** A text with line numbers, each of which can be linked to (`#L12`), and what is said of its lines right below them. */
export function codeView(text: string, notes: readonly LineNote[] = []): Html {
  const lines = text.replace(/\n$/, '').split('\n');
  return html`<ol class="code-view">
    ${lines.map((line, index) => {
      const said = notes.filter((note) => note.line === index + 1);
      return html`<li id="L${index + 1}" class="${said.length > 0 && 'noted'}">
        <a class="line-number" href="#L${index + 1}" aria-label="Line ${index + 1}"></a><code>${line}</code>
        ${
          said.length > 0 &&
          html`<ul class="line-notes">
            ${said.map(noteView)}
          </ul>`
        }
      </li>`;
    })}
  </ol>`;
}

/** JSON for people: two spaces, as it was sent where it cannot be read. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
