import { randomInt } from 'node:crypto';
import type { Db } from '../../src/db/connect.ts';
import { insertToken, type NewToken } from '../../src/people/api-tokens.ts';
import { connectGithubUser } from '../../src/people/github-users.ts';
import { tokenScopes } from '../../src/people/requester.ts';
import { replaceAccess, type ListedAccess } from '../../src/people/user-access.ts';

const free = { userId: null, installations: null, repositories: null, projects: null, expiresAt: null, createdBy: 'admin' };

/** Makes an API token and answers its text; without more it is the admin token's, with every scope and no bounds. */
export async function seedToken(db: Db, token: Partial<NewToken> = {}): Promise<string> {
  const { text } = await insertToken(db, { name: 'test', scopes: [...tokenScopes], ...free, ...token });
  return text;
}

/** Makes a person to whom GitHub shows that, and answers a token of theirs with every scope. */
export async function seedPerson(db: Db, login: string, sees: readonly ListedAccess[]): Promise<{ userId: string; token: string }> {
  const userId = await connectGithubUser(db, 'github.com', { githubId: String(randomInt(1_000_000_000)), login });
  await replaceAccess(db, userId, sees);
  return { userId, token: await seedToken(db, { userId, name: login }) };
}
