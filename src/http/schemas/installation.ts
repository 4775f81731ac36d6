import { z } from 'zod';
import { idText, pageQuery, timestamp } from './common.ts';

/** What an installation is now, from its facts. */
const installationStatuses = ['active', 'suspended', 'deleted'] as const;

/** The App installed on an account. */
export const installationSchema = z
  .object({
    id: idText,
    github_id: idText,
    status: z.enum(installationStatuses),
    account: z.object({
      id: idText,
      github_id: idText,
      login: z.string(),
      type: z.enum(['User', 'Organization', 'Enterprise']),
      avatar_url: z.string().nullable(),
    }),
    host: z.string(),
    app_slug: z.string().nullable(),
    repository_selection: z.enum(['all', 'selected']),
    permissions: z.record(z.string(), z.unknown()),
    events: z.array(z.string()),
    repositories: z.object({ tracked: z.number().int(), removed: z.number().int() }),
    installed_at: timestamp.nullable(),
    suspended_at: timestamp.nullable(),
    deleted_at: timestamp.nullable(),
    listed_at: timestamp.nullable(),
    list_error: z.string().nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Installation' });

export type Installation = z.output<typeof installationSchema>;

/** The filters of the list of installations. */
export const installationQuery = z.strictObject({ status: z.enum(installationStatuses).optional(), ...pageQuery });
export type InstallationQuery = z.output<typeof installationQuery>;
