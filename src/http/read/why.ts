import type { Db } from '../../db/connect.ts';
import type { Page } from '../paging.ts';
import type { WhyItem, WhyQuery } from '../schemas/why.ts';
import { changeItem, changeListSql, type ChangeRow } from './changes.ts';
import { readConsidered } from './considered.ts';
import { PageQuery } from './page-query.ts';
import { queryRows } from './rows.ts';
import { readRunsOfChanges } from './runs.ts';

/** A watch that a repository has or had. */
export interface KnownWatch {
  key: string;
  name: string;
}

/** Finds a watch by its id in the file or by its row, also one that is not there any more. */
export async function findKnownWatch(db: Db, repositoryId: string, watch: string): Promise<KnownWatch | undefined> {
  const rows = await queryRows<KnownWatch>(
    db,
    `select w.key, w.name from watches w where w.repository_id = :repositoryId and (w.key = :watch or w.id::text = :watch)
     order by w.key = :watch desc, w.removed_at nulls first limit 1`,
    { repositoryId, watch },
  );
  return rows[0];
}

/** The keys of the watches that a repository has, for a hint. */
export async function listWatchKeys(db: Db, repositoryId: string): Promise<string[]> {
  const rows = await queryRows<{ key: string }>(
    db,
    'select w.key from watches w where w.repository_id = :repositoryId and w.removed_at is null order by w.key limit 200',
    { repositoryId },
  );
  return rows.map(({ key }) => key);
}

/** The changes of a repository, newest first, each with what one watch said about it. */
export async function listWhy(db: Db, repositoryId: string, query: Omit<WhyQuery, 'watch'> & { key: string }): Promise<Page<WhyItem>> {
  const list = new PageQuery<ChangeRow>('c.id', query);
  list.whereEqual('c.repository_id', repositoryId);
  if (query.since !== undefined) list.where('c.created_at >= :since', { since: query.since });
  const page = await list.read(db, changeListSql, (row) => row);
  const ids = page.data.map(({ id }) => id);
  const [considered, { rows: runs, isOf }] = await Promise.all([readConsidered(db, page.data), readRunsOfChanges(db, ids)]);
  const data = page.data.map((row): WhyItem => {
    const asked = considered.get(row.id) ?? [];
    const own = asked.find(({ key }) => key === query.key);
    // What stands for the file itself says why there was no watch to ask.
    const [other] = asked.length === 1 && asked[0]!.key.includes('/') ? asked : [];
    const began = runs.filter((run) => run.watch_key === query.key && isOf(run.id, row.id)).map(({ id, status }) => ({ id, status }));
    const { clause, reason, repository, path, line, column, origin } = own ?? other ?? explainSilence(row);
    const verdict = own ? (own.matched ? 'matched' : 'refused') : row.considered_pruned_at === null ? 'not_asked' : 'forgotten';
    return { change: changeItem(row), verdict, clause, reason, repository, path, line, column, origin, runs: began };
  });
  return { ...page, data };
}

function explainSilence(row: ChangeRow): Pick<WhyItem, 'clause' | 'reason' | 'repository' | 'path' | 'line' | 'column' | 'origin'> {
  const reason =
    row.considered_pruned_at === null
      ? 'the watch did not count when this happened'
      : 'what the watches said is not kept any more (WHY_NOT_DAYS)';
  return { clause: null, reason, repository: null, path: null, line: null, column: null, origin: null };
}
