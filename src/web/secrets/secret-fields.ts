import type { Me } from '../../http/schemas/me.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { may, type View } from '../kit/view.ts';
import { areaField, selectField, textField } from '../parts/form.ts';
import type { ScopeWords } from './secret-scope.ts';

/** What a secret can be set for by whoever looks. */
export interface SecretPlaces {
  repositories: readonly string[];
  installations: readonly { id: string; account: string }[];
  projects: readonly { id: string; name: string }[];
  global: boolean;
}

/** Lists what whoever looks may set secrets for. */
export async function readPlaces(view: View): Promise<SecretPlaces> {
  const [me, repositories, projects] = await Promise.all([
    view.api.get<Me>('/api/me'),
    view.api.get<ListAnswer<{ full_name: string; role: Me['role'] }>>('/api/me/repos?limit=100'),
    view.api.get<ListAnswer<ProjectItem>>('/api/projects?limit=100'),
  ]);
  return {
    repositories: repositories.data
      .filter(({ role }) => role !== 'viewer' && role !== 'nobody')
      .map((one) => one.full_name)
      .toSorted((one, other) => one.localeCompare(other)),
    installations: me.installations.filter(({ id }) => may(view, 'manage', { installation: id })),
    projects: projects.data.filter(({ id, installation_id: installation }) => may(view, 'manage', { installation, project: id })),
    global: may(view, 'administer', 'everything'),
  };
}

/** True when there is anything that whoever looks may set a secret for. */
export function maySet({ repositories, installations, projects, global }: SecretPlaces): boolean {
  return global || repositories.length + installations.length + projects.length > 0;
}

/** The fields that say whose a new secret is; those that do not fit the scope are hidden by the script, and left out by the server. */
export function scopeFields(view: View, path: string, given: { places: SecretPlaces; scope: ScopeWords | undefined }): Html {
  const { places, scope } = given;
  const { repositories, installations, projects } = places;
  const field = { view, path, covers: true };
  const options = [
    repositories.length > 0 && { value: 'repository', title: 'one repository' },
    projects.length > 0 && { value: 'project', title: 'one project' },
    installations.length > 0 && { value: 'installation', title: 'all repositories of an account' },
    repositories.length > 0 && { value: 'watch', title: 'one watch of a repository' },
    places.global && { value: 'global', title: 'everything on this server' },
  ].filter((option) => option !== false);
  const idea = scope?.repository ?? (repositories.length === 1 ? repositories[0] : undefined);
  return html`${selectField({ ...field, id: 'secret-scope', name: 'scope', label: 'For', options, value: scope?.scope, hint: 'Of several secrets with one name the nearest counts: watch, repository, project, account, server.' })}
    <div data-when="secret-scope" data-is="repository watch">
      ${textField({ ...field, name: 'repository', label: 'Repository', list: repositories, value: idea, maxlength: 201, placeholder: 'acme/app' })}
    </div>
    <div data-when="secret-scope" data-is="watch">
      ${textField({ ...field, name: 'watch', label: 'Watch', value: scope?.watch, maxlength: 100, placeholder: 'deploy', hint: 'Its key in the file.' })}
    </div>
    ${
      projects.length > 0 &&
      html`<div data-when="secret-scope" data-is="project">
        ${selectField({ ...field, name: 'project_id', label: 'Project', options: projects.map(({ id, name }) => ({ value: id, title: name })), value: scope?.project_id })}
      </div>`
    }
    ${
      installations.length > 0 &&
      html`<div data-when="secret-scope" data-is="installation">
        ${selectField({ ...field, name: 'installation_id', label: 'Account', options: installations.map(({ id, account }) => ({ value: id, title: account })), value: scope?.installation_id })}
      </div>`
    }`;
}

/** The field of a value, which is written and never shown. */
export function valueField(view: View, path: string, label: string): Html {
  return textField({
    view,
    path,
    name: 'value',
    label,
    type: 'password',
    required: true,
    hint: 'Up to 64 KB. It is encrypted, goes only into steps that name it, and is never shown again.',
  });
}

/** The field of the hosts that a value may be sent to. */
export function hostsField(view: View, path: string, hosts: readonly string[] | null): Html {
  return areaField({
    view,
    path,
    name: 'destinations',
    label: 'May be sent to',
    rows: 2,
    code: true,
    covers: true,
    value: hosts?.join('\n') ?? '',
    placeholder: 'api.example.com\n*.deploy.example.com',
    hint: 'Hosts, one in each line, whatever a file says later. Empty: anywhere.',
  });
}

/** The hosts that the field names; null for anywhere. */
export function readHosts(text: string | undefined): string[] | null {
  const hosts = (text ?? '').split(/[\s,]+/).filter(Boolean);
  return hosts.length === 0 ? null : hosts;
}
