import { z } from 'zod';
import { tokenScopes } from '../../people/requester.ts';
import { filterText, idText, countedPageQuery, repositoryName, timestamp } from './common.ts';

/** An API token as it is shown: nothing of it tells its text. */
export const tokenSchema = z
  .object({
    id: idText,
    name: z.string(),
    hint: z.string().describe('How it begins, to tell it from others'),
    scopes: z.array(z.enum(tokenScopes)),
    installations: z
      .array(idText)
      .nullable()
      .describe('It sees these installations, and `repositories` and `projects`; all three null: whatever its owner sees'),
    repositories: z.array(z.string()).nullable(),
    projects: z.array(idText).nullable(),
    owner: z.string().nullable().describe('The person on GitHub whose it is; null for one that the admin token or one of its tokens made'),
    created_by: z.string(),
    status: z.enum(['active', 'expired', 'revoked']),
    created_at: timestamp,
    expires_at: timestamp.nullable(),
    last_used_at: timestamp.nullable().describe('To the minute'),
    revoked_at: timestamp.nullable(),
  })
  .meta({ id: 'Token' });

export type Token = z.output<typeof tokenSchema>;

/** A token just made: the only answer that ever has its text. */
export const newTokenSchema = tokenSchema
  .extend({ token: z.string().describe('The token. It is shown this once') })
  .meta({ id: 'NewToken' });

/** The filters of the list of tokens. */
export const tokenQuery = z.strictObject({ status: z.enum(['active', 'expired', 'revoked']).optional(), ...countedPageQuery });
export type TokenQuery = z.output<typeof tokenQuery>;

const ids = z.array(idText).min(1).max(100);

/** What makes a token. */
export const tokenBody = z
  .strictObject({
    name: filterText(100).describe('What it is for'),
    scopes: z.array(z.enum(tokenScopes)).min(1).max(3).default(['read']).describe('admin brings write, and write brings read'),
    expires_at: timestamp.nullish().describe('Without it, it does not expire; never later than the token that makes it'),
    installations: ids.optional().describe('Restricts it to these, and to `repositories` and `projects`'),
    repositories: z.array(repositoryName).min(1).max(100).optional(),
    projects: ids.optional(),
  })
  .meta({ examples: [{ name: 'nightly report', scopes: ['read'], expires_at: '2030-01-01T00:00:00Z' }] });
export type TokenBody = z.output<typeof tokenBody>;
