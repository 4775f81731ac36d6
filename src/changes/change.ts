import type { ChangeOrigin } from '../core/statuses.ts';
import { refChangeTypes, type Actor, type RefChangeData, type RefChangeType } from './ref-change.ts';
import { repositoryChangeTypes, type RepositoryChangeData, type RepositoryChangeType } from './repository-change.ts';

/** Every type word a change can have. */
export const changeTypes = [...refChangeTypes, ...repositoryChangeTypes] as const;
export type ChangeType = (typeof changeTypes)[number];

interface ChangeFacts {
  /** Identity text in the database. */
  id: string;
  origin: ChangeOrigin;
  repository: { id: string; full_name: string; owner: string; name: string; private: boolean; default_branch: string | null };
  installation: { id: string };
  actor: Actor | null;
  /** When it happened, as far as GitHub says, ISO-8601 Z. */
  happened_at: string;
}

/** What happened, in our words; an immutable row. */
export type Change = ChangeFacts &
  ({ type: RefChangeType; data: RefChangeData } | { type: RepositoryChangeType; data: RepositoryChangeData });

/** A change to a branch or tag. */
export type RefChange = ChangeFacts & { type: RefChangeType; data: RefChangeData };

/** True for a change to a branch or a tag. */
export function isRefChange(change: Change): change is RefChange {
  return (refChangeTypes as readonly string[]).includes(change.type);
}
