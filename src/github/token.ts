import { createHash } from 'node:crypto';

/** A token that GitHub gave an installation. The text goes into one header and nowhere else: not into logs, errors or pages. */
export interface Token {
  text: string;
  /** Names the token without telling it. */
  fingerprint: string;
  mintedAt: Date;
  expiresAt: Date;
}

/** What a token is narrowed to; without both it is the whole token of the installation. */
export interface TokenScope {
  /** Ids of repositories on GitHub, at most 500 (handbook B15). */
  repositoryIds?: readonly number[];
  permissions?: Readonly<Record<string, 'read' | 'write'>>;
}

/** The end of a token's life in which another is made although it still works, in milliseconds. */
const renewalMs = 5 * 60_000;
/** A token this close to its end is not used any more: the request could arrive too late. Milliseconds. */
const lastUseMs = 30_000;

/** Names a token by what it is, in 96 bits of a hash of 160 or more random ones: nothing of the token comes back out of it. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** One text per scope, whatever order it was written in; `''` for the whole token. */
export function scopeKey(scope: TokenScope = {}): string {
  const repositories = [...(scope.repositoryIds ?? [])].sort((a, b) => a - b);
  const permissions = Object.entries(scope.permissions ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return repositories.length + permissions.length === 0 ? '' : JSON.stringify([repositories, permissions]);
}

/** `fresh` to use, `ending` to use while another is made, `over` to use no more. */
export function judgeToken(token: Pick<Token, 'expiresAt'>, now: Date): 'fresh' | 'ending' | 'over' {
  const left = token.expiresAt.getTime() - now.getTime();
  return left > renewalMs ? 'fresh' : left > lastUseMs ? 'ending' : 'over';
}
