import { z } from 'zod';
import { actorKinds } from '../../people/audit.ts';
import { filterText, idText, countedPageQuery, moment, repositoryNameOrId, timestamp } from './common.ts';

/** One thing that somebody changed. */
export const auditSchema = z
  .object({
    id: idText,
    at: timestamp,
    actor: z.object({ kind: z.enum(actorKinds), id: z.string().nullable(), login: z.string() }),
    action: z.string().describe('noun.verb, as in `secret.set`'),
    target: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
    installation_id: idText.nullable().describe('null for what concerns the whole server'),
    repository_id: idText.nullable(),
    before: z.unknown(),
    after: z.unknown().describe('What it is since then; never a secret'),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type Audit = z.output<typeof auditSchema>;

/** The filters of the audit log. */
export const auditQuery = z.strictObject({
  action: filterText(100).optional().describe('The whole word, or its noun with a dot: `secret.`'),
  actor: filterText(200).optional().describe('A login, `admin`, `token:<name>` or `repowatch`'),
  actor_kind: z.enum(actorKinds).optional(),
  target: filterText(300).optional().describe('The name or the id of what was changed'),
  target_kind: filterText(50).optional(),
  installation: idText.optional().describe('The id of an installation'),
  repository: repositoryNameOrId.optional().describe('Its name, or its id'),
  since: moment.optional().describe('Done at or after this moment'),
  until: moment.optional().describe('Done before this moment'),
  ...countedPageQuery,
});
export type AuditQuery = z.output<typeof auditQuery>;
