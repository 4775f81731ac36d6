import { count } from '../../core/count.ts';
import type { ImportResult } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery } from '../kit/api-client.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { projectPath } from '../kit/paths.ts';
import type { PageContent, PageDefinition } from '../kit/view.ts';
import { areaField, form, selectField } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';

const path = '/projects/import';
const crumbs = [{ title: 'Projects', path: '/projects' }];

const example = `[
  {
    "name": "Website",
    "repositories": ["acme/app"],
    "branches": ["main"],
    "check_interval": 10,
    "actions": [{ "name": "tell", "uses": "webhook", "with": { "url": "https://ci.example.com/hook" } }]
  }
]`;

/** The page that takes projects over from a file or a text. */
export const importPage: PageDefinition = {
  path,
  place: 'projects',
  async render(view) {
    const field = { view, path };
    const fields = html`<div class="field">
        <label for="import-file">File</label>
        <input id="import-file" type="file" accept=".json,application/json" data-fill="import-text" aria-describedby="import-file-hint" />
        <p class="hint muted" id="import-file-hint">
          It is read in your browser and put into the text below, where you can look at it first.
        </p>
      </div>
      ${areaField({ ...field, id: 'import-text', name: 'text', label: 'Projects as JSON', rows: 14, code: true, required: true, placeholder: example })}
      ${selectField({
        ...field,
        name: 'on_conflict',
        label: 'A project whose name is there already',
        options: [
          { value: 'skip', title: 'stays as it is' },
          { value: 'update', title: 'becomes what the file says' },
          { value: 'fail', title: 'is refused' },
        ],
      })}`;
    const body = html`${pageHead({
      title: 'Import projects',
      crumbs,
      intro:
        'One project or a list of them, as Export writes them. Each is taken over whole or not at all, and you are told of each. The values of secrets are in no file: set them afterwards.',
    })}
    ${form({ view, path, submit: 'Import', fields, beside: html`<a class="btn" href="/projects">Cancel</a>` })}`;
    return { title: 'Import projects', body };
  },
};

type Item = ImportResult['results'][number];

const looks: Record<Item['status'], { tone: string; icon: string; words: string }> = {
  created: { tone: 'success', icon: 'check-circle-fill', words: 'added' },
  updated: { tone: 'success', icon: 'sync', words: 'changed' },
  skipped: { tone: 'muted', icon: 'skip', words: 'left as it is' },
  failed: { tone: 'danger', icon: 'x-circle-fill', words: 'refused' },
};

function itemView({ index, name, status, id, error, secrets_to_set: secrets }: Item): Html {
  const look = looks[status];
  const title = html`<bdi>${name ?? `Item ${index + 1}`}</bdi>`;
  return html`<li class="plain-row" data-row>
    <span class="tone-${look.tone} status-icon">${icon(look.icon, status)}</span>
    <div class="plain-main">
      ${id === null ? html`<strong>${title}</strong>` : html`<a href="${projectPath(id)}">${title}</a>`}
      <span class="muted">${look.words}</span>
      ${error !== null && html`<p class="tone-danger"><code>${error.code}</code> <bdi>${error.message}</bdi></p>`}
      ${
        secrets.length > 0 &&
        id !== null &&
        html`<p>
          ${icon('key')} To set:
          ${secrets.map(({ name: secret, action }) => html`<code>${secret}</code>${action !== null && html` <span class="muted">of <bdi>${action}</bdi></span>`} `)}
          <a href="${projectPath(id, 'secrets')}">Set them</a>
        </p>`
      }
    </div>
  </li>`;
}

function told({ created, updated, skipped, failed, results }: ImportResult): PageContent {
  const sum = [
    `${created} added`,
    updated > 0 && `${updated} changed`,
    skipped > 0 && `${skipped} left as they are`,
    failed > 0 && `${failed} refused`,
  ].filter((part) => part !== false);
  const body = html`${pageHead({
      title: `${count(results.length, 'project')} imported`,
      crumbs,
      intro: `${sum.join(', ')}.`,
      actions: html`<a class="btn btn-primary" href="/projects">To the projects</a><a class="btn" href="${path}">Import more</a>`,
    })}
    <ul class="plain-rows">
      ${results.map(itemView)}
    </ul>`;
  return { title: 'Import', body };
}

/** Taking projects over; tells what became of each. */
export const importForm: FormDefinition = {
  path,
  page: importPage,
  submit: async ({ api }, { text = '', on_conflict: conflict }) => {
    try {
      const body = JSON.parse(text) as unknown;
      if (typeof body !== 'object' || body === null)
        return refuseForm([{ path: 'text', message: 'must be a project, or a list of projects' }]);
      return await api.send({ method: 'POST', path: withQuery('/api/projects/import', { on_conflict: conflict }), body });
    } catch (error) {
      if (!Error.isError(error) || error.name !== 'SyntaxError') throw error;
      return refuseForm([{ path: 'text', message: `This is not JSON: ${error.message}.` }]);
    }
  },
  done: () => ({ to: '/projects', notice: 'done' }),
  reveal: (_view, { value }) => told(value as ImportResult),
};
