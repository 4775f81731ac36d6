import type { Change } from '../changes/change.ts';
import type { Actor } from '../changes/ref-change.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/** A stored change in our words, with the delivery that brought it. */
export interface StoredChange {
  change: Change;
  deliveryId: string | null;
}

interface ChangeRow {
  id: string;
  type: Change['type'];
  origin: Change['origin'];
  actor: Actor | null;
  data: unknown;
  happened_at: Date;
  delivery_id: string | null;
  repository_github_id: string;
  full_name: string;
  owner: string;
  name: string;
  private: boolean;
  default_branch: string | null;
  installation_github_id: string;
}

/** Reads changes by their ids; by id. */
export async function readChanges(db: Db, ids: string[]): Promise<Map<string, StoredChange>> {
  if (ids.length === 0) return new Map();
  const { rows } = await prepared<{ rows: ChangeRow[] }>(
    db,
    `select c.id, c.type, c.origin, c.actor, c.data, c.happened_at, c.delivery_id, r.github_id as repository_github_id, r.full_name, r.owner, r.name,
       r.private, r.default_branch, i.github_id as installation_github_id
     from changes c join repositories r on r.id = c.repository_id join installations i on i.id = r.installation_id
     where c.id = any(?::bigint[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, { change: toChange(row), deliveryId: row.delivery_id }]));
}

function toChange(row: ChangeRow): Change {
  return {
    id: row.id,
    type: row.type,
    origin: row.origin,
    repository: {
      id: row.repository_github_id,
      full_name: row.full_name,
      owner: row.owner,
      name: row.name,
      private: row.private,
      default_branch: row.default_branch,
    },
    installation: { id: row.installation_github_id },
    actor: row.actor,
    happened_at: row.happened_at.toISOString(),
    data: row.data,
  } as Change;
}
