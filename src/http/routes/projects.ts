import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RepoWatchError } from '../../core/errors.ts';
import { mayDo } from '../../people/may-do.ts';
import { listFollowed, type ProjectWords } from '../../projects/projects.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findInstallation } from '../read/installations.ts';
import { findProjectItem, listProjects } from '../read/projects.ts';
import { findRepository } from '../read/repositories.ts';
import { findRepositoryNameById } from '../read/repository-place.ts';
import { requesterOf } from '../requester.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import {
  editHeaders,
  followed,
  followParams,
  projectBody,
  projectPatch,
  projectQuery,
  projectReplacement,
  projectSchema,
  removedProject,
  type ProjectItem,
  type ProjectPatch,
} from '../schemas/project.ts';
import type { Repository } from '../schemas/repository.ts';
import { versionTag, wantedVersion } from '../version-tag.ts';

const tags = ['projects'];

/** Who asks, for the audit log. */
export const askedBy = (request: FastifyRequest) => ({ by: requesterOf(request), requestId: request.id });

/** A project as whoever asks sees it. Throws `not_found`. */
export async function readProject({ db }: RouteContext, request: FastifyRequest, id: string): Promise<ProjectItem> {
  return found(await findProjectItem(db, id, requesterOf(request)), `project ${id}`);
}

/** Projects: groups of repositories with what is done for them. */
export function addProjectRoutes(api: Api, context: RouteContext): void {
  addReads(api, context);
  addCreation(api, context);
  addEdits(api, context);
  addRemoval(api, context);
  addFollowing(api, context);
}

function send(reply: FastifyReply, project: ProjectItem): ProjectItem {
  void reply.header('etag', versionTag(project));
  return project;
}

function addReads(api: Api, context: RouteContext): void {
  api.get(
    '/projects',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List projects, newest first',
        tags,
        querystring: projectQuery,
        response: { 200: pageOf(projectSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listProjects(context.db, request.query, requesterOf(request))),
  );
  api.get(
    '/projects/:id',
    {
      config: { access: { right: 'read', on: 'project' } },
      schema: { summary: 'Read a project', tags, params: idParams, response: { 200: projectSchema, ...problems(404) } },
    },
    async (request, reply) => send(reply, await readProject(context, request, request.params.id)),
  );
}

/** The repository that a text names, for somebody who may have it followed: what a project does with it needs the right to change it. */
export async function readFollowed(context: RouteContext, request: FastifyRequest, text: string): Promise<Repository> {
  const fullName = unwrap(context.actions.projects.readAddress(text));
  const what = `repository ${fullName}`;
  const repository = found(await findRepository(context.db, fullName), what);
  requireRight(request, 'write', { resource: { installation: repository.installation_id, repository: repository.id }, what });
  return repository;
}

type Named = Pick<ProjectPatch, 'repository' | 'repoUrl' | 'repositories' | 'repository_id'>;

/** The repositories that a body names in one of its ways; undefined when it names none. */
async function readNamed(context: RouteContext, request: FastifyRequest, body: Named): Promise<Repository[] | undefined> {
  const { repository, repoUrl, repositories, repository_id: id } = body;
  if ([repository, repoUrl, repositories, id].every((value) => value === undefined)) return undefined;
  const byId = id === undefined ? undefined : found(await findRepositoryNameById(context.db, id), `repository ${id}`);
  const texts = [byId, repository, repoUrl, ...(repositories ?? [])].filter((text) => text !== undefined);
  const all: Repository[] = [];
  for (const text of texts) all.push(await readFollowed(context, request, text));
  return all.filter((one, index) => all.findIndex(({ id: other }) => other === one.id) === index);
}

/** What a body says, under the names of the rest of the code; what it leaves out is left out. */
export function wordsOf(body: Omit<ProjectPatch, keyof Named>): Partial<ProjectWords> {
  const { name, branches, enabled, follow } = body;
  const checkInterval = body.check_interval ?? body.checkInterval;
  const words = { name, enabled, follow, checkInterval, branches: branches && [...new Set(branches)] };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

/** What a project is when nobody says. */
export const defaultWords = { enabled: true, checkInterval: 5, follow: 'selected' } as const;

function addCreation(api: Api, context: RouteContext): void {
  api.post(
    '/projects',
    {
      config: { access: { right: 'manage', on: 'body' } },
      schema: {
        summary: 'Make a project that follows a repository',
        tags,
        body: projectBody,
        response: { 201: projectSchema, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const repositories = (await readNamed(context, request, body)) ?? [];
      const installationId = body.installation_id ?? repositories[0]?.installation_id;
      if (installationId === undefined)
        throw new RepoWatchError('request_invalid', 'Name a repository, or the installation that the project lies in.', {
          details: [{ path: 'repository', message: 'is missing' }],
        });
      const what = `installation ${installationId}`;
      requireRight(request, 'manage', { resource: { installation: installationId }, what });
      found(await findInstallation(context.db, installationId), what);
      const words = { ...defaultWords, ...wordsOf(body) } as ProjectWords;
      const repositoryIds = repositories.map(({ id }) => id);
      const id = await context.actions.projects.create({ installationId, words, repositoryIds }, askedBy(request));
      void reply.code(201).header('location', `/api/projects/${id}`);
      return send(reply, await readProject(context, request, id));
    },
  );
}

/** Following all is following each of them: beyond what the managers of one project may. Throws `forbidden`. */
async function requireAll(
  context: RouteContext,
  request: FastifyRequest,
  { id, follow }: { id: string; follow: ProjectWords['follow'] | undefined },
): Promise<void> {
  if (follow !== 'all') return;
  const project = await readProject(context, request, id);
  const resource = { installation: project.installation_id };
  if (project.follow === 'all' || mayDo(requesterOf(request), 'manage', resource) === 'allowed') return;
  throw new RepoWatchError('forbidden', 'Following all repositories takes an owner of the account on GitHub. Name those that you mean.');
}

/** The repository that is to be followed no more, for somebody who sees it or sees it in the project. Throws `not_found`. */
async function readUnfollowed(context: RouteContext, request: FastifyRequest, wish: { project: ProjectItem; fullName: string }) {
  const { project, fullName } = wish;
  const what = `repository ${fullName}`;
  const repository = found(await findRepository(context.db, fullName), what);
  if (repository.installation_id !== project.installation_id) found(undefined, what);
  if ((await listFollowed(context.db, project.id)).some(({ id }) => id === repository.id)) return repository;
  requireRight(request, 'read', { resource: { installation: repository.installation_id, repository: repository.id }, what });
  return repository;
}

function addEdits(api: Api, context: RouteContext): void {
  const edit = async (request: FastifyRequest, update: { id: string; body: ProjectPatch; before: Partial<ProjectWords> }) => {
    const { id, body, before } = update;
    const repositoryIds = (await readNamed(context, request, body))?.map((repository) => repository.id);
    const words = { ...before, ...wordsOf(body) };
    await requireAll(context, request, { id, follow: words.follow });
    const place = { id, ifVersion: wantedVersion(id, request.headers['if-match']), asked: askedBy(request) };
    await context.actions.projects.change(place, { words, repositoryIds });
    return await readProject(context, request, id);
  };
  const responses = { 200: projectSchema, ...problems(403, 404, 409, 412, 413, 415, 422) };
  const config = { access: { right: 'manage', on: 'project' }, edits: 'own' } as const;
  api.put(
    '/projects/:id',
    {
      config,
      schema: {
        summary: 'Replace what a project says; its actions stay, and what is known of its branches',
        tags,
        params: idParams,
        headers: editHeaders,
        body: projectReplacement,
        response: responses,
      },
    },
    async (request, reply) => send(reply, await edit(request, { id: request.params.id, body: request.body, before: defaultWords })),
  );
  api.patch(
    '/projects/:id',
    {
      config,
      schema: {
        summary: 'Change a project, or switch it off and on',
        tags,
        params: idParams,
        headers: editHeaders,
        body: projectPatch,
        response: responses,
      },
    },
    async (request, reply) => send(reply, await edit(request, { id: request.params.id, body: request.body, before: {} })),
  );
}

function addRemoval(api: Api, context: RouteContext): void {
  api.delete(
    '/projects/:id',
    {
      config: { access: { right: 'manage', on: 'project' }, edits: 'own' },
      schema: {
        summary: 'Delete a project with its actions, secrets, parameters and members; repositories, changes and runs stay',
        tags,
        params: idParams,
        headers: editHeaders,
        response: { 200: z.object({ id: z.string(), removed: removedProject }), ...problems(403, 404, 412) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const removed = await context.actions.projects.remove({
        id,
        ifVersion: wantedVersion(id, request.headers['if-match']),
        asked: askedBy(request),
      });
      return { id, removed };
    },
  );
}

function addFollowing(api: Api, context: RouteContext): void {
  for (const following of [true, false]) {
    api.route({
      method: following ? 'PUT' : 'DELETE',
      url: '/projects/:id/repositories/:owner/:name',
      config: { access: { right: 'manage', on: 'project' }, edits: 'own' },
      schema: {
        summary: following
          ? 'Let a project follow a repository'
          : 'Let a project follow a repository no more: its actions end there at once',
        tags,
        params: followParams,
        response: { 200: followed, ...problems(403, 404, 422) },
      },
      handler: async (request) => {
        const { id, owner, name } = request.params;
        const project = await readProject(context, request, id);
        const repository = following
          ? await readFollowed(context, request, `${owner}/${name}`)
          : await readUnfollowed(context, request, { project, fullName: `${owner}/${name}` });
        const changed = await context.actions.projects.follow({ id, asked: askedBy(request) }, { repositoryId: repository.id, following });
        return { project_id: id, repository: repository.full_name, following, changed };
      },
    });
  }
}
