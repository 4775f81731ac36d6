import type { Requester } from '../../people/requester.ts';

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
