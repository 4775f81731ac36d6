import type { Db } from '../db/connect.ts';

/**
 * Open pull requests of an installation whose title or head branch names the key of a ticket (handbook K5), as the events of the last 90
 * days tell. The latest event of each counts.
 */
export async function listOpenPullsNaming(
  db: Db,
  wish: { installationId: string; key: string; types: readonly string[] },
): Promise<{ repositoryId: string; repository: string; number: number }[]> {
  const { installationId, key, types } = wish;
  const bindings = { installationId, types, pattern: `(^|[^A-Za-z0-9])${key.replaceAll(/[^A-Za-z0-9_-]/g, '')}($|[^A-Za-z0-9])` };
  const { rows } = await db.raw<{ rows: { repositoryId: string; repository: string; number: number; state: string }[] }>(
    `select distinct on (c.repository_id, c.data -> 'pull_request' ->> 'number') c.repository_id as "repositoryId",
       r.full_name as repository, (c.data -> 'pull_request' ->> 'number')::int as number, c.data -> 'pull_request' ->> 'state' as state
     from changes c join repositories r on r.id = c.repository_id
     where c.installation_id = :installationId and r.installation_id = :installationId and c.type = any(cast(:types as text[]))
       and c.created_at > now() - interval '90 days'
       and concat_ws(' ', c.data -> 'pull_request' ->> 'title', c.data -> 'pull_request' -> 'head' ->> 'ref') ~* :pattern
     order by c.repository_id, c.data -> 'pull_request' ->> 'number', c.happened_at desc, c.id desc`,
    bindings as unknown as Record<string, string>,
  );
  return rows.filter(({ state }) => state === 'open').map(({ repositoryId, repository, number }) => ({ repositoryId, repository, number }));
}
