import type { TriggerProvider } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { TriggerItem, TriggerQuery } from '../schemas/trigger.ts';
import { PageQuery } from './page-query.ts';
import { listRepositoryIds } from './repositories.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

interface TriggerRow {
  id: string;
  provider: TriggerProvider;
  name: string;
  repository_id: string;
  full_name: string;
  remote_id: string;
  remote_path: string;
  enabled: boolean;
  previous_until: Date | null;
  last: { id: string; event: string; status: string; received_at: string } | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

const select = `select t.id, t.provider, t.name, t.repository_id, r.full_name, t.remote_id, t.remote_path, t.enabled, t.created_by, t.created_at, t.updated_at,
    (select max(s.valid_until) from trigger_secrets s where s.trigger_id = t.id and s.valid_until > now()) as previous_until,
    (select json_build_object('id', d.id::text, 'event', d.event, 'status', d.status, 'received_at', d.received_at) from deliveries d
     where d.source = 'trigger' and d.sender = 'trigger:' || t.provider || ':' || t.id order by d.id desc limit 1) as last
  from triggers t join repositories r on r.id = t.repository_id and r.installation_id = t.installation_id`;

const owner = { installation: 't.installation_id', repository: 't.repository_id' };

/** A page of the triggers that somebody may see, newest first. `base` is the address that messages are sent to. */
export async function listTriggers(
  db: Db,
  query: TriggerQuery,
  { requester, base }: { requester: Requester; base: string },
): Promise<Page<TriggerItem>> {
  const list = new PageQuery<TriggerRow>('t.id', query);
  const seen = visibleTo(requester, owner);
  list.where(seen.sql, seen.values);
  list.whereEqual('t.provider', query.provider);
  list.whereEqual('t.installation_id', query.installation);
  if (query.repository !== undefined)
    list.where('t.repository_id = any(:repositories)', { repositories: await listRepositoryIds(db, query.repository) });
  return await list.read(db, select, (row) => toItem(row, base));
}

/** The trigger that somebody may see, by our id or by what the other side calls its repository; undefined when there is none. */
export async function findTriggerItem(
  db: Db,
  wanted: { id: string } | { provider: TriggerProvider; repo_id: string },
  { requester, base }: { requester: Requester; base: string },
): Promise<TriggerItem | undefined> {
  const seen = visibleTo(requester, owner);
  const condition = 'id' in wanted ? 't.id = :id' : 't.provider = :provider and t.remote_id = :repo_id';
  const [row] = await queryRows<TriggerRow>(db, `${select} where ${condition} and ${seen.sql} order by t.id limit 1`, {
    ...wanted,
    ...seen.values,
  });
  return row && toItem(row, base);
}

function toItem(row: TriggerRow, base: string): TriggerItem {
  const { id, provider, name, last } = row;
  return {
    id,
    provider,
    name,
    repository: { id: row.repository_id, full_name: row.full_name },
    repo_id: row.remote_id,
    repo_path: row.remote_path,
    uri: `${base}/webhooks/${provider}/${id}/payload`,
    enabled: row.enabled,
    previous_valid_until: isoTimeOrNull(row.previous_until),
    last_delivery: last && { ...last, received_at: isoTime(new Date(last.received_at)) },
    created_by: row.created_by,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}

/** The repository that a trigger is to tell of: by its name, or for GitHub by its number there. Undefined when nobody mirrors it. */
export async function findTriggered(
  db: Db,
  wanted: { fullName?: string | undefined; githubId?: string | undefined },
): Promise<{ id: string; installationId: string; githubId: string; fullName: string } | undefined> {
  const [row] = await queryRows<{ id: string; installationId: string; githubId: string; fullName: string }>(
    db,
    `select r.id, r.installation_id as "installationId", r.github_id as "githubId", r.full_name as "fullName" from repositories r
     where r.removed_at is null and ${wanted.fullName === undefined ? 'r.github_id = :githubId' : 'lower(r.full_name) = lower(:fullName)'} order by r.id limit 1`,
    wanted.fullName === undefined ? { githubId: wanted.githubId } : { fullName: wanted.fullName },
  );
  return row;
}
