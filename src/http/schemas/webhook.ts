import { z } from 'zod';
import { idText } from './common.ts';

/** A webhook that a repository has beside the App. */
const webhookSchema = z
  .object({
    github_id: idText,
    active: z.boolean(),
    events: z.array(z.string()),
    url: z.string().nullable().describe('Where it leads, without user, password and query'),
    content_type: z.string().nullable(),
    tls_checked: z.boolean().describe('False: certificates are not checked'),
    last_delivery: z
      .object({ code: z.number().nullable(), status: z.string().nullable(), message: z.string().nullable() })
      .describe('How GitHub’s last delivery went, in its words'),
  })
  .meta({ id: 'RepositoryWebhook' });

/** All of them. */
export const webhookList = z.object({ data: z.array(webhookSchema) });
