import type { Me } from '../../http/schemas/me.ts';
import type { Secret, SecretUseItem } from '../../http/schemas/secret.ts';
import { RepoWatchError } from '../../core/errors.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { repositoryPath, watchPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { confirmField, refuseUnconfirmed } from '../parts/confirmation.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { facts } from '../parts/facts.ts';
import { buttonForm, form, refusalOf } from '../parts/form.ts';
import { kindLook } from '../parts/kind-look.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { hostsField, readHosts, valueField } from './secret-fields.ts';
import { mayChange, ownerView, readScope, secretPath, type ScopeWords } from './secret-scope.ts';
import { scopeLabel } from './secrets-page.ts';

/** Which secret a page is about: its name in the path, its scope in the query or in the form. */
function wanted(view: View): { name: string; scope: ScopeWords } {
  const body = (view.request.body ?? {}) as Record<string, string>;
  const scope = readScope(body['scope'] === undefined ? view.query : body);
  if (scope === undefined)
    throw new RepoWatchError('not_found', 'The address does not say whose secret is meant. Choose it from the list.');
  return { name: view.params['name'] ?? '', scope };
}

const apiPath = ({ name, scope }: ReturnType<typeof wanted>, part = '', more: Record<string, string | number | undefined> = {}): string =>
  withQuery(`/api/secrets/${encodeURIComponent(name)}${part}`, { ...scope, ...more });

function scopeInputs(scope: ScopeWords): Html {
  return html`${Object.entries(scope).map(([name, value]) => value !== undefined && html`<input type="hidden" name="${name}" value="${value}" />`)}`;
}

function useView({ kind, repository, watch, name, origin, mode, steps, gets_this: gets }: SecretUseItem): Html {
  const title =
    repository === null || watch === null
      ? html`<strong><bdi>${name}</bdi></strong> <span class="muted">hook for new repositories</span>`
      : html`<a href="${watchPath(repository, watch)}"><bdi>${name}</bdi></a> <span class="muted">in</span>
          <a href="${repositoryPath(repository)}"><bdi>${repository}</bdi></a>`;
  return html`<li class="plain-row" data-row>
    ${icon(kind === 'watch' ? 'eye' : 'webhook')}
    <div class="plain-main">
      <p>${title} ${mode !== null && mode !== 'on' && html`<span class="label">${mode}</span>`}</p>
      <p class="muted">
        ${origin !== null && html`<code>${origin}</code>`}
        ${steps.map(({ position, id, uses }) => html` ${icon(kindLook(uses).icon)} step ${position + 1}${id !== null && html` <code>${id}</code>`}, <code>${uses}</code>`)}
      </p>
    </div>
    ${!gets && html`<span class="label label-attention" title="Its runs get one of the same name from a nearer scope, or none">gets another</span>`}
  </li>`;
}

function usesView(view: View, uses: ListAnswer<SecretUseItem>): Html {
  if (uses.data.length === 0)
    return blank({
      icon: 'search',
      title: 'Nothing names it',
      text: 'No watch in force and no hook in the repositories that it reaches names it. It can go.',
      level: 3,
    });
  return html`<ul class="plain-rows">
      ${uses.data.map(useView)}
    </ul>
    ${pager(view, uses.meta)}`;
}

function edits(view: View, secret: Secret, used: number): Html {
  const { name, scope } = wanted(view);
  const replace = `/secrets/${encodeURIComponent(name)}/replace`;
  const forget = `/secrets/${encodeURIComponent(name)}/delete`;
  const replacing = form({
    view,
    path: replace,
    submit: 'Replace the value',
    fields: html`${scopeInputs(scope)} ${valueField(view, replace, 'New value')} ${hostsField(view, replace, secret.destinations)}`,
  });
  const forgetting = html`<p class="muted">
      ${used === 0 ? 'Nothing that you see names it.' : html`It is named by what stands under “Used by”: those steps fail from then on, unless a secret of this name is set for something farther away.`}
    </p>
    ${form({ view, path: forget, danger: true, submit: 'Forget this secret', fields: html`${scopeInputs(scope)}${confirmField({ view, path: forget, word: name, what: 'forget it' })}` })}`;
  return html`${dialog({ id: 'replace-secret', title: `Replace ${name}`, body: replacing, open: refusalOf(view, replace) !== undefined })}
  ${dialog({ id: 'forget-secret', title: `Forget ${name}`, body: forgetting, open: refusalOf(view, forget) !== undefined })}`;
}

/** The page of one secret: what is told of it, and what names it. Never its value. */
export const secretPage: PageDefinition = {
  path: '/secrets/:name',
  place: 'secrets',
  async render(view) {
    const which = wanted(view);
    const [secret, uses, me] = await Promise.all([
      view.api.get<Secret>(apiPath(which)),
      view.api.get<ListAnswer<SecretUseItem>>(apiPath(which, '/used-by', { cursor: view.query['cursor'], limit: 50 })),
      view.api.get<Me>('/api/me'),
    ]);
    const accounts = new Map(me.installations.map(({ id, account }) => [id, account]));
    const { name, destinations, version, frozen, repository } = secret;
    const changes = mayChange(view, secret);
    const head = pageHead({
      title: html`<code>${name}</code>`,
      icon: 'key',
      crumbs: [{ title: 'Secrets', path: '/secrets' }],
      ...(changes && {
        actions: html`${dialogButton('replace-secret', { text: 'Replace', icon: 'sync' })}
        ${dialogButton('forget-secret', { text: 'Forget', icon: 'trash', kind: 'danger' })}`,
      }),
    });
    const confirm = html`<div class="flash flash-attention flash-row">
      <span
        >${icon('lock')} It belongs to a former owner of this repository, and no run sees it. Confirm it only when you know what it
        holds.</span
      >
      ${changes && repository !== null && buttonForm(`/secrets/${name}/confirm-owner`, { text: 'Confirm all of this repository', fields: { repository } })}
    </div>`;
    const shown = facts([
      ['For', html`${scopeLabel(secret.scope)} ${ownerView(secret, accounts)}`],
      ['Value', html`<span class="masked" role="img" aria-label="hidden value">••••••••</span>`],
      ['May be sent to', destinations === null ? 'anywhere' : html`<bdi>${destinations.join(', ')}</bdi>`],
      ['Version', version],
      ['Set', html`${timeAgo(secret.updated_at)}${secret.updated_by !== null && html` by <bdi>${secret.updated_by}</bdi>`}`],
      ['First set', html`${timeAgo(secret.created_at)}${secret.created_by !== null && html` by <bdi>${secret.created_by}</bdi>`}`],
      ['Last used', timeAgo(secret.last_used_at)],
    ]);
    const body = html`${head} ${frozen && confirm} ${shown} ${section('Used by', usesView(view, uses), { id: 'used-by' })}
    ${changes && edits(view, secret, uses.data.length)}`;
    return { title: name, body };
  },
};

const back = (view: View) => {
  const { name, scope } = wanted(view);
  return secretPath(name, scope);
};
const pageView = (view: View) => ({ url: back(view) });

/** Giving a secret another value; forgetting it; confirming those of a repository that came from another owner. */
export const secretForms: readonly FormDefinition[] = [
  {
    path: '/secrets/:name/replace',
    page: secretPage,
    pageView,
    submit: async (view, { value = '', destinations }) => {
      const { name, scope } = wanted(view);
      const body = { value, destinations: readHosts(destinations), ...scope };
      return await view.api.send({ method: 'PUT', path: `/api/secrets/${encodeURIComponent(name)}`, body });
    },
    done: (view) => ({ to: back(view), notice: 'saved' }),
  },
  {
    path: '/secrets/:name/delete',
    page: secretPage,
    pageView,
    submit: async (view, values) => {
      const which = wanted(view);
      return refuseUnconfirmed(values, which.name) ?? (await view.api.send({ method: 'DELETE', path: apiPath(which) }));
    },
    done: () => ({ to: '/secrets', notice: 'removed' }),
  },
];
