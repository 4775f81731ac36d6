import type { Change } from '../../changes/change.ts';
import type { Actor, RefChangeData } from '../../changes/ref-change.ts';
import { describeChange } from '../../changes/sentence.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { expandChangeTypes, type ChangeQuery, type ChangeSummary } from '../schemas/change.ts';
import type { ChangeDetail } from '../schemas/change-detail.ts';
import type { Page } from '../paging.ts';
import { explainConsidered } from './considered-notes.ts';
import { readConsidered } from './considered.ts';
import { idsOfTime } from './id-at-time.ts';
import { PageQuery } from './page-query.ts';
import { listRepositoryIds } from './repositories.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { listRunsOfChanges } from './runs.ts';
import { visibleIn, visibleTo } from './visible-to.ts';

/** A change joined to its repository. `data` has no commits in lists. */
export interface ChangeRow {
  id: string;
  repository_id: string;
  installation_id: string;
  delivery_id: string | null;
  type: string;
  origin: Change['origin'];
  before: string | null;
  after: string | null;
  actor: Partial<Actor> | null;
  data: Record<string, unknown>;
  considered: unknown;
  considered_pruned_at: Date | null;
  happened_at: Date;
  created_at: Date;
  full_name: string;
  owner: string;
  name: string;
  private: boolean;
  default_branch: string | null;
}

const columns = `c.id, c.repository_id, c.installation_id, c.delivery_id, c.type, c.origin, c.before, c.after, c.actor, c.considered,
  c.considered_pruned_at, c.happened_at, c.created_at, r.full_name, r.owner, r.name, r.private, r.default_branch`;
const from = 'from changes c join repositories r on r.id = c.repository_id';

/** What a list of changes selects. */
export const changeListSql = `select ${columns}, c.data - 'commits' as data ${from}`;

function actorOf(row: ChangeRow): ChangeSummary['actor'] {
  if (row.actor === null) return null;
  const { id, login, type } = row.actor;
  return { id: id ?? null, login: login ?? 'unknown', type: type ?? 'User' };
}

function sentenceOf(row: ChangeRow): string {
  const { id, origin, full_name, owner, name, default_branch } = row;
  const change = {
    id,
    origin,
    type: row.type,
    repository: { id: row.repository_id, full_name, owner, name, private: row.private, default_branch },
    installation: { id: row.installation_id },
    actor: actorOf(row),
    happened_at: isoTime(row.happened_at),
    data: row.data,
  };
  return describeChange(change as unknown as Change);
}

/** The change as lists show it. */
export function changeItem(row: ChangeRow): ChangeSummary {
  // Schedules, requests by hand and triggers need not be about a ref.
  const ref = row.data['ref'] as RefChangeData['ref'] | null | undefined;
  return {
    id: row.id,
    type: row.type,
    origin: row.origin,
    sentence: sentenceOf(row),
    repository: { id: row.repository_id, full_name: row.full_name },
    installation_id: row.installation_id,
    ref: ref === undefined || ref === null ? null : { kind: ref.kind, name: ref.name, full: ref.full },
    before: row.before,
    after: row.after,
    actor: actorOf(row),
    delivery_id: row.delivery_id,
    happened_at: isoTime(row.happened_at),
    created_at: isoTime(row.created_at),
  };
}

/** Short and full names mean the same ref; a full one also says whether it is a branch or a tag. */
function refCondition(ref: string): { name: string; types: string } {
  const full = /^refs\/(heads|tags)\/(.+)$/s.exec(ref);
  if (full === null) return { name: ref, types: '%' };
  return { name: full[2]!, types: full[1] === 'heads' ? 'branch.%' : 'tag.%' };
}

/** A page of changes, newest first. */
export async function listChanges(db: Db, query: ChangeQuery, requester: Requester): Promise<Page<ChangeSummary>> {
  const list = new PageQuery<ChangeRow>('c.id', query);
  const owner = { installation: 'c.installation_id', repository: 'c.repository_id' };
  if (query.repository === undefined) list.add(visibleTo(requester, owner));
  else list.add(visibleIn(requester, owner, await listRepositoryIds(db, query.repository)));
  if (query.ref !== undefined) {
    const { name, types } = refCondition(query.ref);
    list.where('c.ref_name = :ref and c.type like :types', { ref: name, types });
  }
  list.whereAny('c.type', query.type && expandChangeTypes(query.type));
  list.whereEqual('c.origin', query.origin);
  list.whereEqual('c.delivery_id', query.delivery);
  list.whereEqual('c.installation_id', query.installation);
  list.add(await idsOfTime(db, { table: 'changes', id: 'c.id' }, query));
  list.whereTime('c.created_at', query);
  return await list.read(db, changeListSql, { item: changeItem, counted: 'select c.id from changes c' });
}

/** The changes that a delivery brought, in the order in which they were recorded. */
export async function listChangesOfDelivery(db: Db, deliveryId: string): Promise<ChangeSummary[]> {
  const rows = await queryRows<ChangeRow>(db, `${changeListSql} where c.delivery_id = :deliveryId order by c.id limit 200`, { deliveryId });
  return rows.map(changeItem);
}

/** A change by its id, as lists show it. */
export async function findChange(db: Db, id: string): Promise<ChangeSummary | undefined> {
  const [row] = await queryRows<ChangeRow>(db, `${changeListSql} where c.id = :id`, { id });
  return row === undefined ? undefined : changeItem(row);
}

/** A change with its facts, the watches asked, and its runs. */
export async function findChangeDetail(db: Db, id: string): Promise<ChangeDetail | undefined> {
  const [row] = await queryRows<ChangeRow>(db, `select ${columns}, c.data ${from} where c.id = :id`, { id });
  if (row === undefined) return undefined;
  const deliveries = await queryRows<NonNullable<ChangeDetail['delivery']>>(
    db,
    'select d.id, d.guid, d.event, d.source from deliveries d where d.id = :id',
    { id: row.delivery_id },
  );
  const runs = await listRunsOfChanges(db, [id]);
  const considered = (await readConsidered(db, [row])).get(id) ?? [];
  return {
    ...changeItem(row),
    delivery: deliveries[0] ?? null,
    data: row.data,
    considered,
    considered_pruned_at: isoTimeOrNull(row.considered_pruned_at),
    notes: explainConsidered(row),
    runs,
  };
}
