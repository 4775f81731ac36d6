import type { ChangeOrigin } from '../core/statuses.ts';
import { configChangeTypes, type ConfigChangeData, type ConfigChangeType } from './config-change.ts';
import { destinationChangeTypes, type DestinationChangeData, type DestinationChangeType } from './destination-change.ts';
import { inboundChangeTypes, type InboundChangeData, type InboundChangeType } from './inbound-change.ts';
import { installationChangeTypes, type InstallationChangeData, type InstallationChangeType } from './installation-change.ts';
import { issueChangeTypes, type IssueChangeData, type IssueChangeType } from './issue-change.ts';
import { issueCommentChangeTypes, type IssueCommentChangeData, type IssueCommentChangeType } from './issue-comment-change.ts';
import { manualChangeTypes, type ManualChangeData, type ManualChangeType } from './manual-change.ts';
import { memberChangeTypes, type MemberChangeData, type MemberChangeType } from './member-change.ts';
import { presenceChangeTypes, type PresenceChangeData, type PresenceChangeType } from './presence-change.ts';
import { projectChangeTypes, type ProjectChangeData, type ProjectChangeType } from './project-change.ts';
import { pullRequestChangeTypes, type PullRequestChangeData, type PullRequestChangeType } from './pull-request-change.ts';
import { recoveryChangeTypes, type RecoveryChangeData, type RecoveryChangeType } from './recovery-change.ts';
import { refChangeTypes, type Actor, type RefChangeData, type RefChangeType } from './ref-change.ts';
import { releaseChangeTypes, type ReleaseChangeData, type ReleaseChangeType } from './release-change.ts';
import { repositoryChangeTypes, type RepositoryChangeData, type RepositoryChangeType } from './repository-change.ts';
import { runChangeTypes, type RunChangeData, type RunChangeType } from './run-change.ts';
import { scheduleChangeTypes, type ScheduleChangeData, type ScheduleChangeType } from './schedule-change.ts';

/** Every type word a change can have. */
export const changeTypes = [
  ...refChangeTypes,
  ...presenceChangeTypes,
  ...pullRequestChangeTypes,
  ...issueChangeTypes,
  ...issueCommentChangeTypes,
  ...releaseChangeTypes,
  ...memberChangeTypes,
  ...repositoryChangeTypes,
  ...projectChangeTypes,
  ...installationChangeTypes,
  ...scheduleChangeTypes,
  ...manualChangeTypes,
  ...inboundChangeTypes,
  ...configChangeTypes,
  ...runChangeTypes,
  ...recoveryChangeTypes,
  ...destinationChangeTypes,
] as const;
export type ChangeType = (typeof changeTypes)[number];

/** What is stored with a change that is not about a ref's head, by its type. */
export type NounData =
  | { type: PresenceChangeType; data: PresenceChangeData }
  | { type: PullRequestChangeType; data: PullRequestChangeData }
  | { type: IssueChangeType; data: IssueChangeData }
  | { type: IssueCommentChangeType; data: IssueCommentChangeData }
  | { type: ReleaseChangeType; data: ReleaseChangeData }
  | { type: MemberChangeType; data: MemberChangeData }
  | { type: RepositoryChangeType; data: RepositoryChangeData }
  | { type: ProjectChangeType; data: ProjectChangeData }
  | { type: InstallationChangeType; data: InstallationChangeData }
  | { type: ScheduleChangeType; data: ScheduleChangeData }
  | { type: ManualChangeType; data: ManualChangeData }
  | { type: InboundChangeType; data: InboundChangeData }
  | { type: ConfigChangeType; data: ConfigChangeData }
  | { type: RunChangeType; data: RunChangeData }
  | { type: RecoveryChangeType; data: RecoveryChangeData }
  | { type: DestinationChangeType; data: DestinationChangeData };

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

/** A change to a branch or tag. */
export type RefChange = ChangeFacts & { type: RefChangeType; data: RefChangeData };

/** A change to anything else. */
export type NounChange = ChangeFacts & NounData;

/** What happened, in our words; an immutable row. */
export type Change = RefChange | NounChange;

/** True for a change to the head of a branch or a tag. Somebody's presence on a branch is none. */
export function isRefChange(change: Change): change is RefChange {
  return (refChangeTypes as readonly string[]).includes(change.type);
}
