import type { Repository, RepositoryConfig } from '../../http/schemas/repository.ts';
import { editYaml } from '../../watches/edit-yaml.ts';
import type { View } from '../kit/view.ts';
import { withQuery } from '../kit/api-client.ts';
import type { EditorState } from './editor-state.ts';
import type { Schema } from './json-fields.ts';

/** A watch as the REST side describes it alone. */
export type WatchDetail = RepositoryConfig['watches'][number] & { definition: Record<string, unknown> | null };

/** What the editor of a repository works with. */
export interface EditorFacts {
  fullName: string;
  repository: Repository;
  config: RepositoryConfig;
  schema: Schema;
  /** Names of secrets that its runs can use, as far as whoever looks may see them. */
  secrets: string[];
  branch: string;
  /** What the installation has not granted that a pull request with the file needs. */
  missing: string[];
}

const needed = { contents: 'write', pull_requests: 'write' } as const;

/** The path of the editor's own form. */
export function editorPath(fullName: string): string {
  const [owner = '', name = ''] = fullName.split('/', 2);
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/config/edit`;
}

/** The REST side's address of a repository. */
export function apiPath({ params }: View, rest = ''): string {
  return `/api/repos/${encodeURIComponent(params['owner'] ?? '')}/${encodeURIComponent(params['name'] ?? '')}${rest}`;
}

/** Reads what the editor shows; throws what the REST side refuses. */
export async function readFacts(view: View): Promise<EditorFacts> {
  const { api } = view;
  const organization = view.params['name'] === '.github';
  const [repository, config, schema] = await Promise.all([
    api.get<Repository>(apiPath(view)),
    api.get<RepositoryConfig>(apiPath(view, '/config')),
    api.get<Schema>(organization ? '/schema/repowatch-organization.json' : '/schema/repowatch.json'),
  ]);
  const fullName = repository.full_name;
  const scopes = [
    { scope: 'repository', repository: fullName },
    { scope: 'installation', installation_id: repository.installation_id },
  ];
  const [installation, ...secrets] = await Promise.all([
    api.find<{ permissions: Record<string, string> }>(`/api/installations/${repository.installation_id}`),
    ...scopes.map((scope) => api.ask<{ data: { name: string }[] }>(withQuery('/api/secrets', { ...scope, limit: 100 }))),
  ]);
  const granted = installation?.permissions;
  return {
    fullName,
    repository,
    config,
    schema,
    secrets: [...new Set(secrets.flatMap((answer) => (answer.ok ? answer.value.data.map(({ name }) => name) : [])))].sort(),
    branch: repository.default_branch ?? 'main',
    missing: Object.entries(needed).flatMap(([name, access]) =>
      granted !== undefined && granted[name] !== access ? [`${name}: ${access}`] : [],
    ),
  };
}

/** The editor with the file as the default branch has it. */
export function openFile({ config }: EditorFacts, part = ''): EditorState {
  const file = config.latest ?? config.in_force;
  return { content: file?.content ?? '', part, baseSha: file?.config_sha ?? '', managed: 'file', wrong: [], note: undefined };
}

/** The editor with one watch of the API. */
export function openApiWatch({ key, definition }: WatchDetail): EditorState {
  const edited = editYaml('version: 1\n', [{ do: 'set', path: ['watches', key], value: definition ?? {} }]);
  return { content: edited.ok ? edited.value : '', part: key, baseSha: '', managed: 'api', wrong: [], note: undefined };
}
