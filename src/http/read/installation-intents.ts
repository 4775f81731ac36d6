import type { Db } from '../../db/connect.ts';
import type { Page } from '../paging.ts';
import type { Intent, IntentQuery } from '../schemas/installation-intent.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface IntentRow {
  id: string;
  status: Intent['status'];
  begun_by: string;
  account_login: string | null;
  return_to: string | null;
  github_user_id: string | null;
  installation_github_id: string | null;
  confirmed_by: Intent['confirmed_by'];
  requested_at: Date | null;
  closed_at: Date | null;
  created_at: Date;
  expires_at: Date;
}

const statusSql = `case when n.closed_reason is not null then n.closed_reason when n.expires_at <= now() then 'expired'
  when n.requested_at is not null then 'requested' else 'initiated_on_repowatch' end`;

const selectSql = `select n.*, ${statusSql} as status from installation_intents n`;

function intentItem(row: IntentRow): Intent {
  return {
    id: row.id,
    status: row.status,
    begun_by: row.begun_by,
    account: row.account_login === null ? null : { login: row.account_login },
    return_to: row.return_to,
    github_user_id: row.github_user_id,
    installation_github_id: row.installation_github_id,
    confirmed_by: row.confirmed_by,
    requested_at: isoTimeOrNull(row.requested_at),
    closed_at: isoTimeOrNull(row.closed_at),
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
  };
}

/** A page of intents, the newest first. */
export async function listIntents(db: Db, query: IntentQuery): Promise<Page<Intent>> {
  const page = new PageQuery<IntentRow>('n.id', query);
  if (query.status !== undefined) page.where(`${statusSql} = :status`, { status: query.status });
  return await page.read(db, selectSql, intentItem);
}

/** An intent by our id. */
export async function findIntentItem(db: Db, id: string): Promise<Intent | undefined> {
  const [row] = await queryRows<IntentRow>(db, `${selectSql} where n.id = :id`, { id });
  return row === undefined ? undefined : intentItem(row);
}
