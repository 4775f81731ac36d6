import type { Db } from '../../db/connect.ts';
import { followsSql } from '../../db/follows.ts';
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
  const followed =
    to.projects.length === 0
      ? []
      : await queryRows<{ project: string; id: string; installation: string }>(
          db,
          `select p.id as project, r.id, r.installation_id as installation from projects p join repositories r on ${followsSql('p', 'r')}
           where p.id = any(:ids)`,
          { ids: to.projects },
        );
  const projects = to.projects.map(String).map((id) => ({ id, repositories: followed.filter(({ project }) => project === id) }));
  return { installations: to.installations.map(String), repositories, projects };
}
