import type { Requester } from '../../people/requester.ts';
import type { SearchKind } from '../schemas/search.ts';
import { namedRepositories } from './repositories.ts';
import { rangeOf, type SearchText } from './search-text.ts';
import { visibleDeliveries, visibleInstallations, visibleTo } from './visible-to.ts';

/*
 * Where things are looked up. Registers (repositories, watches, projects, people, secrets) have as many rows as people made, and are searched for
 * parts of names. What happened has millions of rows and is only looked up by an index: by id, GUID, commit, key.
 */

/** A row of any source. */
export interface HitRow {
  kind: SearchKind;
  id: string;
  title: string;
  detail: string | null;
  repository: string | null;
  status: string | null;
  at: Date | null;
  exact: boolean;
}

/** One statement, with the values that it takes beside `:word`, `:typed` and `:limit`. */
interface SearchSource {
  sql: string;
  values?: Record<string, unknown>;
}

type MakeSource = (search: SearchText, requester: Requester) => SearchSource | undefined;

/** How many of the newest repositories are asked for a branch of a name. */
const askedRepositories = 500;
/** How many of the newest tickets are looked through for a word. */
const readTickets = 2_000;

const part = (column: string) => `strpos(lower(${column}), :word) > 0`;
const ownedBy = (row: string) => ({ installation: `${row}.installation_id`, repository: `${row}.repository_id` });

const repositories: MakeSource = (_search, requester) => {
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  return {
    sql: `select 'repository' as kind, r.id::text, r.full_name as title, null as detail, r.full_name as repository,
        case when r.removed_at is not null then 'removed' when r.archived then 'archived' end as status, r.pushed_at as at,
        lower(r.full_name) = :word as exact
      from repositories r
      where (${part('r.full_name')} or r.id in (select f.repository_id from repository_names f where lower(f.full_name) = :word))
        and (r.removed_at is null or lower(r.full_name) = :word) and ${seen.sql}
      order by lower(r.full_name) = :word desc, r.removed_at is null desc, lower(r.name) = :word desc, strpos(lower(r.name), :word) = 1 desc, r.full_name
      limit :limit`,
    values: seen.values,
  };
};

const projects: MakeSource = (_search, requester) => {
  const seen = visibleTo(requester, { installation: 'p.installation_id', project: 'p.id' });
  return {
    sql: `select 'project' as kind, p.id::text, p.name as title, a.login as detail, null as repository,
        case when p.enabled then null else 'off' end as status, null::timestamptz as at, lower(p.name) = :word as exact
      from projects p join installations i on i.id = p.installation_id join accounts a on a.id = i.account_id
      where ${part('p.name')} and ${seen.sql} order by lower(p.name) = :word desc, p.name limit :limit`,
    values: seen.values,
  };
};

const installations: MakeSource = (_search, requester) => {
  const seen = visibleInstallations(requester);
  return {
    sql: `select 'installation' as kind, i.id::text, a.login as title, a.type as detail, null as repository,
        case when i.deleted_at is not null then 'deleted' when i.suspended_at is not null then 'suspended' end as status, i.installed_at as at,
        lower(a.login) = :word or i.github_id::text = :word as exact
      from installations i join accounts a on a.id = i.account_id
      where (${part('a.login')} or i.github_id::text = :word) and ${seen.sql}
      order by lower(a.login) = :word desc, i.deleted_at is null desc, a.login limit :limit`,
    values: seen.values,
  };
};

const refs: MakeSource = ({ place, text }, requester) => {
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  const asked =
    place === undefined
      ? `select r.* from repositories r where r.removed_at is null and ${seen.sql} order by r.id desc limit ${askedRepositories}`
      : `${namedRepositories} select r.* from repositories r join named on named.id = r.id where r.removed_at is null and ${seen.sql}`;
  // The names of one repository are few enough to be looked through; those of all are not.
  const called = place === undefined ? 'f.name = :ref' : 'strpos(lower(f.name), lower(:ref)) > 0';
  return {
    sql: `select f.kind, f.name as id, f.name as title, null as detail, r.full_name as repository,
        case when f.deleted_at is not null then 'deleted' end as status, f.observed_at as at, f.name = :ref as exact
      from (${asked}) r join refs f on f.repository_id = r.id
      where f.kind in ('branch', 'tag') and ${called}
      order by f.name = :ref desc, f.deleted_at is null desc, f.observed_at desc limit :limit`,
    values: { ...seen.values, ref: place?.ref ?? text, fullName: place?.repository ?? '' },
  };
};

const watches: MakeSource = (_search, requester) => {
  const seen = visibleTo(requester, ownedBy('w'));
  return {
    sql: `select 'watch' as kind, w.key as id, w.name as title, w.key as detail, r.full_name as repository, null as status, null::timestamptz as at,
        lower(w.key) = :word or lower(w.name) = :word as exact
      from watches w join repositories r on r.id = w.repository_id
      where w.removed_at is null and r.removed_at is null and (${part('w.name')} or ${part('w.key')}) and ${seen.sql}
      order by lower(w.key) = :word desc, lower(w.name) = :word desc, w.name, r.full_name limit :limit`,
    values: seen.values,
  };
};

const secrets: MakeSource = (_search, requester) => {
  const seen = visibleTo(requester, {
    installation: 'coalesce(s.installation_id, r.installation_id)',
    repository: 's.repository_id',
    project: 's.project_id',
  });
  return {
    sql: `select 'secret' as kind, s.name as id, s.name as title, concat_ws(' ', s.scope, p.name, s.watch_key) as detail, r.full_name as repository,
        null as status, s.last_used_at as at, false as exact
      from secrets s left join repositories r on r.id = s.repository_id left join projects p on p.id = s.project_id
      where ${part('s.name')} and ${seen.sql} order by lower(s.name) = :word desc, s.name, s.id limit :limit`,
    values: seen.values,
  };
};

const people: MakeSource = (_search, requester) => {
  const seen = visibleTo(requester, { installation: 'p.installation_id' });
  return {
    sql: `select 'person' as kind, p.github_login as id, p.github_login as title, p.email as detail, null as repository, null as status,
        null::timestamptz as at, false as exact
      from people p where (${part('p.github_login')} or ${part("coalesce(p.email, '')")}) and ${seen.sql}
      order by lower(p.github_login) = :word desc, p.github_login limit :limit`,
    values: seen.values,
  };
};

const triggers: MakeSource = (_search, requester) => {
  const seen = visibleTo(requester, ownedBy('t'));
  return {
    sql: `select 'trigger' as kind, t.id::text, t.name as title, t.provider as detail, r.full_name as repository,
        case when t.enabled then null else 'off' end as status, null::timestamptz as at, false as exact
      from triggers t join repositories r on r.id = t.repository_id
      where ${part('t.name')} and ${seen.sql} order by lower(t.name) = :word desc, t.name limit :limit`,
    values: seen.values,
  };
};

const tickets: MakeSource = ({ id, word }, requester) => {
  const seen = visibleTo(requester, ownedBy('t'));
  const own = id === undefined || (id.of !== undefined && id.of !== 'ticket') ? null : id.value;
  const columns = 't.id, t.key, t.title, t.status, t.repository_id, t.updated_at';
  return {
    sql: `select 'ticket' as kind, t.id::text, coalesce(t.title, t.key) as title, t.key as detail, r.full_name as repository, t.status, t.updated_at as at,
        coalesce(lower(t.key) = :word or t.id = cast(:own as bigint), false) as exact
      from (
        (select ${columns} from tickets t where lower(t.key) = :word and ${seen.sql} limit 20)
        union (select ${columns} from tickets t where t.id = cast(:own as bigint) and ${seen.sql})
        union (select ${columns} from (select t.* from tickets t where ${seen.sql} order by t.id desc limit ${readTickets}) t
          where ${part("coalesce(t.title, '')")} and :wordy limit 50)
      ) t left join repositories r on r.id = t.repository_id
      order by lower(t.key) = :word desc, t.id desc limit :limit`,
    values: { ...seen.values, own, wordy: word.length > 2 },
  };
};

const runs: MakeSource = ({ id }, requester) => {
  if (id === undefined || (id.of !== undefined && id.of !== 'run')) return undefined;
  const seen = visibleTo(requester, ownedBy('n'));
  return {
    sql: `select 'run' as kind, n.id::text, 'Run ' || n.id as title, n.watch_key as detail, r.full_name as repository, n.status, n.created_at as at, true as exact
      from runs n join repositories r on r.id = n.repository_id where n.id = :own and ${seen.sql} and cast(:limit as int) > 0`,
    values: { ...seen.values, own: id.value },
  };
};

const changes: MakeSource = ({ id, sha }, requester) => {
  const own = id !== undefined && (id.of === undefined || id.of === 'change') ? id.value : undefined;
  if (own === undefined && sha === undefined) return undefined;
  const seen = visibleTo(requester, ownedBy('c'));
  const columns = 'c.id, c.type, c.ref_name, c.after, c.repository_id, c.created_at';
  const zero = `c.after <> '${'0'.repeat(40)}'`;
  const parts = [
    own === undefined ? [] : [`(select ${columns} from changes c where c.id = :own and ${seen.sql})`],
    sha === undefined
      ? []
      : [`(select ${columns} from changes c where c.after >= :from and c.after <= :to and ${zero} and ${seen.sql} limit 50)`],
  ].flat();
  return {
    sql: `select 'change' as kind, c.id::text, concat_ws(' ', c.type, c.ref_name) as title,
        case when c.after is null then 'change ' || c.id else left(c.after, 12) end as detail, r.full_name as repository, null as status, c.created_at as at,
        true as exact
      from (${parts.join(' union ')}) c join repositories r on r.id = c.repository_id order by c.id desc limit :limit`,
    values: { ...seen.values, own: own ?? null, ...(sha === undefined ? {} : rangeOf(sha, 'sha')) },
  };
};

const deliveries: MakeSource = ({ id, guid, text }, requester) => {
  const own = id !== undefined && (id.of === undefined || id.of === 'delivery') ? id.value : null;
  if (own === null && /\s/.test(text)) return undefined;
  const seen = visibleDeliveries(requester);
  const columns = 'd.id, d.event, d.action, d.guid, d.repository_full_name, d.status, d.received_at';
  const parts = [
    `(select ${columns} from deliveries d where d.id = cast(:own as bigint) and ${seen.sql})`,
    `(select ${columns} from deliveries d where d.guid = :typed and ${seen.sql} limit 20)`,
    ...(guid === undefined
      ? []
      : [`(select ${columns} from deliveries d where d.guid >= :from and d.guid <= :to and ${seen.sql} limit 50)`]),
  ];
  return {
    sql: `select 'delivery' as kind, d.id::text, concat_ws('.', d.event, d.action) as title, d.guid as detail, d.repository_full_name as repository,
        d.status, d.received_at as at, coalesce(d.guid = :typed or lower(d.guid) = :word or d.id = cast(:own as bigint), false) as exact
      from (${parts.join(' union ')}) d order by d.id desc limit :limit`,
    values: { ...seen.values, own, ...(guid === undefined ? {} : rangeOf(guid, 'guid')) },
  };
};

/** Everything that is asked, in no order. */
export const searchSources: readonly MakeSource[] = [
  repositories,
  projects,
  installations,
  refs,
  watches,
  runs,
  changes,
  deliveries,
  tickets,
  triggers,
  secrets,
  people,
];
