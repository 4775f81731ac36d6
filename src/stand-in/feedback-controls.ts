import { annotationsOf } from './check-annotations.ts';
import { accountPayload, repositoryPayload } from './payloads.ts';
import { openPullRequest, pushToPullRequest, type NewPullRequest } from './pull-requests.ts';
import { organizationOf } from './push-events.ts';
import { statusesOf } from './routes-feedback.ts';
import { announce } from './webhook-sender.ts';
import { findInstallation, readRepository, type Json, type World } from './world.ts';

/** Pull requests, what an App said on commits and issues, and the buttons that people press there. */
export interface FeedbackControls {
  /** Announces `pull_request.opened`; with `fork` its head is in another repository. */
  openPullRequest(options: NewPullRequest): Promise<{ number: number; sha: string }>;
  /** Moves its head; announces `pull_request.synchronize`. */
  pushToPullRequest(options: { repo: string; number: number; files?: Record<string, string | null> }): Promise<{ sha: string }>;
  /** Every check run of a repository, oldest first, each with its annotations. */
  checkRuns(repo: string): Promise<Json[]>;
  /** Every commit status, oldest first. */
  statuses(repo: string): Promise<Json[]>;
  /** Every issue, oldest first. */
  issues(repo: string): Promise<Json[]>;
  /** “Re-run” on a check run: `check_run.rerequested`. */
  rerequestCheckRun(options: { repo: string; id: number }): Promise<void>;
  /** “Re-run all checks” on a commit: `check_suite.rerequested`. */
  rerequestCheckSuite(options: { repo: string; sha: string; branch?: string }): Promise<void>;
}

function announceCheck(world: World, repo: string, said: { event: string; payload: Json }): void {
  const repository = readRepository(world, repo);
  const installation = findInstallation(world, repository);
  if (!installation) return;
  const subject = { repository: repositoryPayload(world, repository), ...organizationOf(world, repository) };
  const payload = { action: 'rerequested', ...said.payload, ...subject, sender: accountPayload(world, world.pusher) };
  announce(world, { event: said.event, payload, installation, repository });
}

/** Ties these operations to one world. */
export function createFeedbackControls(world: World): FeedbackControls {
  return {
    openPullRequest: (options) => openPullRequest(world, options),
    pushToPullRequest: (options) => pushToPullRequest(world, options),
    async checkRuns(repo) {
      return readRepository(world, repo).checkRuns.map((run) => Object.assign({}, run, { annotations: annotationsOf(run) }));
    },
    async statuses(repo) {
      return statusesOf(readRepository(world, repo));
    },
    async issues(repo) {
      return readRepository(world, repo).issues.filter((issue) => issue['pull_request'] === undefined);
    },
    async rerequestCheckRun({ repo, id }) {
      const run = readRepository(world, repo).checkRuns.find((each) => each['id'] === id);
      if (!run) throw new Error(`${repo} has no check run ${id}.`);
      announceCheck(world, repo, { event: 'check_run', payload: { check_run: run } });
    },
    async rerequestCheckSuite({ repo, sha, branch }) {
      const suite = { id: world.app.id, head_sha: sha, head_branch: branch ?? null };
      announceCheck(world, repo, { event: 'check_suite', payload: { check_suite: suite } });
    },
  };
}
