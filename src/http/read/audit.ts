import type { Db } from '../../db/connect.ts';
import type { ActorKind } from '../../people/audit.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { Audit, AuditQuery } from '../schemas/audit.ts';
import { PageQuery } from './page-query.ts';
import { listRepositoryIds } from './repositories.ts';
import { isoTime } from './rows.ts';
import { visibleTo } from './visible-to.ts';

interface AuditRow {
  id: string;
  at: Date;
  actor_kind: ActorKind;
  actor_id: string | null;
  actor: string;
  action: string;
  target_kind: string;
  target_id: string | null;
  target: string | null;
  installation_id: string | null;
  repository_id: string | null;
  before: unknown;
  after: unknown;
  request_id: string | null;
}

function auditItem(row: AuditRow): Audit {
  return {
    id: row.id,
    at: isoTime(row.at),
    actor: { kind: row.actor_kind, id: row.actor_id, login: row.actor },
    action: row.action,
    target: { kind: row.target_kind, id: row.target_id, name: row.target },
    installation_id: row.installation_id,
    repository_id: row.repository_id,
    before: row.before,
    after: row.after,
    request_id: row.request_id,
  };
}

/** A page of what was changed, the newest first: in what the requester sees, and whatever they did themselves. */
export async function listAudit(db: Db, query: AuditQuery, requester: Requester): Promise<Page<Audit>> {
  const list = new PageQuery<AuditRow>('e.id', query);
  const seen = visibleTo(requester, { installation: 'e.installation_id', repository: 'e.repository_id' });
  const own = `e.actor_kind = :ownKind and e.actor_id = :ownId`;
  if (seen.sql !== 'true') list.where(`(${seen.sql} or (${own}))`, { ...seen.values, ownKind: requester.kind, ownId: requester.id });
  if (query.action?.endsWith('.') === true) list.where('starts_with(e.action, :action)', { action: query.action });
  else list.whereEqual('e.action', query.action);
  list.whereEqual('e.actor', query.actor);
  list.whereEqual('e.actor_kind', query.actor_kind);
  list.whereEqual('e.target_kind', query.target_kind);
  list.whereEqual('e.installation_id', query.installation);
  if (query.repository?.includes('/') === true)
    list.where('e.repository_id = any(:repositories)', { repositories: await listRepositoryIds(db, query.repository) });
  else list.whereEqual('e.repository_id', query.repository);
  if (query.target !== undefined) list.where('(e.target = :target or e.target_id = :target)', { target: query.target });
  list.whereTime('e.at', query);
  return await list.read(db, 'select e.* from audit_entries e', auditItem);
}
