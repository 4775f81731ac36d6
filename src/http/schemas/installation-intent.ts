import { z } from 'zod';
import { filterText, idText, countedPageQuery, timestamp } from './common.ts';

/** What an intent is now; `requested` waits for an owner's approval on GitHub. */
const intentStatuses = ['initiated_on_repowatch', 'requested', 'expired', 'installed', 'replaced', 'cancelled'] as const;

/** An installation that was begun here. */
export const intentSchema = z
  .object({
    id: idText,
    status: z.enum(intentStatuses),
    reason: z.string().describe('Why, in a sentence'),
    link: z.string().describe('Where it goes on, or is mended'),
    begun_by: z.string().describe('Whoever began it here, or asked for it on GitHub'),
    account: z.object({ login: z.string() }).nullable(),
    return_to: z.string().nullable(),
    github_user_id: idText.nullable().describe('The person on GitHub who came back with it, proved by GitHub'),
    installation_github_id: idText.nullable().describe('The installation that it led to, once GitHub confirmed it'),
    confirmed_by: z.enum(['app', 'user', 'webhook']).nullable(),
    requested_at: timestamp.nullable(),
    closed_at: timestamp.nullable(),
    created_at: timestamp,
    expires_at: timestamp,
  })
  .meta({ id: 'InstallationIntent' });

export type Intent = z.output<typeof intentSchema>;

/** The filters of the list of intents. */
export const intentQuery = z.strictObject({ status: z.enum(intentStatuses).optional(), ...countedPageQuery });
export type IntentQuery = z.output<typeof intentQuery>;

/** What begins an installation. */
export const beginBody = z
  .strictObject({
    account: filterText(100)
      .regex(/^[\w-]+$/, 'must be the login of an account')
      .optional()
      .describe('The account that is meant; an installation on another one does not answer it'),
    return_to: filterText(500).optional().describe('A path on this server, where the browser goes afterwards'),
    project_id: z
      .union([idText, z.number().int().positive().transform(String)])
      .optional()
      .describe('The project that it is begun from: without `return_to` the browser comes back to its integrations'),
  })
  .nullish();

/** An installation that was just begun, and where it goes on. */
export const begunSchema = intentSchema.extend({ install_url: z.url() }).meta({ id: 'BegunInstallation' });

/** A member's wish that an owner has not answered yet. */
export const installationRequestSchema = z
  .object({
    github_id: idText,
    account: z.object({ github_id: idText, login: z.string() }),
    requester: z.object({ github_id: idText.nullable(), login: z.string() }).nullable(),
    created_at: timestamp.nullable(),
    link: z.string().describe('Where an owner approves it'),
  })
  .meta({ id: 'InstallationRequest' });

export type InstallationWish = z.output<typeof installationRequestSchema>;
