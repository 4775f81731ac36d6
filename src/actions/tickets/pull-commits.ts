import { z } from 'zod';
import { catalogue, type ErrorCode } from '../../core/error-catalogue.ts';
import type { ActionTools, AttemptContext } from '../action.ts';

const commitSchema = z.object({ commit: z.object({ message: z.string() }) });

/** The messages of a pull request's commits, with what is to be told; or why they have to be waited for. */
type PullCommits =
  | { ok: true; messages: string[]; notes: string[] }
  | { ok: false; code: ErrorCode; message: string; retryAfterSeconds?: number | undefined };

/** The events of a pull request after which its commits are worth reading. */
const telling = /^pull_request\.(?:opened|reopened|synchronize|ready_for_review|closed|merged)$/;

/** Reads the messages of a pull request's commits from GitHub, where its change does not bring them. Without the permission the other sources have to do. */
export async function readPullCommits(context: AttemptContext<unknown>, { github }: Pick<ActionTools, 'github'>): Promise<PullCommits> {
  const { facts, signal } = context;
  const { number } = (facts.change['pull_request'] ?? {}) as { number?: number };
  if (number === undefined || !telling.test(String(facts.change['type']))) return { ok: true, messages: [], notes: [] };
  const opened = await github.open(facts, { permissions: { pull_requests: 'read' }, signal });
  const commits = opened.ok ? await opened.value.list(`/pulls/${number}/commits`, commitSchema) : opened;
  if (commits.ok) return { ok: true, messages: commits.value.map(({ commit }) => commit.message), notes: [] };
  if (catalogue[commits.code].retryable) {
    const wait = commits.retryAt === undefined ? undefined : Math.max(0, (commits.retryAt.getTime() - context.now().getTime()) / 1000);
    return { ok: false, code: commits.code, message: commits.message, retryAfterSeconds: wait };
  }
  return { ok: true, messages: [], notes: [`The commits of pull request ${number} were not looked at: ${commits.message}`] };
}
