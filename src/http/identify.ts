import type { FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { findToken, noteTokenUse, type ApiToken } from '../people/api-tokens.ts';
import { findUser, type KnownUser } from '../people/github-users.ts';
import { narrowHoldings, spread, type Holdings, type Restriction } from '../people/holdings.ts';
import { adminRequester, tokenScopes, type Requester, type TokenScope } from '../people/requester.ts';
import { findSession, type Session } from '../people/sessions.ts';
import { isTokenText } from '../people/token-text.ts';
import { readHoldings } from '../people/user-access.ts';
import { readRestriction } from './read/restrictions.ts';

/** What telling people apart needs. */
export interface IdentifyOptions {
  db: Db;
  adminToken: string;
  isAdminUser(user: { githubId: string; login: string }): boolean;
  /** Has GitHub asked again what a person sees, when its last word is old; never throws. */
  refreshAccess(user: KnownUser): Promise<void>;
}

/** Somebody who came with a session. */
export interface Visitor {
  session: Session;
  requester: Requester;
}

/** Says who somebody is, by a token's text or a session's cookie. */
export interface Identify {
  /** Undefined for a text that is no token's. Throws `token_malformed`, `token_revoked` or `token_expired`. */
  byToken(text: string): Promise<Requester | undefined>;
  bySession(request: FastifyRequest): Promise<Visitor | undefined>;
}

/** The name of the cookie that holds a session. */
export const sessionCookie = 'repowatch_session';

/** The value of a cookie of a request. */
export function findCookie(request: FastifyRequest, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Creates what tells people apart. Nothing is remembered between requests: what is taken back ends at once. */
export function createIdentify(options: IdentifyOptions): Identify {
  const { db } = options;
  return {
    async byToken(text) {
      if (!isTokenText(text))
        throw new RepoWatchError('token_malformed', 'The token has a typing error: its last characters do not fit the rest.');
      const token = await findToken(db, text);
      if (token === undefined) return undefined;
      if (token.revokedAt !== null) throw new RepoWatchError('token_revoked', `The token "${token.name}" was revoked. Make another one.`);
      if (token.expiresAt !== null && token.expiresAt <= new Date())
        throw new RepoWatchError('token_expired', `The token "${token.name}" has expired. Make another one.`);
      if (token.isUseNew) await noteTokenUse(db, token.id);
      return await requesterOfToken(options, token);
    },
    async bySession(request) {
      const value = findCookie(request, sessionCookie);
      const session = value === undefined ? undefined : await findSession(db, value, options.adminToken);
      if (session === undefined) return undefined;
      if (session.userId === null) return { session, requester: adminRequester };
      const person = await readPerson(options, session.userId);
      if (person === undefined) return undefined;
      const { user, admin, holdings } = person;
      const { login, githubId } = user;
      const who = { kind: 'user', id: user.id, userId: user.id, githubId, login, scopes: tokenScopes, admin } as const;
      return { session, requester: { ...who, ...spread(holdings) } };
    },
  };
}

const everything: Holdings = { installations: 'all', repositories: [], projects: [] };

/** A person with everything they may see now; undefined once they took back on GitHub that RepoWatch may know them. */
async function readPerson(
  options: IdentifyOptions,
  userId: string,
): Promise<{ user: KnownUser; admin: boolean; holdings: Holdings } | undefined> {
  const user = await findUser(options.db, userId);
  if (user === undefined || user.revokedAt !== null) return undefined;
  if (options.isAdminUser(user)) return { user, admin: true, holdings: everything };
  await options.refreshAccess(user);
  return { user, admin: false, holdings: await readHoldings(options.db, userId) };
}

async function requesterOfToken(options: IdentifyOptions, token: ApiToken): Promise<Requester | undefined> {
  const person = token.userId === null ? undefined : await readPerson(options, token.userId);
  if (token.userId !== null && person === undefined)
    throw new RepoWatchError('token_revoked', `The owner of the token "${token.name}" took back on GitHub that RepoWatch may know them.`);
  const restriction = await restrictionOf(options.db, token);
  const held = person?.holdings ?? everything;
  return {
    kind: 'token',
    id: token.id,
    userId: token.userId,
    githubId: person?.user.githubId ?? null,
    login: person?.user.login ?? `token:${token.name}`,
    scopes: withLesser(token.scopes),
    admin: restriction === undefined && token.scopes.includes('admin') && (person?.admin ?? true),
    ...spread(restriction === undefined ? held : narrowHoldings(held, restriction)),
  };
}

/** A scope brings those below it. */
function withLesser(scopes: readonly TokenScope[]): TokenScope[] {
  const highest = Math.max(...scopes.map((scope) => tokenScopes.indexOf(scope)));
  return tokenScopes.slice(0, highest + 1);
}

async function restrictionOf(db: Db, { installations, repositories, projects }: ApiToken): Promise<Restriction | undefined> {
  if (installations === null && repositories === null && projects === null) return undefined;
  return await readRestriction(db, { installations: installations ?? [], repositories: repositories ?? [], projects: projects ?? [] });
}
