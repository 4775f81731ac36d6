import type { Db } from '../../db/connect.ts';
import type { PersonEntry } from '../../people/people-map.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { Person, PersonQuery } from '../schemas/person.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, queryRows } from './rows.ts';
import { visibleInstallations, visibleTo } from './visible-to.ts';

/** A person as lists show them. */
export function personItem(row: PersonEntry): Person {
  return {
    id: row.id,
    installation_id: row.installationId,
    github_login: row.githubLogin,
    github_id: row.githubId,
    email: row.email,
    jira_account_id: row.jiraAccountId,
    slack_id: row.slackId,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}

const selectSql = `select p.id, p.installation_id as "installationId", p.github_login as "githubLogin", p.github_id as "githubId", p.email,
  p.jira_account_id as "jiraAccountId", p.slack_id as "slackId", p.created_at as "createdAt", p.updated_at as "updatedAt" from people p`;

/** A page of the people map, the newest first: of installations that are seen whole, because addresses are nobody else's business. */
export async function listPeople(db: Db, query: PersonQuery, requester: Requester): Promise<Page<Person>> {
  const list = new PageQuery<PersonEntry>('p.id', query);
  list.add(visibleTo(requester, { installation: 'p.installation_id' }));
  list.whereEqual('p.installation_id', query.installation);
  if (query.q !== undefined)
    list.where(`(strpos(lower(p.github_login), lower(:q)) > 0 or strpos(lower(coalesce(p.email, '')), lower(:q)) > 0)`, { q: query.q });
  return await list.read(db, selectSql, personItem);
}

/** The one living installation that the requester sees; undefined when there are none or several. */
export async function findOnlyInstallation(db: Db, requester: Requester): Promise<string | undefined> {
  const seen = visibleInstallations(requester);
  const rows = await queryRows<{ id: string }>(
    db,
    `select i.id from installations i where i.deleted_at is null and ${seen.sql} order by i.id limit 2`,
    seen.values,
  );
  return rows.length === 1 ? rows[0]!.id : undefined;
}

/** Addresses and logins that stand together in the commits of an installation's latest changes. */
export async function listCommitAuthors(db: Db, installationId: string): Promise<{ email: string; login: string | null }[]> {
  return await queryRows(
    db,
    `select distinct on (lower(a.author ->> 'email')) lower(a.author ->> 'email') as email, a.author ->> 'username' as login
     from (select c.data from changes c where c.installation_id = :installationId order by c.id desc limit 2000) c
     cross join lateral jsonb_array_elements(case when jsonb_typeof(c.data -> 'commits') = 'array' then c.data -> 'commits' else '[]' end) as k (commit)
     cross join lateral (select k.commit -> 'author' as author) a
     where a.author ->> 'email' is not null
     order by lower(a.author ->> 'email'), a.author ->> 'username' nulls last limit 1000`,
    { installationId },
  );
}
