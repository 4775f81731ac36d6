import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { listActions } from '../../projects/actions.ts';
import { actionKey } from '../../watches/project-gate.ts';
import { idKey, pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { ProjectRunQuery } from '../schemas/project-activity.ts';
import type { RunSummary } from '../schemas/run.ts';
import { visibleFollowed } from './projects.ts';
import { queryRows } from './rows.ts';
import { runItem, runListSql, type RunRow } from './runs.ts';

/** A page of what the actions of a project have done, newest first: for each action by its own index, since there are many other runs. */
export async function listProjectRuns(
  db: Db,
  projectId: string,
  { query, requester }: { query: ProjectRunQuery; requester: Requester },
): Promise<Page<RunSummary>> {
  const limit = pageLimit(query);
  const actions = (await listActions(db, projectId)).filter(({ id }) => query.action === undefined || id === query.action);
  const seen = visibleFollowed(requester);
  const rows = await queryRows<RunRow>(
    db,
    `${runListSql} where n.id in (
       select l.id from unnest(cast(:keys as text[])) k(key) cross join lateral (
         select m.id from runs m join repositories r on r.id = m.repository_id join projects p on p.id = :project
         where m.watch_key = k.key and (cast(:cursor as bigint) is null or m.id < :cursor)
           and (cast(:statuses as text[]) is null or m.status = any(:statuses)) and ${seen.sql}
         order by m.id desc limit :limit) l)
     order by n.id desc limit :limit`,
    {
      keys: actions.map(({ id }) => actionKey(projectId, id)),
      project: projectId,
      cursor: readCursor(query, idKey) ?? null,
      statuses: query.status ?? null,
      limit: limit + 1,
      ...seen.values,
    },
  );
  return toPage(rows, limit, { item: runItem, key: (row) => row.id });
}
