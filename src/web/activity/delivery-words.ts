import type { DeliverySummary } from '../../http/schemas/delivery.ts';
import type { Html } from '../html.ts';
import { icon } from '../icons.ts';

const icons: Record<string, string> = {
  push: 'repo-push',
  create: 'git-branch',
  delete: 'git-branch',
  ping: 'broadcast',
  installation: 'plug',
  installation_repositories: 'plug',
  repository: 'repo',
  release: 'rocket',
  pull_request: 'git-pull-request',
  issues: 'issue-opened',
  issue_comment: 'comment',
  member: 'person',
  star: 'star',
};

/** The icon of an event of GitHub. */
export function eventIcon(event: string): Html {
  return icon(icons[event] ?? 'webhook');
}

/** `push`, or `issues.opened`. */
export function eventName({ event, action }: Pick<DeliverySummary, 'event' | 'action'>): string {
  return action === null ? event : `${event}.${action}`;
}

/** How a delivery reached us, for people. */
export const sourceWords: Record<DeliverySummary['source'], string> = {
  webhook: 'webhook',
  recovered: 'recovered from GitHub’s record',
  trigger: 'trigger',
  manual: 'by hand',
};

const refAction = ['created', 'deleted'];
const people = ['assigned', 'unassigned', 'labeled', 'unlabeled', 'milestoned', 'demilestoned'];
const talk = ['locked', 'unlocked', 'pinned', 'unpinned', 'transferred', 'deleted', 'edited', 'closed', 'reopened', 'opened'];

const pullRequests = [
  'opened closed reopened edited synchronize ready_for_review converted_to_draft review_requested review_request_removed locked unlocked',
  'auto_merge_enabled auto_merge_disabled enqueued dequeued',
].flatMap((words) => words.split(' '));

/** The actions of each event that GitHub may deliver to this App, and of some that it often delivers besides; none where an event has no action. */
export const eventActions: Readonly<Record<string, readonly string[]>> = {
  push: [],
  create: [],
  delete: [],
  pull_request: [...pullRequests, ...people],
  issues: [...talk, ...people],
  issue_comment: ['created', 'edited', 'deleted'],
  release: ['created', 'edited', 'deleted', 'published', 'unpublished', 'prereleased', 'released'],
  member: ['added', 'edited', 'removed'],
  repository: [...refAction, 'edited', 'renamed', 'transferred', 'archived', 'unarchived', 'publicized', 'privatized'],
  public: [],
  installation: [...refAction, 'suspend', 'unsuspend', 'new_permissions_accepted'],
  installation_repositories: ['added', 'removed'],
  installation_target: ['renamed'],
  organization: ['renamed', 'deleted', 'member_added', 'member_removed', 'member_invited'],
  github_app_authorization: ['revoked'],
  check_run: ['created', 'completed', 'rerequested', 'requested_action'],
  check_suite: ['completed', 'requested', 'rerequested'],
  repository_dispatch: [],
  ping: [],
  star: refAction,
};
