import type { Secret } from '../../http/schemas/secret.ts';
import { html, type Html } from '../html.ts';
import { withQuery } from '../kit/api-client.ts';
import { installationPath, projectPath, repositoryPath, watchPath } from '../kit/paths.ts';
import { may, type View } from '../kit/view.ts';

/** Whose secret is meant, in the words of the REST side. */
export interface ScopeWords {
  scope: Secret['scope'];
  installation_id?: string | undefined;
  repository?: string | undefined;
  project_id?: string | undefined;
  watch?: string | undefined;
}

type Names = Record<string, string | undefined>;

/** The scope that a query or a form names; nothing for what is no scope. */
export function readScope({ scope, installation_id, repository, project_id, watch }: Names): ScopeWords | undefined {
  const word = (['global', 'installation', 'project', 'repository', 'watch'] as const).find((one) => one === scope);
  const given = (text: string | undefined) => (text === undefined || text.trim() === '' ? undefined : text.trim());
  if (word === undefined) return undefined;
  if (word === 'global') return { scope: word };
  if (word === 'installation') return { scope: word, installation_id: given(installation_id) };
  if (word === 'project') return { scope: word, project_id: given(project_id) };
  if (word === 'repository') return { scope: word, repository: given(repository) };
  const owner = given(repository) === undefined ? { project_id: given(project_id) } : { repository: given(repository) };
  return { scope: word, ...owner, watch: given(watch) };
}

/** The scope of a secret. */
export function scopeOf({ scope, installation_id: installation, repository, project, watch }: Secret): ScopeWords {
  return readScope({
    scope,
    installation_id: installation ?? undefined,
    repository: repository ?? undefined,
    project_id: project?.id,
    watch: watch ?? undefined,
  })!;
}

/** The page of one secret. */
export function secretPath(name: string, scope: ScopeWords, part = ''): string {
  return withQuery(`/secrets/${encodeURIComponent(name)}${part}`, { ...scope });
}

/** Whether whoever looks may set and forget it: the wider the scope, the more that takes. */
export function mayChange(view: View, { scope, installation_id: installation, project, repository }: Secret): boolean {
  if (scope === 'global') return may(view, 'administer', 'everything');
  if (project !== null) return may(view, 'manage', { installation, project: project.id });
  if (scope === 'installation') return may(view, 'manage', { installation });
  return repository !== null;
}

/** Whose a secret is, with a way there. `accounts` are the logins of installations. */
export function ownerView(secret: Secret, accounts: ReadonlyMap<string, string>): Html {
  const { scope, installation_id: installation, repository, project, watch } = secret;
  if (scope === 'global') return html`<span>everybody on this server</span>`;
  if (scope === 'installation' && installation !== null)
    return html`<a href="${installationPath(installation)}"><bdi>${accounts.get(installation) ?? `installation ${installation}`}</bdi></a>`;
  const action = watch === null ? null : /^project-\d+-(\d+)$/.exec(watch);
  if (project !== null)
    return html`<a href="${projectPath(project.id, 'secrets')}"><bdi>${project.name}</bdi></a
      >${watch !== null && html` / <a href="${projectPath(project.id, action?.[1] === undefined ? 'actions' : `actions/${action[1]}`)}"><bdi>${action === null ? watch : `action ${action[1] ?? ''}`}</bdi></a>`}`;
  if (repository === null) return html`<span class="muted">a removed repository</span>`;
  return html`<a href="${repositoryPath(repository)}"><bdi>${repository}</bdi></a
    >${watch !== null && html` / <a href="${watchPath(repository, watch)}"><bdi>${watch}</bdi></a>`}`;
}
