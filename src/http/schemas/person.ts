import { z } from 'zod';
import { filterText, idText, countedPageQuery, timestamp } from './common.ts';

/** Who somebody on GitHub is elsewhere. */
export const personSchema = z
  .object({
    id: idText,
    installation_id: idText,
    github_login: z.string(),
    github_id: idText.nullable().describe('Their number, when RepoWatch has met them'),
    email: z.string().nullable(),
    jira_account_id: z.string().nullable(),
    slack_id: z.string().nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Person' });
export type Person = z.output<typeof personSchema>;

/** In which installation; it may be left out by whoever sees only one. */
export const personScope = { installation: idText.optional().describe('Our id of the installation; may be left out where there is one') };

/** The filters of the people map. */
export const personQuery = z.strictObject({
  ...personScope,
  q: filterText(200).optional().describe('Part of a login or an address'),
  ...countedPageQuery,
});
export type PersonQuery = z.output<typeof personQuery>;

/** The parameter that names a person: their login on GitHub, or their e-mail address. */
export const personParams = z.strictObject({ person: filterText(254) });

const githubLogin = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})(?:\[bot\])?$/, 'must be a login on GitHub');
const email = z.email().max(254);
const account = (name: string, pattern: RegExp) => z.string().regex(pattern, `must be the id of ${name}`);

/** What is written of a person; what is left out stays as it is. */
export const personBody = z.strictObject({
  github_login: githubLogin.optional().describe('Needed for a person who is new and named by an address'),
  email: email.nullish(),
  jira_account_id: account('an account in Jira', /^[\w:.@-]{1,200}$/).nullish(),
  slack_id: account('a person in Slack, such as U012AB3CD', /^[UW][A-Z0-9]{2,30}$/).nullish(),
});
export type PersonBody = z.output<typeof personBody>;

export const loginSchema = githubLogin;
export const emailSchema = email;

/** What filling in from commits came to. */
export const lookupResult = z.object({
  updated: z.number().int(),
  skipped: z.number().int().describe('Known already, or without a login'),
  errors: z.array(z.object({ email: z.string(), message: z.string() })),
});
