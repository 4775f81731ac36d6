import type { Db } from '../../db/connect.ts';
import { namedRepositories } from './repositories.ts';
import { queryRows } from './rows.ts';

/** Whose a repository is, by our ids. */
export interface RepositoryPlace {
  id: string;
  installationId: string;
  fullName: string;
}

/** Whose the repository is that this name leads to, in any case, by its present or a former name. */
export async function findRepositoryPlace(db: Db, fullName: string): Promise<RepositoryPlace | undefined> {
  const [row] = await queryRows<RepositoryPlace>(
    db,
    `${namedRepositories} select r.id, r.installation_id as "installationId", r.full_name as "fullName"
     from repositories r join named on named.id = r.id order by (r.removed_at is null) desc, named.former, r.id desc limit 1`,
    { fullName },
  );
  return row;
}

/** The present name of a repository by our id. */
export async function findRepositoryNameById(db: Db, id: string): Promise<string | undefined> {
  const [row] = await queryRows<{ name: string }>(db, 'select r.full_name as name from repositories r where r.id = :id', { id });
  return row?.name;
}
