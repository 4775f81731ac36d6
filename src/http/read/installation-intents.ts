import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { InstallationWish, Intent, IntentQuery } from '../schemas/installation-intent.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface IntentRow {
  id: string;
  host: string;
  app_url: string | null;
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

const selectSql = `select n.*, ${statusSql} as status,
    (select a.html_url from apps a where a.host = n.host order by a.checked_at desc limit 1) as app_url from installation_intents n`;

const reasons: Record<Intent['status'], string> = {
  initiated_on_repowatch: 'It was begun here and has not been finished on GitHub.',
  requested: 'An owner of the account has to approve it on GitHub.',
  expired: 'It was begun here and not finished in time. Begin again.',
  installed: 'It led to an installation.',
  replaced: 'It was begun again, and the newer one counts.',
  cancelled: 'It was taken back.',
};

function intentItem(row: IntentRow): Intent {
  return {
    id: row.id,
    status: row.status,
    reason: reasons[row.status],
    link: `${row.app_url ?? `https://${row.host}`}/installations/new`,
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

/** Whose an installation is that somebody begins here, in the words of its row. `admin` is whoever has ADMIN_TOKEN; GitHub has such a login, too. */
export function beginnerOf({ kind, login, userId }: Requester): string {
  return kind === 'admin' || userId === null ? login : `@${login}`;
}

/** A page of intents, the newest first; whoever does not see everything sees their own. */
export async function listIntents(db: Db, query: IntentQuery, requester: Requester): Promise<Page<Intent>> {
  const page = new PageQuery<IntentRow>('n.id', query);
  if (requester.sight.installations !== 'all') page.where('n.begun_by = :beginner', { beginner: beginnerOf(requester) });
  if (query.status !== undefined) page.where(`${statusSql} = :status`, { status: query.status });
  return await page.read(db, selectSql, intentItem);
}

/** An intent by our id. */
export async function findIntentItem(db: Db, id: string): Promise<Intent | undefined> {
  const [row] = await queryRows<IntentRow>(db, `${selectSql} where n.id = :id`, { id });
  return row === undefined ? undefined : intentItem(row);
}

/** A member's wish on GitHub in the shape of an intent: both are installations that an owner has to approve (handbook I7, I8). */
export function wishItem({ github_id, account, requester, created_at, link }: InstallationWish, now: Date): Intent {
  const at = created_at ?? isoTime(now);
  return {
    id: github_id,
    status: 'requested',
    reason: `${requester?.login ?? 'A member'} asked for the App; an owner of ${account.login} has to approve it on GitHub.`,
    link,
    begun_by: requester?.login ?? 'github',
    account: { login: account.login },
    return_to: null,
    github_user_id: requester?.github_id ?? null,
    installation_github_id: null,
    confirmed_by: null,
    requested_at: at,
    closed_at: null,
    created_at: at,
    expires_at: at,
  };
}
