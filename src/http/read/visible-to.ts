import type { Requester } from '../../people/requester.ts';

/**
 * The condition for deliveries `d`, which name GitHub's numbers. What came about nobody, or about an installation that is not known, is
 * for those who see everything.
 */
export function visibleDeliveries({ sight }: Requester): Condition {
  if (sight.installations === 'all') return { sql: 'true', values: {} };
  const installations = (ids: string) =>
    `d.installation_github_id in (select i.github_id from installations i where i.id = any(cast(:${ids} as bigint[])))`;
  const sql = `(${installations('seenInstallations')} or (${installations('seenPartly')}
    and d.repository_github_id in (select r.github_id from repositories r where r.id = any(cast(:seenRepositories as bigint[])))))`;
  const values = { seenInstallations: sight.installations, seenPartly: sight.partly, seenRepositories: sight.repositories };
  return { sql, values };
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
  const parts = [`${columns.installation} = any(cast(:seenInstallations as bigint[]))`];
  const values: Record<string, unknown> = { seenInstallations: sight.installations };
  if (columns.repository !== undefined) {
    parts.push(
      `(${columns.installation} = any(cast(:seenPartly as bigint[])) and ${columns.repository} = any(cast(:seenRepositories as bigint[])))`,
    );
    Object.assign(values, { seenPartly: sight.partly, seenRepositories: sight.repositories });
  }
  if (columns.project !== undefined) {
    parts.push(`${columns.project} = any(cast(:seenProjects as bigint[]))`);
    Object.assign(values, { seenProjects: sight.projects });
  }
  return { sql: `(${parts.join(' or ')})`, values };
}
