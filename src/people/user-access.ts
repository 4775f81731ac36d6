import type { Db } from '../db/connect.ts';
import { followsSql } from '../db/follows.ts';
import type { HeldProject, HeldRepository, Holdings } from './holdings.ts';

/** What GitHub says that a person sees: installations of this App by their numbers on GitHub, and of each the repositories. */
export interface ListedAccess {
  githubId: string;
  /** They own the account. */
  manages: boolean;
  repositories: { githubId: string; permission: UserPermission }[];
}

/** What somebody may do in a repository on GitHub, the least first. */
const userPermissions = ['read', 'triage', 'write', 'maintain', 'admin'] as const;
type UserPermission = (typeof userPermissions)[number];

/** How long what GitHub said of a person counts for changing things and for looking. Minutes. */
const freshMinutes = { charge: 60, sight: 24 * 60 };

/** Puts what GitHub says in the place of what was known: by GitHub's numbers, because the mirror may hear of a repository later. */
export async function replaceAccess(db: Db, userId: string, listed: readonly ListedAccess[]): Promise<void> {
  const installations = listed.map(({ githubId, manages }) => ({ installation: githubId, manages }));
  const repositories = listed.flatMap((each) =>
    each.repositories.map(({ githubId, permission }) => ({ installation: each.githubId, repository: githubId, permission })),
  );
  await db.raw('select 1 from github_users where id = ? for update', [userId]);
  await db.raw('delete from user_installations where user_id = ?', [userId]);
  await db.raw('delete from user_repositories where user_id = ?', [userId]);
  await db.raw(
    `insert into user_installations (user_id, installation_github_id, manages)
     select :userId, l.installation, l.manages from jsonb_to_recordset(cast(:installations as jsonb)) as l(installation bigint, manages boolean)
     on conflict do nothing`,
    { userId, installations: JSON.stringify(installations) },
  );
  await db.raw(
    `insert into user_repositories (user_id, installation_github_id, repository_github_id, permission)
     select :userId, l.installation, l.repository, l.permission
     from jsonb_to_recordset(cast(:repositories as jsonb)) as l(installation bigint, repository bigint, permission text)
     on conflict do nothing`,
    { userId, repositories: JSON.stringify(repositories) },
  );
  await db.raw('update github_users set access_listed_at = now(), access_error = null, listing_until = null where id = ?', [userId]);
}

/** Notes that GitHub could not be asked; what was known goes on for a while. */
export async function noteAccessError(db: Db, userId: string, error: string): Promise<void> {
  await db.raw('update github_users set access_error = ?, listing_until = null where id = ?', [error, userId]);
}

/** Claims the asking for half a minute: of all processes one is answered true. */
export async function claimListing(db: Db, userId: string): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update github_users set listing_until = now() + interval '30 seconds' where id = ? and (listing_until is null or listing_until < now())`,
    [userId],
  );
  return rowCount > 0;
}

/** What a person may see and manage: as GitHub said last, and as projects name them. GitHub's word ends: the one for changing things sooner than the one for looking. */
export async function readHoldings(db: Db, userId: string): Promise<Holdings> {
  const isFresh = (minutes: number) => `u.access_listed_at > now() - make_interval(mins => ${minutes})`;
  const { rows } = await db.raw<{ rows: { managed: string[]; repositories: HeldRepository[]; projects: HeldProject[] }[] }>(
    `select
       array(select i.id::text from user_installations n
         join installations i on i.host = u.host and i.github_id = n.installation_github_id
         where n.user_id = u.id and n.manages and ${isFresh(freshMinutes.charge)}) as managed,
       coalesce((select jsonb_agg(jsonb_build_object('id', r.id::text, 'installation', i.id::text,
           'maintained', n.permission in ('admin', 'maintain') and ${isFresh(freshMinutes.charge)}))
         from user_repositories n
         join installations i on i.host = u.host and i.github_id = n.installation_github_id
         join repositories r on r.host = u.host and r.github_id = n.repository_github_id and r.installation_id = i.id
         where n.user_id = u.id and ${isFresh(freshMinutes.sight)}), '[]') as repositories,
       coalesce((select jsonb_agg(jsonb_build_object('id', held.id::text, 'managed', held.managed)) from (
         select named.id, bool_or(named.managed) as managed from (
           select m.project_id as id, m.role = 'manager' as managed from project_members m where m.github_id = u.github_id
           union all
           select p.id, false from user_repositories n
             join repositories r on r.host = u.host and r.github_id = n.repository_github_id and r.removed_at is null
             join projects p on ${followsSql('p', 'r')}
             where n.user_id = u.id and ${isFresh(freshMinutes.sight)}
         ) named group by named.id
       ) held), '[]') as projects
     from github_users u where u.id = ?`,
    [userId],
  );
  const [row] = rows;
  return { installations: row?.managed ?? [], repositories: row?.repositories ?? [], projects: row?.projects ?? [] };
}
