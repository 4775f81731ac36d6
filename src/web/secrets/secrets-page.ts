import { secretScopes } from '../../core/statuses.ts';
import { count } from '../../core/count.ts';
import type { Me } from '../../http/schemas/me.ts';
import type { MissingSecretItem, Secret } from '../../http/schemas/secret.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { repositoryPath, watchPath } from '../kit/paths.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { filterBar } from '../parts/filters.ts';
import { form, refusalOf, textField } from '../parts/form.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { hostsField, maySet, readHosts, readPlaces, scopeFields, valueField, type SecretPlaces } from './secret-fields.ts';
import { ownerView, readScope, scopeOf, secretPath } from './secret-scope.ts';

const path = '/secrets';

const scopeTitles: Readonly<Record<Secret['scope'], string>> = {
  global: 'server',
  installation: 'account',
  project: 'project',
  repository: 'repository',
  watch: 'watch',
};

/** The word of a scope, as a label. */
export function scopeLabel(scope: Secret['scope']): Html {
  return html`<span class="label">${scopeTitles[scope]}</span>`;
}

function secretTable(secrets: readonly Secret[], accounts: ReadonlyMap<string, string>): Html {
  return dataTable<Secret>({
    caption: 'Secrets, newest first',
    rows: secrets,
    columns: [
      {
        title: 'Name',
        kind: 'main',
        cell: (secret) =>
          html`<a href="${secretPath(secret.name, scopeOf(secret))}"><code>${secret.name}</code></a
            >${secret.frozen && html` <span class="label label-attention">${icon('lock')} frozen</span>`}`,
      },
      { title: 'For', cell: (secret) => html`${scopeLabel(secret.scope)} ${ownerView(secret, accounts)}` },
      {
        title: 'May go to',
        cell: ({ destinations }) =>
          destinations === null ? html`<span class="muted">anywhere</span>` : html`<bdi>${destinations.join(', ')}</bdi>`,
      },
      {
        title: 'Set',
        cell: ({ updated_at: at, updated_by: by, version }) =>
          html`${timeAgo(at)}${by !== null && html` <span class="muted">by <bdi>${by}</bdi></span>`}${version > 1 && html` <span class="muted" title="How many values it has had">v${version}</span>`}`,
      },
      { title: 'Last used', cell: ({ last_used_at: at }) => timeAgo(at) },
    ],
  });
}

function missingView(missing: readonly MissingSecretItem[], places: SecretPlaces): Html {
  return html`<ul class="plain-rows missing">
    ${missing.map(
      ({ name, repository, watch, watch_name: watchName, origin, frozen }) =>
        html`<li class="plain-row" data-row>
          <span class="tone-attention status-icon">${icon(frozen ? 'lock' : 'alert', frozen ? 'frozen' : 'missing')}</span>
          <div class="plain-main">
            <code>${name}</code> <span class="muted">${frozen ? 'is frozen for' : 'is not set for'}</span>
            <a href="${watchPath(repository, watch)}"><bdi>${watchName}</bdi></a> <span class="muted">in</span>
            <a href="${repositoryPath(repository)}"><bdi>${repository}</bdi></a>
            <p class="muted"><code>${origin}</code></p>
          </div>
          ${
            places.repositories.includes(repository) &&
            !frozen &&
            html`<a class="btn btn-sm" href="${withQuery(`${path}/new`, { name, scope: 'repository', repository })}">Set it</a>`
          }
        </li>`,
    )}
  </ul>`;
}

/** The fields of a new secret. */
function newSecretForm(view: View, given: { path: string; places: SecretPlaces }): Html {
  const { path: to, places } = given;
  return form({
    view,
    path: to,
    submit: 'Set the secret',
    fields: html`${textField({ view, path: to, name: 'name', label: 'Name', required: true, maxlength: 100, value: view.query['name'], placeholder: 'DEPLOY_TOKEN', hint: html`Letters, digits and _. Files write <code>\${{ secrets.NAME }}</code>.` })}
    ${scopeFields(view, to, { places, scope: readScope(view.query) })} ${valueField(view, to, 'Value')} ${hostsField(view, to, null)}`,
  });
}

function nothing(isFiltered: boolean): Html {
  if (isFiltered) return blank({ icon: 'filter', title: 'No such secrets', text: 'None that you see fits the filters.' });
  const text =
    'Tokens, signing keys and addresses that steps need. Files name them, and their values are kept here: encrypted, given only to the steps that name them, and never shown again.';
  return blank({ icon: 'key', title: 'No secrets yet', text });
}

async function readPage(view: View) {
  const { scope, name, cursor, repository } = view.query;
  const owner = scope === 'global' ? { scope } : scope === 'repository' && repository ? { scope, repository } : {};
  const [secrets, missing, places, me] = await Promise.all([
    view.api.get<ListAnswer<Secret>>(withQuery('/api/secrets', { ...owner, name, cursor, limit: 100 })),
    cursor === undefined ? view.api.get<ListAnswer<MissingSecretItem>>('/api/secrets/not-set?limit=30') : undefined,
    readPlaces(view),
    view.api.get<Me>('/api/me'),
  ]);
  const shown = secrets.data.filter((secret) => (scope ?? '') === '' || secret.scope === scope);
  return {
    secrets: { ...secrets, data: shown },
    missing,
    places,
    accounts: new Map(me.installations.map(({ id, account }) => [id, account])),
  };
}

/** The page of secrets: what there is, whose it is, and what is missing. */
export const secretsPage: PageDefinition = {
  path,
  place: 'secrets',
  async render(view) {
    const { secrets, missing, places, accounts } = await readPage(view);
    const isFiltered = ['scope', 'name', 'repository'].some((word) => (view.query[word] ?? '') !== '');
    const frozen = secrets.data.filter((secret) => secret.frozen).length;
    const wanted = missing?.data ?? [];
    const body = html`${pageHead({
        title: 'Secrets',
        intro: html`Encrypted values that files name as <code>\${{ secrets.NAME }}</code>. They can be set and forgotten, and read by
          nobody.`,
        actions: html`${maySet(places) && dialogButton('new-secret', { text: 'Set a secret', icon: 'plus', kind: 'primary' })}
        ${may(view, 'administer', 'everything') && html`<a class="btn" href="${path}/keys">${icon('sync')}<span>Encryption keys</span></a>`}`,
      })}
      ${
        frozen > 0 &&
        html`<p class="flash flash-attention">
          ${icon('lock')} ${count(frozen, 'secret belongs', 'secrets belong')} to a former owner of its repository. No run sees it until
          somebody who administers the repository confirms it on the secret’s page.
        </p>`
      }
      ${wanted.length > 0 && section('Missing', missingView(wanted, places), { intro: 'Watches in force name these, and nothing answers. Steps that need them fail.' })}
      <div class="${wanted.length > 0 && 'section'}">
        ${filterBar(view, [
          { name: 'name', label: 'Name', kind: 'text', placeholder: 'Whole name' },
          { name: 'scope', label: 'For', kind: 'choice', options: secretScopes.map((value) => ({ value, title: scopeTitles[value] })) },
        ])}
        ${secrets.data.length > 0 ? secretTable(secrets.data, accounts) : nothing(isFiltered)} ${pager(view, secrets.meta)}
      </div>
      ${maySet(places) && dialog({ id: 'new-secret', title: 'Set a secret', body: newSecretForm(view, { path, places }), open: refusalOf(view, path) !== undefined })}`;
    return { title: 'Secrets', body };
  },
};

/** The page that sets one secret, for links that know which is missing. */
export const newSecretPage: PageDefinition = {
  path: `${path}/new`,
  place: 'secrets',
  async render(view) {
    const places = await readPlaces(view);
    const body = html`${pageHead({ title: 'Set a secret', crumbs: [{ title: 'Secrets', path }] })}
    ${newSecretForm(view, { path: `${path}/new`, places })}`;
    return { title: 'Set a secret', body };
  },
};

const setSecret = (to: string, page: PageDefinition): FormDefinition => ({
  path: to,
  page,
  submit: async ({ api }, values) => {
    const { name = '', value = '', destinations } = values;
    const scope = readScope(values);
    const secret = name.trim();
    if (scope === undefined) return refuseForm([{ path: 'scope', message: 'Choose what it is for.' }]);
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(secret))
      return refuseForm([{ path: 'name', message: 'must be letters, digits and _ and not begin with a digit' }]);
    const body = { value, destinations: readHosts(destinations), ...scope };
    return await api.send<Secret>({ method: 'PUT', path: `/api/secrets/${secret}`, body });
  },
  done: (_view, { value }) => ({ to: secretPath((value as Secret).name, scopeOf(value as Secret)), notice: 'saved' }),
});

/** Setting a secret, from the list and from its own page. */
export const setSecretForms: readonly FormDefinition[] = [setSecret(path, secretsPage), setSecret(`${path}/new`, newSecretPage)];
