import type { Db } from '../../db/connect.ts';
import type { Branch } from '../schemas/repository.ts';
import { isoTime, queryRows } from './rows.ts';

/** How many people are listed. */
const shownViewers = 100;

/** Who looks at a branch now, each person once; whoever came first stands in front. */
export async function listViewers(db: Db, of: { repositoryId: string; branch: string }): Promise<Branch['viewers']> {
  const rows = await queryRows<{ user: string; since: Date; connections: number }>(
    db,
    `select p.person as user, min(p.created_at) as since, count(*)::int as connections from presences p
     where p.repository_id = :repositoryId and p.branch = :branch group by p.person order by since, p.person limit ${shownViewers}`,
    of,
  );
  return rows.map(({ user, since, connections }) => ({ user, since: isoTime(since), connections }));
}
