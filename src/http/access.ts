import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isRepoWatchError, RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { mayDo, scopeOf, type Resource, type Right } from '../people/may-do.ts';
import type { TokenGate } from './auth.ts';
import { createFinder, type Thing } from './find-resource.ts';
import { requesterOf } from './requester.ts';

/**
 * What a route declares about who may use it. `public`: anybody, without a token. `page`: web/door.ts judges it, by the session of a
 * person. Else a right, and what it is for:
 * - `anything`: the answer says nothing of anybody, or only of whoever asks;
 * - `everything`: it spans the whole server;
 * - `list`: the answer holds only rows that `visibleTo` lets through;
 * - `body`: query or body name what it is for, and the handler asks `requireRight` for it;
 * - a thing of find-resource.ts, which the parameters of the path name. Whoever does not see it is told that there is none.
 */
export type Access = 'public' | 'page' | { right: Right; on: 'anything' | 'everything' | 'list' | 'body' | Thing };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

/** How often is looked whether somebody who reads a stream may still do so. Milliseconds. */
const recheckMs = 15_000;

/** A route that declares nothing is for administrators: forgetting it must not open a door. */
const undeclared: Access = { right: 'administer', on: 'everything' };

/** The declaration of the route of a request. */
function accessOf(request: FastifyRequest): Access {
  return request.routeOptions.config.access ?? undeclared;
}

/** Refuses a token without the scope that the right takes. Throws `scope_missing`. */
function requireScope(request: FastifyRequest, right: Right): void {
  const scope = scopeOf(right);
  if (requesterOf(request).scopes.includes(scope)) return;
  throw new RepoWatchError('scope_missing', `This takes a token with the scope ${scope}. Make one with it, or ask an administrator.`);
}

/**
 * Refuses whoever has no such right: `not_found` for what they may not even see, worded as for what does not exist, else `forbidden`.
 * For routes that declare `on: 'body'`, and for everything else that a handler reaches beside what its path names.
 */
export function requireRight(request: FastifyRequest, right: Right, on: { resource: Resource; what: string }): void {
  const verdict = mayDo(requesterOf(request), right, on.resource);
  if (verdict === 'allowed') return;
  if (verdict === 'unseen') throw new RepoWatchError('not_found', `There is no ${on.what}. Look at the list for what there is.`);
  if (verdict === 'scope_missing') return requireScope(request, right);
  throw new RepoWatchError('forbidden', forbidden[right]);
}

const forbidden: Record<Right, string> = {
  read: 'This tells of the whole server. Ask an administrator, or use a token that sees every installation.',
  write: 'You may look at this and not change it. It takes the role admin or maintain in the repository on GitHub, or a manager.',
  manage: 'You do not manage this. Ask an owner of the account on GitHub, or an administrator of this server.',
  administer: 'This is for administrators of this server. Ask one, or use a token with the scope admin that is not restricted.',
};

/**
 * Adds the guard to everything below: the gate says who asks, and each request is judged by what its route declares, before its
 * body is looked at. On the folder, not on its paths: however an address is spelled, what is routed here has passed it.
 */
export function addAccessGuard(app: FastifyInstance, { db, gate }: { db: Db; gate: TokenGate }): void {
  const find = createFinder(db);
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const access = accessOf(request);
    if (access === 'public' || access === 'page') return;
    await gate.requireToken(request, reply);
    if (!request.is404) requireScope(request, access.right);
  });
  const judge = async (request: FastifyRequest): Promise<void> => {
    const access = accessOf(request);
    if (access === 'public' || access === 'page' || access.on === 'list' || access.on === 'body') return;
    const { right, on } = access;
    if (on === 'anything' || on === 'everything') return requireRight(request, right, { resource: on, what: 'such thing' });
    // Whoever sees everything is told by the handler itself what there is not.
    if (requesterOf(request).admin) return;
    const found = await find(on, request.params as Record<string, string>);
    if (found === 'malformed') return;
    if (found.resource === undefined)
      throw new RepoWatchError('not_found', `There is no ${found.what}. Look at the list for what there is.`);
    requireRight(request, right, { resource: found.resource, what: found.what });
  };
  app.addHook('preValidation', async (request: FastifyRequest, reply: FastifyReply) => {
    await judge(request);
    if (request.routeOptions.config.stream === true) endWithRight(reply, { gate, judge });
  });
}

/** Ends a stream when whoever reads it may do so no more: signed out, taken back, or without the role. */
function endWithRight(reply: FastifyReply, { gate, judge }: { gate: TokenGate; judge: (request: FastifyRequest) => Promise<void> }): void {
  const { raw, request } = reply;
  const look = async () => {
    request.requester = await gate.recheck(request);
    await judge(request);
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      // A database that is away for a moment ends no stream.
      if (isRepoWatchError(error)) raw.end();
    });
  }, recheckMs).unref();
  raw.once('close', () => clearInterval(timer));
}
