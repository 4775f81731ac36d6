import type { FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { requireRight } from '../http/access.ts';
import type { TokenGate } from '../http/auth.ts';
import { createFinder, type Thing } from '../http/find-resource.ts';
import type { Visitor } from '../http/identify.ts';
import { requireOwnPage } from '../http/own-page.ts';
import type { Resource, Right } from '../people/may-do.ts';
import { insertSession, type SessionOwner } from '../people/sessions.ts';

/** Decides who sees the page and who may change something from it. */
export interface Door {
  gate: TokenGate;
  /** Cookies travel over TLS only, when people come over TLS. */
  secure: boolean;
  /** Begins a session and answers the cookie's value. */
  open(owner: SessionOwner): Promise<string>;
  find(request: FastifyRequest): Promise<Visitor | undefined>;
  /** Whoever has signed in, or `session_over`. */
  require(request: FastifyRequest): Promise<Visitor>;
  /** Whoever sends a write from our own page; else `session_over` or `forbidden`. */
  requireWrite(request: FastifyRequest): Promise<Visitor>;
  /** Refuses a request that a page of somebody else made. */
  checkOrigin(request: FastifyRequest, lenient?: boolean): void;
  /** Asks for a right to a thing by our id, for somebody that `require` let in; `not_found` for what they may not see. */
  allow(request: FastifyRequest, right: Right, of: { thing: Thing; id: string } | Exclude<Resource, object>): Promise<void>;
}

/** Creates the door of the pages. */
export function createDoor(options: { db: Db; publicUrl?: string | undefined }, gate: TokenGate): Door {
  const finder = createFinder(options.db);
  const find: Door['find'] = async (request) => {
    const visitor = await gate.identify.bySession(request);
    request.requester = visitor?.requester;
    return visitor;
  };
  const requireSession: Door['require'] = async (request) => {
    const visitor = await find(request);
    if (visitor === undefined) throw new RepoWatchError('session_over', 'The session is over. Sign in again.');
    return visitor;
  };
  const checkOrigin: Door['checkOrigin'] = (request, lenient = false) => requireOwnPage(request, options.publicUrl, lenient);
  return {
    gate,
    secure: options.publicUrl?.startsWith('https:') === true,
    open: (owner) => insertSession(options.db, owner),
    find,
    require: requireSession,
    requireWrite: async (request) => {
      checkOrigin(request);
      return await requireSession(request);
    },
    checkOrigin,
    async allow(request, right, of) {
      if (typeof of === 'string') return requireRight(request, right, { resource: of, what: 'such thing' });
      if (request.requester?.admin === true) return undefined;
      const found = await finder(of.thing, { id: of.id });
      if (found === 'malformed' || found.resource === undefined)
        throw new RepoWatchError('not_found', `There is no ${of.thing} ${of.id}. Look at the list for what there is.`);
      return requireRight(request, right, { resource: found.resource, what: found.what });
    },
  };
}
