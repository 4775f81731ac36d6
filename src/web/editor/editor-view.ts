import { randomUUID } from 'node:crypto';
import { valueOfYaml } from '../../watches/edit-yaml.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import { section } from '../parts/page-head.ts';
import { withCode } from '../parts/schema-form.ts';
import type { FileCheck } from './check-file.ts';
import { editorPath, type EditorFacts } from './editor-facts.ts';
import { formMark, type EditorState } from './editor-state.ts';
import { formView } from './form-view.ts';
import { changeCounts, changeDays } from './simulate-file.ts';

/** The file that the editor is about. */
export const filePath = '.github/repowatch.yml';

/** Everything that the editor shows at one moment. */
export interface EditorShow {
  facts: EditorFacts;
  state: EditorState;
  check: FileCheck;
  values: Readonly<Record<string, string>>;
  /** What the file would have done, when it was asked for. */
  simulation?: Html | undefined;
  /** The ways into force. */
  ways: Html;
  /** What was written was refused, and is nowhere but here. */
  isUnsaved?: boolean;
}

/** The form of the part that is shown. */
export function showForm({ facts, state, check }: Pick<EditorShow, 'facts' | 'state' | 'check'>): Html {
  const file = state.content.trim() === '' ? { value: {} } : valueOfYaml(state.content);
  return formView({ schema: facts.schema, state, file, remarks: check.remarks, branch: facts.branch });
}

/** What the check found, each with its place in the text. */
export function problemsView({ problems, status }: Pick<FileCheck, 'problems' | 'status'>): Html {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const summary =
    errors > 0
      ? `${errors} ${errors === 1 ? 'error' : 'errors'}: the file would not come into force`
      : status === 'ok'
        ? 'The file is valid'
        : 'The file would not come into force';
  return html`<p class="editor-standing tone-${errors > 0 || status === 'invalid' ? 'danger' : 'success'}">
      ${icon(errors > 0 || status === 'invalid' ? 'x-circle-fill' : 'check-circle-fill')} <strong>${summary}</strong>
    </p>
    ${
      problems.length > 0 &&
      html`<ol class="editor-problems">
        ${problems.map(
          ({ line, column, severity, message, hint }) =>
            html`<li class="tone-${severity === 'error' ? 'danger' : 'attention'}">
              ${icon(severity === 'error' ? 'x-circle' : 'alert', severity)}
              <a href="#editor-content" data-jump="${line}:${column}">${line}:${column}</a>
              <span
                >${withCode(message)}${hint !== '' && !message.includes(hint) && html` <span class="muted">${withCode(hint)}</span>`}</span
              >
            </li>`,
        )}
      </ol>`
    }`;
}

/** What expressions read most often. */
const knownExpressions =
  'repository.full_name ref.name after before change.commit_count change.sentence actor.login commit.message pull_request.number ' +
  'pull_request.title release.tag_name issue.number steps.ID.outputs.NAME vars.NAME inputs.NAME';

function expressions(secrets: readonly string[]): Html {
  const known = [...knownExpressions.split(' '), ...secrets.map((name) => `secrets.${name}`)];
  return html`<datalist id="editor-expressions">${known.map((name) => html`<option value="\${{ ${name} }}"></option>`)}</datalist>`;
}

function select(
  name: string,
  label: string,
  given: { options: readonly (readonly [number, string])[]; value: string | undefined; preset: number },
): Html {
  const chosen = Number(given.value ?? given.preset);
  return html`<label class="sr-only" for="editor-${name}">${label}</label
    ><select id="editor-${name}" name="${name}" data-try>
      ${given.options.map(([value, title]) => html`<option value="${value}" ${value === chosen && 'selected'}>${title}</option>`)}
    </select>`;
}

function trySection({ values, simulation }: EditorShow): Html {
  const days = changeDays.map(
    (count) => [count, count === 0 ? 'of any age' : count === 1 ? 'of the last day' : `of the last ${count} days`] as const,
  );
  const tools = html`${select('changes', 'How many changes', { options: changeCounts.map((count) => [count, `Last ${count} changes`]), value: values['changes'], preset: 100 })}
    ${select('days', 'How old', { options: days, value: values['days'], preset: 0 })}
    <button class="btn" type="submit" name="op" value="simulate">${icon('beaker')}<span>Try it</span></button>`;
  const intro =
    'Asks the watches about changes that really happened here, with the very code that decides when they arrive. Nothing is sent.';
  const empty = html`<p class="muted" data-waiting>Press “Try it” to see on which changes it would have run.</p>`;
  return section('What it would have done', html`<div id="editor-simulation" aria-live="polite">${simulation ?? empty}</div>`, {
    id: 'simulation',
    actions: tools,
    intro,
  });
}

function textColumn({ state, check, facts }: EditorShow): Html {
  const name = state.managed === 'api' ? 'The watch in YAML' : filePath;
  const rows = Math.min(40, Math.max(18, state.content.split('\n').length + 1));
  return html`<section class="editor-text" aria-label="The file">
    <div class="editor-bar">
      <label for="editor-content">${icon('file-code')} ${name}</label>
      <span class="editor-busy muted" role="status" aria-live="polite"></span>
      <button class="btn btn-sm editor-noscript" type="submit" name="op" value="text">${icon('check')}<span>Check the text</span></button>
      <button class="btn btn-sm" type="button" data-copy="editor-content">${icon('copy')}<span>Copy</span></button>
    </div>
    <div class="editor-code" data-editor-code>
      <div class="editor-gutter" aria-hidden="true"></div>
      <div class="editor-stack">
        <pre class="editor-paint" aria-hidden="true"></pre>
        <textarea
          id="editor-content"
          name="content"
          rows="${rows}"
          spellcheck="false"
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          aria-describedby="editor-keys editor-problems"
          placeholder="${state.managed === 'file' && `There is no ${filePath} on ${facts.branch} yet. Choose a new watch in the form, or write one here.`}"
        >
${state.content}</textarea>
      </div>
    </div>
    <p class="hint muted" id="editor-keys">
      Tab indents; press Escape first to leave the field by Tab. Control and Space lists what can stand here.
    </p>
    <div id="editor-problems" aria-live="polite">${problemsView(check)}</div>
  </section>`;
}

/** The editor: the form beside the text, what it would have done, and the ways into force. One form that works without a script, too. */
export function editorView(show: EditorShow): Html {
  const { facts, state } = show;
  const hidden = {
    part: state.part,
    base_sha: state.baseSha,
    managed: state.managed,
    form_of: formMark(state.content),
    line_ends: state.content.includes('\r\n') ? 'crlf' : 'lf',
    form_key: randomUUID(),
  };
  const inputs: HtmlValue = Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
  return html`<form
    class="editor"
    id="editor"
    method="post"
    action="${editorPath(facts.fullName)}"
    data-editor
    ${show.isUnsaved === true && 'data-unsaved'}
    data-schema="${facts.repository.name === '.github' ? '/schema/repowatch-organization.json' : '/schema/repowatch.json'}"
  >
    <button class="sr-only" type="submit" name="op" value="form" tabindex="-1">Take the form over into the file</button>
    ${inputs}
    <div class="editor-columns">
      <section class="editor-form" aria-label="Form">
        <div class="editor-bar">
          <h2>Form</h2>
          <button class="btn btn-sm editor-noscript" type="submit" name="op" value="form">
            ${icon('arrow-right')}<span>Update the file</span>
          </button>
        </div>
        <div id="editor-form">${showForm(show)}</div>
      </section>
      ${textColumn(show)}
    </div>
    ${trySection(show)} ${show.ways} ${expressions(facts.secrets)}
  </form>`;
}
