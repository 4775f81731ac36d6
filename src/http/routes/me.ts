import { z } from 'zod';
import { RepoWatchError } from '../../core/errors.ts';
import { mayDo, roleOf } from '../../people/may-do.ts';
import { deleteSessionsOf } from '../../people/sessions.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { readMe } from '../read/me.ts';
import { listRepositories } from '../read/repositories.ts';
import { findRepositoryPlace } from '../read/repository-place.ts';
import { requesterOf } from '../requester.ts';
import { pageOf, repositoryParams } from '../schemas/common.ts';
import { meSchema } from '../schemas/me.ts';
import { problems } from '../schemas/problem.ts';
import { repositoryQuery, repositorySchema } from '../schemas/repository.ts';

const tags = ['people'];
const role = z.enum(['admin', 'manager', 'maintainer', 'viewer', 'nobody']);

/** Whoever asks: who they are, what they see, what they may do, and ending their sessions. */
export function addMeRoutes(api: Api, { db, people }: RouteContext): void {
  api.get(
    '/me',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: { summary: 'Say who asks, and what they may see', tags, response: { 200: meSchema, ...problems() } },
    },
    async (request) => await readMe(db, requesterOf(request)),
  );
  api.get(
    '/me/repos',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List the repositories that whoever asks may see, with their role in each',
        tags,
        querystring: repositoryQuery,
        response: { 200: pageOf(repositorySchema.extend({ role })), ...problems(422) },
      },
    },
    async (request, reply) => {
      const requester = requesterOf(request);
      const page = await listRepositories(db, request.query, requester);
      const roleIn = (id: string, installation: string) => roleOf(requester, { installation, repository: id });
      const data = page.data.map((each) => ({ ...each, role: roleIn(each.id, each.installation_id) }));
      return withLink(request, reply, { ...page, data });
    },
  );
  addSignOut(api, db);
  addDisconnect(api, people);
  api.get(
    '/repos/:owner/:name/can-sync',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'Say whether whoever asks may have a repository compared with GitHub',
        tags,
        params: repositoryParams,
        response: { 200: z.object({ can_sync: z.boolean(), role }), ...problems(404, 422) },
      },
    },
    async (request) => {
      const { owner, name } = request.params;
      const place = found(await findRepositoryPlace(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      const resource = { installation: place.installationId, repository: place.id };
      const requester = requesterOf(request);
      return { can_sync: mayDo(requester, 'write', resource) === 'allowed', role: roleOf(requester, resource) };
    },
  );
}

function addSignOut(api: Api, db: RouteContext['db']): void {
  api.delete(
    '/me/sessions',
    {
      config: { access: { right: 'write', on: 'anything' } },
      schema: {
        summary: 'Sign out everywhere: end every session of whoever asks',
        tags,
        response: { 200: z.object({ ended: z.number().int() }), ...problems() },
      },
    },
    async (request) => {
      const { kind, userId, login } = requesterOf(request);
      // A token that nobody owns has no sessions; those of the admin token are not its own.
      if (kind === 'token' && userId === null) return { ended: 0 };
      const ended = await deleteSessionsOf(db, userId);
      const target = { kind: 'user', id: userId, name: login };
      await auditRequest(db, request, { action: 'sessions.ended', target, installationId: null, after: { ended } });
      return { ended };
    },
  );
}

function addDisconnect(api: Api, people: RouteContext['people']): void {
  api.delete(
    '/me/github',
    {
      config: { access: { right: 'write', on: 'anything' } },
      schema: {
        summary: 'Disconnect from GitHub: end what GitHub gave for whoever asks, with their sessions and API tokens',
        tags,
        response: {
          200: z.object({
            disconnected: z.literal(true),
            told_github: z.boolean().describe('False: GitHub could not be told to forget it as well'),
          }),
          ...problems(404, 409),
        },
      },
    },
    async (request) => {
      const by = requesterOf(request);
      const { kind, userId, githubId, login } = by;
      // A token that somebody found must not lock its owner out.
      if (kind === 'token')
        throw new RepoWatchError('conflict', 'A token cannot disconnect its owner. Sign in to this server in a browser.');
      if (userId === null || githubId === null)
        throw new RepoWatchError('conflict', 'You signed in with the admin token, which is connected with nobody on GitHub.');
      if (people?.signIn === undefined)
        throw new RepoWatchError('sign_in_off', 'Signing in with GitHub is not set up here: CLIENT_ID and CLIENT_SECRET are missing.');
      const { toldGitHub } = await people.signIn.disconnect({ user: { userId, githubId, login }, by, requestId: request.id });
      return { disconnected: true as const, told_github: toldGitHub };
    },
  );
}
