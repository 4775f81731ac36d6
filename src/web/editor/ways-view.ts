import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import type { Problem } from '../../http/schemas/problem.ts';
import { may, type View } from '../kit/view.ts';
import { onGitHub } from '../kit/paths.ts';
import { section } from '../parts/page-head.ts';
import { filePath } from './editor-view.ts';
import type { EditorFacts } from './editor-facts.ts';
import { formMark, type EditorState } from './editor-state.ts';

/** What GitHub's page for a new file is given along; a longer address is not taken by every browser. */
const longestPrefill = 6_000;

/** What the ways into force depend on. */
export interface WaysGiven {
  view: View;
  facts: EditorFacts;
  state: EditorState;
  values: Readonly<Record<string, string>>;
  /** Why it could not be proposed or saved. */
  refused?: Problem | undefined;
}

/** The page of GitHub where the file is written by hand, filled in as far as GitHub takes it. */
function githubEditor({ facts, state }: WaysGiven): string | null {
  const branch = facts.branch.split('/').map(encodeURIComponent).join('/');
  if (state.baseSha !== '') return onGitHub(facts.repository.html_url, `edit/${branch}/${filePath}`);
  const query = new URLSearchParams({ filename: filePath, ...(state.content.length <= longestPrefill && { value: state.content }) });
  return onGitHub(facts.repository.html_url, `new/${branch}?${query.toString()}`);
}

function titleOf({ facts, state }: WaysGiven): string {
  if (state.part === '') return state.baseSha === '' ? `Add ${filePath}` : `Change ${filePath}`;
  return facts.config.watches.some(({ key }) => key === state.part) ? `Change the watch ${state.part}` : `Add the watch ${state.part}`;
}

function field(given: WaysGiven, about: { name: string; label: string; value: string; area?: boolean; hint?: string }): Html {
  const { name, label, hint, area } = about;
  const value = given.values[name] ?? about.value;
  const problem = given.refused?.errors?.find(({ path }) => path === name)?.message;
  const id = `proposal-${name}`;
  const described = html`aria-describedby="${id}-note" ${problem !== undefined && html`aria-invalid="true"`}`;
  return html`<div class="field">
    <label for="${id}">${label}</label>
    ${
      area === true
        ? html`<textarea id="${id}" name="${name}" rows="3" ${described}>${value}</textarea>`
        : html`<input id="${id}" name="${name}" type="text" maxlength="250" value="${value}" autocomplete="off" ${described} />`
    }
    <p class="hint ${problem === undefined ? 'muted' : 'tone-danger'}" id="${id}-note">${problem ?? hint}</p>
  </div>`;
}

function way(name: string, title: string, body: HtmlValue): Html {
  return html`<div class="card editor-way" id="way-${name}">
    <h3>${title}</h3>
    ${body}
  </div>`;
}

function pullRequest(given: WaysGiven): Html {
  const { facts, state } = given;
  const { missing, repository } = facts;
  if (missing.length > 0)
    return way(
      'pull-request',
      'As a pull request',
      html`<p>
          The installation on ${repository.owner.login} has not granted
          ${missing.map((name, index) => html`${index > 0 && ' and '}<code>${name}</code>`)}.
        </p>
        <p class="muted">
          Take the tier <code>config_proposals</code> in on the App’s page on GitHub, let an owner accept it, and this opens pull requests.
          Until then copy the file, or write it on GitHub.
        </p>`,
    );
  const name = `repowatch/${state.part === '' ? 'config' : state.part}-${formMark(state.content)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 6)
    .toLowerCase()}`;
  return way(
    'pull-request',
    'As a pull request',
    html`${field(given, { name: 'title', label: 'Title', value: titleOf(given), hint: 'Of the pull request and of its commit.' })}
      ${field(given, { name: 'message', label: 'What for', value: '', area: true, hint: 'Markdown, for those who review it.' })}
      ${field(given, { name: 'branch', label: 'Branch', value: name, hint: `Made from ${facts.branch}.` })}
      <p>
        <button class="btn btn-primary" type="submit" name="op" value="propose">
          ${icon('git-pull-request')}<span>Open pull request</span>
        </button>
      </p>
      <p class="hint muted">It is the App that commits and opens it; the text says for whom.</p>`,
  );
}

function byHand(given: WaysGiven): Html {
  const page = githubEditor(given);
  const prefilled = given.state.baseSha === '' && given.state.content.length <= longestPrefill;
  return way(
    'by-hand',
    'By hand',
    html`<p class="muted">Copy the file and commit it to ${given.facts.branch}. It comes into force with the push.</p>
      <p class="editor-buttons">
        <button class="btn" type="button" data-copy="editor-content">${icon('copy')}<span>Copy the file</span></button>
        ${
          page !== null &&
          html`<a class="btn" href="${page}" target="_blank" rel="noopener noreferrer" data-github-editor
            >${icon('mark-github')}<span>${prefilled ? 'New file on GitHub' : 'Edit on GitHub'}</span></a
          >`
        }
      </p>`,
  );
}

function byApi({ facts, state }: WaysGiven): Html | false {
  if (state.part === '') return false;
  const managed = facts.config.watches.find(({ key }) => key === state.part);
  const isOurs = managed === undefined || managed.managed_by === 'api';
  if (!isOurs) return false;
  return way(
    'api',
    'At once, without a file',
    html`<p class="muted">
        RepoWatch keeps ${state.part} itself, as a watch of the API. It counts from now on; nothing is committed, and only this watch is
        saved.
      </p>
      <p>
        <button class="btn" type="submit" name="op" value="save">${icon('check')}<span>Save ${state.part} here</span></button>
      </p>`,
  );
}

/** The ways into force, as far as whoever looks may go them. */
export function waysView(given: WaysGiven): Html {
  const { view, facts, state, refused } = given;
  const resource = { installation: facts.repository.installation_id, repository: facts.repository.id };
  const alert = refused !== undefined && html`<p class="flash flash-danger" role="alert">${icon('alert')} ${refused.detail}</p>`;
  const writes = may(view, 'write', resource);
  if (state.managed === 'api')
    return section(
      'Bring it into force',
      html`${alert}${
        writes
          ? html`<p>
              <button class="btn btn-primary" type="submit" name="op" value="save">${icon('check')}<span>Save</span></button>
              <span class="muted">It counts at once; runs under way end as they began.</span>
            </p>`
          : html`<p class="muted">You may look at this watch and try it. Changing it takes a maintainer.</p>`
      }`,
      { id: 'ways' },
    );
  return section(
    'Bring it into force',
    html`${alert}
      <div class="editor-ways">${writes && pullRequest(given)}${byHand(given)}${writes && byApi(given)}</div>
      ${!writes && html`<p class="muted">Opening a pull request from here takes a maintainer.</p>`}`,
    { id: 'ways', intro: `Only the file on ${facts.branch} counts. What is written here changes nothing until it is brought there.` },
  );
}
