import type { Db } from '../../db/connect.ts';
import { followsSql } from '../../db/follows.ts';
import type { Requester } from '../../people/requester.ts';
import { idKey, pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { ProjectChange, ProjectChangeQuery } from '../schemas/project-activity.ts';
import { changeItem, changeListSql, type ChangeRow } from './changes.ts';
import { visibleFollowed } from './projects.ts';
import { queryRows } from './rows.ts';

interface Commit {
  id: string;
  message: string;
  author?: { username?: string | null; name?: string | null } | null;
}

/**
 * A page of what happened to branches and tags in the repositories of a project, newest first: of each repository by its own index, since
 * there are many other changes.
 */
export async function listProjectChanges(
  db: Db,
  projectId: string,
  { query, requester }: { query: ProjectChangeQuery; requester: Requester },
): Promise<Page<ProjectChange>> {
  const limit = pageLimit(query);
  const seen = visibleFollowed(requester);
  const rows = await queryRows<ChangeRow>(
    db,
    `${changeListSql} where c.id in (
       select l.id from projects p join repositories r on ${followsSql('p', 'r')} and r.removed_at is null
         cross join lateral (
           select m.id from changes m where m.repository_id = r.id and m.installation_id = p.installation_id and m.ref_id is not null
             and (cast(:cursor as bigint) is null or m.id < :cursor) and (cast(:branch as text) is null or m.ref_name = :branch)
           order by m.id desc limit :limit) l
       where p.id = :project and (cast(:repository as text) is null or lower(r.full_name) = lower(:repository)) and ${seen.sql})
     order by c.id desc limit :limit`,
    {
      project: projectId,
      cursor: readCursor(query, idKey) ?? null,
      branch: query.branch ?? null,
      repository: query.repository ?? null,
      limit: limit + 1,
      ...seen.values,
    },
  );
  return toPage(rows, limit, { item: projectChange, key: (row) => row.id });
}

function projectChange(row: ChangeRow): ProjectChange {
  const commit = row.data['head_commit'] as Commit | null | undefined;
  const author = commit?.author?.username ?? commit?.author?.name ?? null;
  return Object.assign(changeItem(row), { commit: commit ? { sha: commit.id, message: commit.message, author } : null });
}
