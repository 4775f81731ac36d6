import type { Db } from '../../db/connect.ts';
import { queryRows } from './rows.ts';

/** Whose a project is, by our ids. */
export interface ProjectPlace {
  id: string;
  installationId: string;
  name: string;
}

/** Whose the project of this id is. */
export async function findProjectPlace(db: Db, id: string): Promise<ProjectPlace | undefined> {
  const [row] = await queryRows<ProjectPlace>(
    db,
    'select p.id, p.installation_id as "installationId", p.name from projects p where p.id = :id',
    {
      id,
    },
  );
  return row;
}

/** All projects there are, the oldest first: whoever asks sees only some of them. */
export async function listAllProjects(db: Db): Promise<ProjectPlace[]> {
  return await queryRows<ProjectPlace>(db, 'select p.id, p.installation_id as "installationId", p.name from projects p order by p.id');
}
