import { z } from 'zod';
import { installationStatuses, listingStates } from '../../mirror/installation-status.ts';
import { filterText, idText, countedPageQuery, timestamp } from './common.ts';

/** A person on GitHub, as an event named them. */
const personSchema = z.object({ github_id: idText.nullable(), login: z.string().nullable() });

/** The App installed on an account. */
export const installationSchema = z
  .object({
    id: idText,
    github_id: idText,
    status: z.enum(installationStatuses).describe('What it is now; follows from the facts beside it'),
    reason: z.string().describe('Why, in a sentence'),
    link: z.string().describe('Where a person mends it, or looks'),
    state: z.enum(listingStates).describe('How far the listing of its repositories has come'),
    origin: z.enum(['repowatch', 'github']).describe('Where it was begun'),
    installed: z.boolean(),
    user_id: idText.nullable().describe('The person here who asked for it or installed it'),
    sender: personSchema.nullable().describe('Who installed it on GitHub'),
    requester: personSchema.nullable().describe('The member who had asked, when an owner approved'),
    account: z.object({
      id: idText,
      github_id: idText,
      login: z.string(),
      type: z.enum(['User', 'Organization', 'Enterprise']),
      avatar_url: z.string().nullable(),
    }),
    host: z.string(),
    app_slug: z.string().nullable(),
    html_url: z.string().nullable().describe('Its settings on GitHub'),
    project_id: idText.nullable().describe('The project that it belongs to'),
    enabled: z.boolean().describe('False: switched off here, its deliveries are ignored'),
    allowed: z.boolean().describe('False: its account is not in ALLOWED_ACCOUNTS'),
    active: z.boolean().describe('Whether RepoWatch acts on what happens in its repositories'),
    repository_selection: z.enum(['all', 'selected']),
    permissions: z.record(z.string(), z.unknown()),
    pending_permissions: z.array(z.string()).describe('What the App asks for and its owner has not approved'),
    events: z.array(z.string()),
    repositories: z.object({ tracked: z.number().int(), removed: z.number().int() }),
    installed_at: timestamp.nullable(),
    suspended_at: timestamp.nullable(),
    deleted_at: timestamp.nullable(),
    purged_at: timestamp.nullable().describe('When what was kept of it was deleted for good'),
    list_started_at: timestamp.nullable(),
    listed_at: timestamp.nullable(),
    list_error: z.string().nullable(),
    list_code: z.string().nullable(),
    list_due_at: timestamp.nullable().describe('When a listing that failed is tried again'),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Installation' });

export type Installation = z.output<typeof installationSchema>;

/** The filters of the list of installations. */
export const installationQuery = z.strictObject({
  status: z.enum(installationStatuses).optional(),
  account: filterText(100).optional().describe('The login of the account, or its number on GitHub'),
  user_id: idText.optional().describe('The person here who asked for it or installed it'),
  ...countedPageQuery,
});
export type InstallationQuery = z.output<typeof installationQuery>;

/** What can be switched at an installation. */
export const installationChange = z
  .strictObject({
    enabled: z.boolean().optional(),
    project_id: idText.nullable().optional().describe('The project in it that it belongs to; null for none'),
  })
  .refine((body) => Object.keys(body).length > 0, 'must change something');

/** How much was deleted for good. */
export const purgedSchema = z.object({
  repositories: z.number().int(),
  changes: z.number().int(),
  runs: z.number().int(),
  deliveries: z.number().int(),
  secrets: z.number().int(),
});
