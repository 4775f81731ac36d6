import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { FirstSteps, HealthAnswer } from '../schemas/first-look.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleDeliveries, visibleInstallations, visibleTo } from './visible-to.ts';

/** Repositories that are counted at most, and that are asked for a push. */
const mostRepositories = 1_000;

/** The newest delivery that the requester may see; the one question of health that differs between people. */
export async function findLastDelivery(db: Db, requester: Requester): Promise<HealthAnswer['last_delivery']> {
  const seen = visibleDeliveries(requester);
  // Of every repository its newest one by the index: going back through all deliveries until one fits could take a million of them.
  const sql =
    seen.sql === 'true'
      ? 'select d.id, d.event, d.received_at from deliveries d order by d.id desc limit 1'
      : `select d.id, d.event, d.received_at from (
          select r.github_id from repositories r where ${visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' }).sql}
          order by r.updated_at desc limit ${mostRepositories}) r
        cross join lateral (select d.* from deliveries d where d.repository_github_id = r.github_id and ${seen.sql} order by d.id desc limit 1) d
        order by d.id desc limit 1`;
  const [row] = await queryRows<{ id: string; event: string; received_at: Date }>(db, sql, seen.values);
  return row === undefined ? null : { ...row, received_at: isoTime(row.received_at) };
}

interface FirstRow {
  app: FirstSteps['app'];
  first_delivery_at: Date | null;
  installations: number;
  repositories: number;
  configured: string[];
}

interface PushRow {
  change_id: string;
  repository: string;
  at: Date;
}

/** How far setting up has come. */
export async function readFirstSteps(db: Db, requester: Requester): Promise<FirstSteps> {
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  const seenInstallations = visibleInstallations(requester);
  const living = `select r.* from repositories r where r.removed_at is null and ${seen.sql} order by r.id desc limit ${mostRepositories}`;
  const values = { ...seen.values, ...seenInstallations.values };
  const [facts] = await queryRows<FirstRow>(
    db,
    `select (select json_build_object('slug', a.slug, 'name', a.name, 'html_url', a.html_url) from apps a order by a.checked_at desc limit 1) as app,
       (select d.received_at from deliveries d order by d.id limit 1) as first_delivery_at,
       (select count(*)::int from installations i where i.deleted_at is null and ${seenInstallations.sql}) as installations,
       (select count(*)::int from (${living}) r) as repositories,
       array(select r.full_name from repositories r where r.removed_at is null and r.config_status = 'ok' and ${seen.sql} order by r.full_name limit 10)
         as configured`,
    values,
  );
  const [push] = await queryRows<PushRow>(
    db,
    `select c.id as change_id, r.full_name as repository, c.created_at as at from (${living}) r
     cross join lateral (select c.id, c.created_at from changes c where c.repository_id = r.id and c.type in ('branch.updated', 'branch.created')
       and c.delivery_id is not null order by c.id desc limit 1) c order by c.id desc limit 1`,
    values,
  );
  const firstDelivery = isoTimeOrNull(facts!.first_delivery_at);
  return {
    ...facts!,
    first_delivery_at: firstDelivery,
    first_push: push === undefined ? null : { ...push, at: isoTime(push.at) },
    done: firstDelivery !== null && facts!.configured.length > 0 && push !== undefined,
  };
}
