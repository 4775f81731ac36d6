import type { Db } from '../../db/connect.ts';
import { followsSql } from '../../db/follows.ts';
import type { Requester } from '../../people/requester.ts';
import { hookSecretName } from '../../watches/hooks.ts';
import { idKey, pageLimit, readCursor, type PageRequest } from '../paging.ts';
import { queryRows } from './rows.ts';
import type { SecretOwner } from './secrets.ts';
import { visibleTo } from './visible-to.ts';

/** Repositories whose files may name a secret. */
export interface NamingPage {
  githubIds: string[];
  next: string | null;
}

/** Which repositories `r` a secret of each owner reaches. */
function reachedBy({ scope, projectId = null }: SecretOwner): string {
  if (projectId !== null)
    return `exists (select 1 from projects p where p.id = cast(:projectId as bigint) and p.installation_id = r.installation_id and ${followsSql('p', 'r')})`;
  if (scope === 'global') return 'true';
  return scope === 'installation' ? 'r.installation_id = :installationId' : 'r.id = :repositoryId';
}

/** The configurations `g` that may be in force for a repository `r`. */
const layersSql = `(g.id in (r.config_id, r.extends_config_id, r.api_config_id) or g.managed_by = 'server'
  or g.id in (select o.config_id from repositories o where o.installation_id = r.installation_id and lower(o.name) = '.github')
  or g.id in (select p.config_id from projects p where ${followsSql('p', 'r')}))`;

/**
 * A page of the repositories that a secret reaches, whose text of some layer has its name, and that the requester sees. Only a first
 * sieve: what is in force decides (flow/find-secret-uses.ts).
 */
export async function listNaming(
  db: Db,
  wanted: { owner: SecretOwner; name: string; requester: Requester },
  page: PageRequest,
): Promise<NamingPage> {
  const { owner, name, requester } = wanted;
  const limit = pageLimit(page);
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  const rows = await queryRows<{ id: string; github_id: string }>(
    db,
    `select r.id, r.github_id from repositories r
     where r.removed_at is null and ${reachedBy(owner)} and ${seen.sql} and (cast(:cursor as bigint) is null or r.id > :cursor) and exists (
       select 1 from configs g where position(:name in g.content) > 0 and ${layersSql})
     order by r.id limit :limit`,
    {
      name,
      installationId: owner.installationId,
      repositoryId: owner.repositoryId,
      projectId: owner.projectId ?? null,
      cursor: readCursor(page, idKey) ?? null,
      limit: limit + 1,
      ...seen.values,
    },
  );
  return toNamingPage(rows, limit);
}

function toNamingPage(rows: readonly { id: string; github_id: string }[], limit: number): NamingPage {
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? Buffer.from(shown.at(-1)!.id).toString('base64url') : null;
  return { githubIds: shown.map((row) => row.github_id), next };
}

/** A page of the repositories that the requester sees and whose text of some layer names any secret. Only a first sieve, as above. */
export async function listNamingAny(db: Db, requester: Requester, page: PageRequest): Promise<NamingPage> {
  const limit = pageLimit(page);
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  const rows = await queryRows<{ id: string; github_id: string }>(
    db,
    `select r.id, r.github_id from repositories r
     where r.removed_at is null and r.enabled and ${seen.sql} and (cast(:cursor as bigint) is null or r.id > :cursor)
       and exists (select 1 from configs g where position('secrets' in g.content) > 0 and ${layersSql})
     order by r.id limit :limit`,
    { cursor: readCursor(page, idKey) ?? null, limit: limit + 1, ...seen.values },
  );
  return toNamingPage(rows, limit);
}

/** The hooks for new repositories of an installation that sign with a secret; they have no watch yet. */
export async function listDefaultHooksNaming(db: Db, { scope, installationId }: SecretOwner, name: string): Promise<string[]> {
  if (scope !== 'installation') return [];
  const rows = await queryRows<{ hook_id: string }>(
    db,
    'select h.hook_id from default_hooks h where h.installation_id = :installationId order by h.hook_id limit 1000',
    { installationId },
  );
  return rows.map((row) => row.hook_id).filter((id) => hookSecretName(id) === name);
}
