import { addCollaborator, createTeam, listAccess } from './collaborators.ts';
import { addMilestone, commentsOf, createLabels, switchIssues } from './issue-desk.ts';
import { pullPayload, pullsOf } from './pull-requests.ts';
import { workflowRunsOf } from './routes-workflows.ts';
import { readRepository, type Json, type World } from './world.ts';

/** What steps bring about beside words: pull requests, workflow runs, access. */
export interface WorkControls {
  /** Every pull request of a repository, oldest first. */
  pullRequests(repo: string): Promise<Json[]>;
  /** Every workflow run, oldest first; nothing is ever run. */
  workflowRuns(repo: string): Promise<Json[]>;
  /** Ends a workflow run with this conclusion. */
  finishWorkflowRun(options: { repo: string; id: number; conclusion: string }): Promise<void>;
  /** `role` is `write` when absent. Nothing is announced. */
  addCollaborator(options: { repo: string; login: string; role?: string }): Promise<void>;
  /** A team with access to these repositories of its organisation, by name. */
  createTeam(options: { organization: string; slug: string; repositories?: string[] }): Promise<void>;
  /** Who has access: collaborators, open invitations, teams. */
  access(repo: string): Promise<{ collaborators: Json[]; invitations: Json[]; teams: Record<string, string> }>;
  /** Comments of an issue or pull request, oldest first. */
  comments(options: { repo: string; number: number }): Promise<Json[]>;
  /** Labels that a repository has. */
  createLabels(options: { repo: string; names: string[] }): Promise<void>;
  createMilestone(options: { repo: string; title: string }): Promise<{ number: number }>;
  /** Switches the issues of a repository off, or on again; then they answer 410. */
  switchIssues(options: { repo: string; enabled: boolean }): Promise<void>;
}

/** Ties these operations to one world. */
export function createWorkControls(world: World): WorkControls {
  return {
    async pullRequests(repo) {
      const repository = readRepository(world, repo);
      return pullsOf(repository).map((pull) => pullPayload(world, repository, pull));
    },
    async workflowRuns(repo) {
      return workflowRunsOf(readRepository(world, repo));
    },
    async finishWorkflowRun({ repo, id, conclusion }) {
      const run = workflowRunsOf(readRepository(world, repo)).find((each) => each['id'] === id);
      if (!run) throw new Error(`${repo} has no workflow run ${id}.`);
      Object.assign(run, { status: 'completed', conclusion });
    },
    async addCollaborator(options) {
      addCollaborator(world, options);
    },
    async createTeam(options) {
      createTeam(world, options);
    },
    async access(repo) {
      return listAccess(world, repo);
    },
    async comments({ repo, number }) {
      return commentsOf(readRepository(world, repo), number);
    },
    async createLabels({ repo, names }) {
      createLabels(world, readRepository(world, repo), names);
    },
    async createMilestone({ repo, title }) {
      return { number: addMilestone(world, readRepository(world, repo), title) };
    },
    async switchIssues({ repo, enabled }) {
      switchIssues(readRepository(world, repo), enabled);
    },
  };
}
