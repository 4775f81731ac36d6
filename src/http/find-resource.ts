import type { Db } from '../db/connect.ts';
import type { Resource } from '../people/may-do.ts';
import { jobOwner } from './read/jobs.ts';
import { queryRows } from './read/rows.ts';
import { findRepositoryPlace } from './read/repository-place.ts';

/** What a route's path can name. `repository` takes the parameters `owner` and `name`, the others `id`. */
export type Thing = 'repository' | keyof typeof places;

/** Where a thing is: its columns `installation` and `repository`, and `project` where it is one's, from a row with our id. */
const places = {
  installation: 'select i.id as installation, null::bigint as repository from installations i where i.id = :id',
  run: 'select n.installation_id as installation, n.repository_id as repository from runs n where n.id = :id',
  change: 'select c.installation_id as installation, c.repository_id as repository from changes c where c.id = :id',
  // What GitHub sent about nobody, or about an installation that is not known, is for those who see everything.
  delivery: `select i.id as installation, r.id as repository from deliveries d
    left join installations i on i.github_id = d.installation_github_id
    left join repositories r on r.github_id = d.repository_github_id where d.id = :id order by i.id limit 1`,
  trigger: 'select t.installation_id as installation, t.repository_id as repository from triggers t where t.id = :id',
  validation: 'select v.installation_id as installation, v.repository_id as repository from config_validations v where v.id = :id',
  destination: 'select d.installation_id as installation, null::bigint as repository from destinations d where d.id = :id',
  ticket: 'select t.installation_id as installation, t.repository_id as repository from tickets t where t.id = :id',
  project: 'select p.installation_id as installation, null::bigint as repository, p.id as project from projects p where p.id = :id',
  action:
    'select a.installation_id as installation, null::bigint as repository, a.project_id as project from project_actions a where a.id = :id',
  job: `select ${jobOwner.installation} as installation, ${jobOwner.repository} as repository from jobs j where j.id = :id`,
} as const;

/** What was found, under its name for people; `malformed` when the parameters name nothing, which their schema will say better. */
export type FoundResource = 'malformed' | { what: string; resource: Resource | undefined };

/** Creates what finds whose the thing is that a path names. */
export function createFinder(db: Db): (thing: Thing, params: Record<string, string>) => Promise<FoundResource> {
  return async (thing, params) => {
    if (thing === 'repository') return await findNamed(db, params);
    const { id = '' } = params;
    if (!/^\d{1,18}$/.test(id)) return 'malformed';
    const [row] = await queryRows<{ installation: string | null; repository: string | null; project?: string }>(db, places[thing], { id });
    return { what: `${thing} ${id}`, resource: row };
  };
}

async function findNamed(db: Db, { owner = '', name = '' }: Record<string, string>): Promise<FoundResource> {
  const fullName = `${owner}/${name}`;
  if (fullName.includes('\0') || fullName.length > 201) return 'malformed';
  const place = await findRepositoryPlace(db, fullName);
  return { what: `repository ${fullName}`, resource: place && { installation: place.installationId, repository: place.id } };
}
