import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isRepoWatchError, RepoWatchError } from '../../core/errors.ts';
import type { OnConflict, PortableProject } from '../../flow/transfer-projects.ts';
import { mayDo } from '../../people/may-do.ts';
import type { ActionWords } from '../../projects/actions.ts';
import type { ProjectWords } from '../../projects/projects.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { found } from '../problem.ts';
import { findInstallation } from '../read/installations.ts';
import { listAllProjects } from '../read/project-place.ts';
import { requesterOf } from '../requester.ts';
import { idParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import {
  exportedProject,
  importBody,
  importedProject,
  importQuery,
  importResult,
  wrappedImport,
  type ExportedProject,
  type ImportResult,
} from '../schemas/project.ts';
import { actionBody, type ActionBody } from '../schemas/project-action.ts';
import { wholeDefinition } from './project-actions.ts';
import type { Repository } from '../schemas/repository.ts';
import { askedBy, defaultWords, readFollowed, wordsOf } from './projects.ts';

const tags = ['projects'];

/** Projects as files: everything but the values of secrets. */
export function addProjectTransferRoutes(api: Api, context: RouteContext): void {
  addExports(api, context);
  addImport(api, context);
}

function show({ words, repositories, leftOut, actions, secrets, members }: PortableProject): ExportedProject {
  const { checkInterval, branches, ...rest } = words;
  return {
    ...rest,
    branches: [...branches],
    check_interval: checkInterval,
    repositories,
    left_out: leftOut,
    actions: actions.map(({ name, enabled, definition }) => ({ name, enabled, ...definition })),
    secrets,
    members,
  };
}

function addExports(api: Api, context: RouteContext): void {
  api.get(
    '/projects/:id/export',
    {
      config: { access: { right: 'manage', on: 'project' } },
      schema: {
        summary: 'Export a project, without the values of its secrets',
        tags,
        params: idParams,
        response: { 200: exportedProject, ...problems(403, 404) },
      },
    },
    async ({ params: { id } }) => show(found(await context.actions.projects.export(id), `project ${id}`)),
  );
  api.get(
    '/projects/export',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: { summary: 'Export all projects that you manage', tags, response: { 200: z.array(exportedProject), ...problems(403) } },
    },
    async (request) => {
      const requester = requesterOf(request);
      const places = (await listAllProjects(context.db)).filter(
        ({ id, installationId }) => mayDo(requester, 'manage', { installation: installationId, project: id }) === 'allowed',
      );
      const all: ExportedProject[] = [];
      for (const { id } of places) {
        const project = await context.actions.projects.export(id);
        if (project) all.push(show(project));
      }
      return all;
    },
  );
}

type Result = ImportResult['results'][number];

function addImport(api: Api, context: RouteContext): void {
  api.post(
    '/projects/import',
    {
      config: { access: { right: 'manage', on: 'body' } },
      schema: {
        summary: 'Import projects: one, or a list of which each item succeeds or fails for itself',
        tags,
        querystring: importQuery,
        body: importBody,
        response: { 200: importResult, ...problems(403, 404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { items, options, alone } = readItems(request.body, request.query);
      const results: Result[] = [];
      for (const [index, item] of items.entries()) results.push(await importOne(context, request, { index, item, options, alone }));
      const count = (status: Result['status']) => results.filter((result) => result.status === status).length;
      return { created: count('created'), updated: count('updated'), skipped: count('skipped'), failed: count('failed'), results };
    },
  );
}

interface ImportOptions {
  onConflict: OnConflict;
  installationId: string | undefined;
}

function readItems(
  body: z.output<typeof importBody>,
  query: z.output<typeof importQuery>,
): { items: { name?: unknown }[]; options: ImportOptions; alone: boolean } {
  const wrapped = !Array.isArray(body) && Array.isArray((body as { projects?: unknown }).projects);
  const unknown = wrapped ? wrappedImport.safeParse(body).error : undefined;
  if (unknown) throw invalid(unknown);
  const given = wrapped ? (body as { projects: { name?: unknown }[] } & z.output<typeof importQuery>) : undefined;
  const items = given?.projects ?? (Array.isArray(body) ? body : [body as { name?: unknown }]);
  const onConflict = query.on_conflict ?? given?.on_conflict ?? 'skip';
  const alone = !wrapped && !Array.isArray(body);
  return { items, options: { onConflict, installationId: query.installation_id ?? given?.installation_id }, alone };
}

async function importOne(
  context: RouteContext,
  request: FastifyRequest,
  { index, item, options, alone }: { index: number; item: { name?: unknown }; options: ImportOptions; alone: boolean },
): Promise<Result> {
  const name = typeof item.name === 'string' ? item.name : null;
  try {
    const { status, id, secretsToSet } = await take(context, request, { item, options });
    return { index, name, status, id, error: null, secrets_to_set: secretsToSet };
  } catch (error) {
    // A body that is no project at all is a wrong request; in a list the others still count.
    if (!isRepoWatchError(error) || (alone && error.code === 'request_invalid')) throw error;
    return { index, name, status: 'failed', id: null, error: { code: error.code, message: error.message }, secrets_to_set: [] };
  }
}

/** The older export wrote its columns; fields that say nothing are left out. */
function renameOlder(item: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, created_at: _created, updated_at: _updated, last_check_at: _last, installation: _installation, ...rest } = item;
  return rest;
}

const olderAction: Record<string, string> = { action_type: 'actionType', webhook_url: 'webhookUrl', script_content: 'scriptContent' };
const ofRows = new Set(['id', 'project_id', 'created_at', 'updated_at', 'secrets', 'watch', 'version']);

function readAction(given: unknown, index: number): ActionWords {
  const fields = Object.entries((given ?? {}) as Record<string, unknown>)
    .filter(([key, value]) => !ofRows.has(key) && value !== null)
    .map(([key, value]) => [olderAction[key] ?? key, value] as const);
  const parsed = actionBody.safeParse(Object.fromEntries(fields));
  if (!parsed.success) throw invalid(parsed.error, `actions.${index}`);
  const body: ActionBody = parsed.data;
  return {
    name: body.name ?? `${body.uses ?? body.actionType} ${index + 1}`,
    enabled: body.enabled ?? true,
    definition: wholeDefinition(body),
  };
}

function invalid(error: z.ZodError, at = ''): RepoWatchError {
  const details = error.issues.flatMap((issue) => {
    const places = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    const message = issue.code === 'unrecognized_keys' ? 'is not known here.' : issue.message;
    return places.map((path) => ({ path: [at, ...path.map(String)].filter(Boolean).join('.'), message }));
  });
  return new RepoWatchError('request_invalid', details.map(({ path, message }) => `${path}: ${message}`).join('; '), { details });
}

async function take(context: RouteContext, request: FastifyRequest, { item, options }: { item: object; options: ImportOptions }) {
  const parsed = importedProject.safeParse(renameOlder(item as Record<string, unknown>));
  if (!parsed.success) throw invalid(parsed.error);
  const { data } = parsed;
  const texts = [...(data.repositories ?? []), data.repository, data.repoUrl, data.repo_url].filter((text) => text !== undefined);
  const readAll = async (named: readonly string[]) => {
    const all: Repository[] = [];
    for (const text of named) all.push(await readFollowed(context, request, text));
    return all;
  };
  const repositories = await readAll(texts);
  const leftOut = await readAll(data.left_out ?? []);
  const installationId = data.installation_id ?? repositories[0]?.installation_id ?? leftOut[0]?.installation_id ?? options.installationId;
  if (installationId === undefined)
    throw new RepoWatchError('request_invalid', 'Name a repository, or the installation that the project goes to: installation_id.');
  const what = `installation ${installationId}`;
  requireRight(request, 'manage', { resource: { installation: installationId }, what });
  found(await findInstallation(context.db, installationId), what);
  return await context.actions.projects.import(
    {
      installationId,
      words: { ...defaultWords, ...wordsOf(data) } as ProjectWords,
      repositoryIds: texts.length > 0 || data.repositories ? repositories.map(({ id }) => id) : undefined,
      leftOutIds: leftOut.map(({ id }) => id),
      actions: (data.actions ?? []).map(readAction),
      secrets: (data.secrets ?? []).map(({ name, action = null }) => ({ name, action })),
      members: data.members,
      onConflict: options.onConflict,
    },
    askedBy(request),
  );
}
