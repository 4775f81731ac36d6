import type { Token } from '../../http/schemas/token.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import type { FormDefinition } from '../kit/pages.ts';
import type { PageContent, PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { filterBar } from '../parts/filters.ts';
import { areaField, buttonForm, form, refusalOf, selectField, textField } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusLabel } from '../status-view.ts';

const path = '/tokens';

const scopes = [
  { value: 'read', title: 'read: look at everything you see' },
  { value: 'write', title: 'write: also run, replay, and change watches and secrets of repositories' },
  { value: 'admin', title: 'admin: also manage installations, projects and people' },
];

const lifetimes = [
  { value: '30', title: '30 days' },
  { value: '90', title: '90 days' },
  { value: '365', title: 'a year' },
  { value: '', title: 'It does not expire' },
];

function boundsOf({ installations, repositories, projects }: Token): Html | string {
  const bounds = [
    repositories !== null && repositories.join(', '),
    installations !== null && installations.length > 0 && `installation ${installations.join(', ')}`,
    projects !== null && projects.length > 0 && `project ${projects.join(', ')}`,
  ].filter((bound) => bound !== false && bound !== '');
  return bounds.length === 0 ? html`<span class="muted">whatever its owner sees</span>` : html`<bdi>${bounds.join('; ')}</bdi>`;
}

function tokenTable(tokens: readonly Token[]): Html {
  return dataTable<Token>({
    caption: 'API tokens, newest first',
    rows: tokens,
    columns: [
      { title: 'Name', kind: 'main', cell: ({ name, hint }) => html`<bdi>${name}</bdi> <code>${hint}…</code>` },
      { title: 'Scopes', cell: ({ scopes: given }) => given.join(', ') },
      { title: 'Sees', cell: boundsOf },
      { title: 'Owner', cell: ({ owner, created_by: by }) => html`<bdi>${owner ?? by}</bdi>` },
      { title: 'Last used', cell: ({ last_used_at: at }) => timeAgo(at) },
      { title: 'Ends', cell: ({ status, expires_at: at }) => (status === 'active' ? timeAgo(at, 'never') : statusLabel(status)) },
      {
        title: 'Take back',
        kind: 'action',
        cell: ({ id, name, status }) =>
          status === 'active' &&
          buttonForm(`${path}/${id}/revoke`, { text: 'Take back', danger: true, label: `Take back the token ${name}` }),
      },
    ],
  });
}

function newToken(view: View): Html {
  const field = { view, path };
  return form({
    view,
    path,
    submit: 'Make the token',
    fields: html`${textField({ ...field, name: 'name', label: 'What it is for', required: true, maxlength: 100, placeholder: 'nightly report' })}
    ${selectField({ ...field, name: 'scopes', label: 'What it may do', options: scopes, value: 'read' })}
    ${selectField({ ...field, name: 'days', label: 'How long it lasts', options: lifetimes, value: '90' })}
    ${areaField({ ...field, name: 'repositories', label: 'Only these repositories', rows: 3, placeholder: 'acme/app', hint: 'One owner/name in each line. Empty: whatever you see, also later.' })}`,
  });
}

/** The page of API tokens: made, and taken back. */
export const tokensPage: PageDefinition = {
  path,
  place: 'tokens',
  async render(view) {
    const { status, cursor } = view.query;
    const { data, meta } = await view.api.get<ListAnswer<Token>>(withQuery('/api/tokens', { status, cursor, total: '1' }));
    const isRefused = refusalOf(view, path) !== undefined;
    const body = html`${pageHead({
      title: 'API tokens',
      intro: html`For scripts and the command line: <code>Authorization: Bearer rwt_…</code>. A token never has more than whoever made it.`,
      actions: dialogButton('new-token', { text: 'New token', icon: 'plus', kind: 'primary' }),
    })}
    ${filterBar(view, [{ name: 'status', label: 'Status', kind: 'choice', options: ['active', 'expired', 'revoked'] }])}
    ${
      data.length > 0
        ? html`${tokenTable(data)} ${pager(view, meta)}`
        : blank({
            icon: 'key-asterisk',
            title: status === undefined ? 'No tokens yet' : 'No such tokens',
            text: 'A token lets a script ask this server in your name. Make one with the least it needs.',
          })
    }
    ${dialog({ id: 'new-token', title: 'New API token', body: newToken(view), open: isRefused })}`;
    return { title: 'API tokens', body };
  },
};

function tokenShown(name: string, token: string): PageContent {
  const body = html`${pageHead({ title: 'Your new token', crumbs: [{ title: 'API tokens', path }] })}
    <p class="flash flash-attention">${icon('alert')} Copy it now: it is shown this once and kept nowhere.</p>
    <div class="form">
      <div class="field">
        <label for="made-token"><bdi>${name}</bdi></label>
        <input id="made-token" class="code" readonly value="${token}" />
      </div>
      <div class="form-actions">
        <button class="btn btn-primary" type="button" data-copy="made-token">${icon('copy')}<span>Copy</span></button>
        <a class="btn" href="${path}">Done</a>
      </div>
      <p class="muted">Try it:</p>
      <pre>curl -H 'Authorization: Bearer ${token.slice(0, 8)}…' …/api/me</pre>
    </div>`;
  return { title: 'Your new token', body };
}

const dayMs = 86_400_000;

/** The end of the day so many days from now: the same for a second click. */
function endOf(days: number): string {
  const today = Math.floor(Date.now() / dayMs);
  return new Date((today + days + 1) * dayMs).toISOString();
}

/** Making a token, whose text is shown once. */
export const newTokenForm: FormDefinition = {
  path,
  page: tokensPage,
  submit: async ({ api }, { name, scopes: scope = 'read', days = '', repositories = '' }) => {
    const names = repositories.split(/\s+/).filter(Boolean);
    const expires = /^\d{1,4}$/.test(days) ? { expires_at: endOf(Number(days)) } : {};
    const body = { name, scopes: [scope], ...expires, ...(names.length > 0 && { repositories: names }) };
    return await api.send({ method: 'POST', path: '/api/tokens', body });
  },
  reveal: (_view, { value }) => {
    const { name, token } = value as { name: string; token: string };
    return tokenShown(name, token);
  },
  done: () => ({ to: path }),
};

/** Taking a token back. */
export const revokeTokenForm: FormDefinition = {
  path: `${path}/:id/revoke`,
  page: tokensPage,
  pageView: () => ({ params: {}, url: path }),
  submit: async ({ api, params }) => await api.send({ method: 'DELETE', path: `/api/tokens/${encodeURIComponent(params['id'] ?? '')}` }),
  done: () => ({ to: path, notice: 'removed' }),
};
