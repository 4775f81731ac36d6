import type { Db } from '../db/connect.ts';
import { followsSql } from '../db/follows.ts';
import { isFrozen } from './frozen-secrets.ts';

/** A name that a watch of a repository asks for. */
export interface SecretWish {
  installationId: string;
  repositoryId: string;
  watchKey: string;
  configId: string;
  name: string;
}

const account = '(select i.account_id from installations i where i.id = w.installation_id)';

/** The reach of secrets is that of `findNearestSecret` (vault/secrets.ts), for many wishes at once. */
const reachesSql = `s.name = w.name and (
    s.scope = 'global'
    or (s.scope = 'installation' and s.installation_id = w.installation_id)
    or (s.scope = 'project' and s.installation_id = w.installation_id and case when own.id is not null then s.project_id = own.id else exists (
      select 1 from projects p join repositories r on r.id = w.repository_id and r.installation_id = p.installation_id
      where p.id = s.project_id and ${followsSql('p', 'r')}) end)
    or (s.scope = 'repository' and s.repository_id = w.repository_id and not ${isFrozen(account)})
    or (s.scope = 'watch' and s.watch_key = w.watch_key and not ${isFrozen(account)} and case when own.id is not null
      then s.installation_id = w.installation_id and s.project_id = own.id else s.repository_id = w.repository_id end))`;

/** Which of the wishes nothing answers; `frozen` where a former owner's would. */
export async function listMissingSecrets<Wish extends SecretWish>(
  db: Db,
  wishes: readonly Wish[],
): Promise<{ wish: Wish; frozen: boolean }[]> {
  if (wishes.length === 0) return [];
  const { rows } = await db.raw<{ rows: { place: string; frozen: boolean }[] }>(
    `select w.place, exists (select 1 from secrets s where s.name = w.name and s.repository_id = w.repository_id and ${isFrozen(account)}) as frozen
     from unnest(cast(:repositories as bigint[]), cast(:installations as bigint[]), cast(:keys as text[]), cast(:configs as bigint[]),
       cast(:names as text[])) with ordinality as w(repository_id, installation_id, watch_key, config_id, name, place)
     left join lateral (select g.project_id as id from configs g where g.id = w.config_id and g.managed_by = 'project') own on true
     where not exists (select 1 from secrets s where ${reachesSql}) order by w.place`,
    {
      repositories: wishes.map((wish) => wish.repositoryId),
      installations: wishes.map((wish) => wish.installationId),
      keys: wishes.map((wish) => wish.watchKey),
      configs: wishes.map((wish) => wish.configId),
      names: wishes.map((wish) => wish.name),
    },
  );
  return rows.map(({ place, frozen }) => ({ wish: wishes[Number(place) - 1]!, frozen }));
}
