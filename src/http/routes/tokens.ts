import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RepoWatchError } from '../../core/errors.ts';
import { transaction } from '../../db/transaction.ts';
import { insertToken, revokeToken, type NewToken } from '../../people/api-tokens.ts';
import type { Requester } from '../../people/requester.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { findRepositoryPlace } from '../read/repository-place.ts';
import { findTokenItem, listTokens } from '../read/tokens.ts';
import { requesterOf } from '../requester.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { newTokenSchema, tokenBody, tokenQuery, tokenSchema, type TokenBody } from '../schemas/token.ts';

const tags = ['people'];

/** API tokens: made, listed without their texts, and taken back. */
export function addTokenRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  api.get(
    '/tokens',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: {
        summary: 'List API tokens, newest first: your own, or all for an administrator',
        tags,
        querystring: tokenQuery,
        response: { 200: pageOf(tokenSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listTokens(db, request.query, requesterOf(request))),
  );
  addTokenCreation(api, context);
  api.get(
    '/tokens/:id',
    {
      config: { access: { right: 'read', on: 'anything' } },
      schema: {
        summary: 'Read what is told of an API token; never its text',
        tags,
        params: idParams,
        response: { 200: tokenSchema, ...problems(404) },
      },
    },
    async (request) => {
      const { id } = request.params;
      return found(await findTokenItem(db, id, requesterOf(request)), `token ${id}`);
    },
  );
  api.delete(
    '/tokens/:id',
    {
      config: { access: { right: 'manage', on: 'anything' } },
      schema: {
        summary: 'Take an API token back: it ends at once',
        tags,
        params: idParams,
        response: { 204: z.null().describe('It is worth nothing any more'), ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const token = found(await findTokenItem(db, id, requesterOf(request)), `token ${id}`);
      await transaction(db, async (trx) => {
        if (!(await revokeToken(trx, id))) throw new RepoWatchError('conflict', `The token "${token.name}" was revoked before.`);
        await auditRequest(trx, request, {
          action: 'token.revoked',
          target: { kind: 'token', id, name: token.name },
          installationId: null,
        });
      });
      return reply.code(204).send(null);
    },
  );
}

function addTokenCreation(api: Api, { db }: RouteContext): void {
  api.post(
    '/tokens',
    {
      config: { access: { right: 'manage', on: 'anything' } },
      schema: {
        summary: 'Make an API token; its text is in this answer and nowhere else',
        tags,
        body: tokenBody,
        response: { 201: newTokenSchema, ...problems(404, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      if (body.expires_at && Date.parse(body.expires_at) <= Date.now())
        throw new RepoWatchError('request_invalid', 'expires_at must lie in the future.', {
          details: [{ path: 'expires_at', message: 'must lie in the future' }],
        });
      const requester = requesterOf(request);
      const repositories = await readRepositories(db, request, body.repositories);
      for (const id of body.installations ?? [])
        requireRight(request, 'read', { resource: { installation: id }, what: `installation ${id}` });
      for (const id of body.projects ?? [])
        requireRight(request, 'read', { resource: { installation: null, project: id }, what: `project ${id}` });
      const token = toToken(requester, body, repositories);
      const { id, text } = await transaction(db, async (trx) => {
        const made = await insertToken(trx, { ...token, parentId: requester.kind === 'token' ? requester.id : null });
        const { name, scopes, installations, projects, expiresAt } = token;
        await auditRequest(trx, request, {
          action: 'token.created',
          target: { kind: 'token', id: made.id, name },
          installationId: null,
          after: { name, scopes, installations, repositories: body.repositories ?? null, projects, expires_at: expiresAt },
        });
        return made;
      });
      // Somebody whose own token is restricted makes one that they do not see in their list, so it is read as what it is: theirs.
      const item = found(await findTokenItem(db, id, { ...requester, admin: true }), `token ${id}`);
      return reply
        .code(201)
        .header('location', `/api/tokens/${id}`)
        .send({ ...item, token: text });
    },
  );
}

async function readRepositories(db: RouteContext['db'], request: FastifyRequest, names: string[] | undefined): Promise<string[] | null> {
  if (names === undefined) return null;
  const ids: string[] = [];
  for (const fullName of names) {
    const what = `repository ${fullName}`;
    const { id, installationId } = found(await findRepositoryPlace(db, fullName), what);
    requireRight(request, 'read', { resource: { installation: installationId, repository: id }, what });
    ids.push(id);
  }
  return ids;
}

/** The token that is asked for, never more than whoever asks has: no other scopes, and no wider restriction. */
function toToken(requester: Requester, body: TokenBody, repositories: string[] | null): NewToken {
  const missing = body.scopes.filter((scope) => !requester.scopes.includes(scope));
  if (missing.length > 0)
    throw new RepoWatchError(
      'scope_missing',
      `A token cannot give what it does not have: ${missing.join(', ')}. Leave it out, or use another token.`,
    );
  const { kind, sight, userId, login } = requester;
  const isFree = body.installations === undefined && repositories === null && body.projects === undefined;
  // A token inherits the bounds of the one that makes it; a person's and an administrator's follow what they may see at each time.
  const inherits = isFree && kind === 'token' && !requester.admin && sight.installations !== 'all';
  return {
    userId,
    name: body.name,
    scopes: [...new Set(body.scopes)],
    installations: inherits && sight.installations !== 'all' ? [...sight.installations] : (body.installations ?? null),
    repositories: inherits ? [...sight.repositories] : repositories,
    projects: inherits ? [...sight.projects] : (body.projects ?? null),
    expiresAt: body.expires_at ? new Date(body.expires_at) : null,
    createdBy: login,
  };
}
