import type { Requester } from '../../people/requester.ts';
import type { AttentionItem, AttentionKind } from '../schemas/attention.ts';

/** Who asks, and what decides about what is still open. */
export interface AttentionQuestion {
  requester: Requester;
  /** For how long a breaker of loops stays open. Milliseconds. */
  loopWindowMs: number;
  now: Date;
}

/** A row of any source: whose it is, since when, and how much it is about; the rest is for its own sentence. */
export interface AttentionRow extends Record<string, unknown> {
  installation_id: string | null;
  login: string | null;
  repository_id: string | null;
  full_name: string | null;
  since: Date | null;
  count: number;
}

/** A statement that finds what needs a person, and how its rows are said. */
export interface AttentionSource {
  sql: string;
  values: Record<string, unknown>;
  item: (row: AttentionRow) => { kind: AttentionKind; title: string; detail: string; target?: Partial<AttentionItem['target']> };
}

/** A text of a row; empty where there is none. */
export const rowText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Whose a repository `r` is, for every source that is about one: columns and joins. */
export const repositoryOwner = `r.installation_id, a.login, r.id as repository_id, r.full_name
  from repositories r join installations i on i.id = r.installation_id join accounts a on a.id = i.account_id`;
