import type { Db } from '../../db/connect.ts';
import type { Restriction } from '../../people/holdings.ts';
import { queryRows } from './rows.ts';

/** What a token was restricted to, with the installation that each repository belongs to now. */
export async function readRestriction(
  db: Db,
  to: { installations: string[]; repositories: string[]; projects: string[] },
): Promise<Restriction> {
  const repositories =
    to.repositories.length === 0
      ? []
      : await queryRows<{ id: string; installation: string }>(
          db,
          'select r.id, r.installation_id as installation from repositories r where r.id = any(:ids)',
          { ids: to.repositories },
        );
  return { installations: to.installations.map(String), repositories, projects: to.projects.map((id) => ({ id, repositories: [] })) };
}
