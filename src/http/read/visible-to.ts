import type { Requester } from '../../people/requester.ts';

/**
 * The condition for deliveries `d`, which name GitHub's numbers. What came about nobody, or about an installation that is not known, is
 * for those who see everything. The numbers are looked up once and not for each row, so that the index on them can be used.
 */
export function visibleDeliveries({ sight }: Requester): Condition {
  if (sight.installations === 'all') return { sql: 'true', values: {} };
  const installations = (ids: string) =>
    `d.installation_github_id = any(array(select i.github_id from installations i where i.id = any(cast(:${ids} as bigint[]))))`;
  const whole = installations('seenInstallations');
  const partly = `(${installations('seenPartly')}
    and d.repository_github_id = any(array(select r.github_id from repositories r where r.id = any(cast(:seenRepositories as bigint[])))))`;
  const values = { seenInstallations: sight.installations, seenPartly: sight.partly, seenRepositories: sight.repositories };
  return { sql: eitherOf([...(sight.installations.length > 0 ? [whole] : []), ...(sight.partly.length > 0 ? [partly] : [])]), values };
}

/** An "or" that knows of nothing to be found keeps an index from being used. */
function eitherOf(parts: readonly string[]): string {
  return parts.length === 0 ? 'false' : `(${parts.join(' or ')})`;
}

/** The condition for installations `i` themselves: also those of which only some repositories are seen. */
export function visibleInstallations({ sight }: Requester): Condition {
  if (sight.installations === 'all') return { sql: 'true', values: {} };
  return { sql: 'i.id = any(cast(:seenAtAll as bigint[]))', values: { seenAtAll: [...sight.installations, ...sight.partly] } };
}

/** The columns that say whose a row is, qualified, such as `c.installation_id`. `repository` is left out where rows are about none. */
export interface OwnerColumns {
  installation: string;
  repository?: string;
  project?: string;
}

/** A condition with its named values; the names begin with `seen`. */
export interface Condition {
  sql: string;
  values: Record<string, unknown>;
}

/**
 * The condition that lets through only rows of what the requester may see; every list and every reading by id has it. Without a
 * repository column only those who see the whole installation see the row.
 */
export function visibleTo({ sight }: Requester, columns: OwnerColumns): Condition {
  if (sight.installations === 'all') return { sql: 'true', values: {} };
  const parts: string[] = [];
  if (sight.installations.length > 0) parts.push(`${columns.installation} = any(cast(:seenInstallations as bigint[]))`);
  if (columns.repository !== undefined && sight.partly.length > 0)
    parts.push(
      `(${columns.installation} = any(cast(:seenPartly as bigint[])) and ${columns.repository} = any(cast(:seenRepositories as bigint[])))`,
    );
  if (columns.project !== undefined && sight.projects.length > 0) parts.push(`${columns.project} = any(cast(:seenProjects as bigint[]))`);
  const values = {
    seenInstallations: sight.installations,
    seenPartly: sight.partly,
    seenRepositories: sight.repositories,
    seenProjects: sight.projects,
  };
  return { sql: eitherOf(parts), values };
}

/** The condition for rows of these repositories. One, as nearly always, is compared as one: then rows come in the order of its index. */
export function ofRepositories(column: string, ids: readonly string[]): Condition {
  if (ids.length === 1) return { sql: `${column} = cast(:repository as bigint)`, values: { repository: ids[0]! } };
  return { sql: `${column} = any(cast(:repositories as bigint[]))`, values: { repositories: ids } };
}

/**
 * Both at once. In one repository nothing but the installation of a row is left to be asked: two conditions on the same column let Postgres take
 * the rows for so few that it sorts all of them.
 */
export function visibleIn(
  requester: Requester,
  columns: Required<Pick<OwnerColumns, 'installation' | 'repository'>>,
  ids: readonly string[],
): Condition {
  const own = ofRepositories(columns.repository, ids);
  const { sight } = requester;
  if (sight.installations === 'all') return own;
  if (ids.length !== 1) {
    const seen = visibleTo(requester, columns);
    return { sql: `${own.sql} and ${seen.sql}`, values: { ...own.values, ...seen.values } };
  }
  const there = [...sight.installations, ...(sight.repositories.includes(ids[0]!) ? sight.partly : [])];
  return { sql: `${own.sql} and ${columns.installation} = any(cast(:seenThere as bigint[]))`, values: { ...own.values, seenThere: there } };
}
