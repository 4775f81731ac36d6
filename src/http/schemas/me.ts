import { z } from 'zod';
import { tokenScopes } from '../../people/requester.ts';
import { idText, timestamp } from './common.ts';

/** Whoever asks, as RepoWatch knows them. */
export const meSchema = z
  .object({
    kind: z.enum(['admin', 'token', 'user']),
    login: z.string(),
    role: z.enum(['admin', 'manager', 'maintainer', 'viewer', 'nobody']).describe('The mightiest that they have anywhere'),
    scopes: z.array(z.enum(tokenScopes)),
    github: z.object({ id: idText, login: z.string(), name: z.string().nullable(), avatar_url: z.string().nullable() }).nullable(),
    token: z.object({ id: idText, name: z.string(), expires_at: timestamp.nullable() }).nullable(),
    access: z
      .object({ listed_at: timestamp.nullable(), error: z.string().nullable() })
      .nullable()
      .describe('When GitHub was asked last what this person sees; null for whoever is no person'),
    installations: z
      .array(z.object({ id: idText, account: z.string(), role: z.enum(['admin', 'manager', 'maintainer', 'viewer', 'nobody']) }))
      .describe('The first 100, by account'),
  })
  .meta({ id: 'Me' });
export type Me = z.output<typeof meSchema>;
