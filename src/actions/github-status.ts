import { z } from 'zod';
import { ok } from '../core/outcome.ts';
import type { GitHubAnswer, GitHubRepository } from './github-access.ts';
import { findDroppedValue, type Dropped } from './github-compare.ts';

/** A commit status: one line for one commit. */
export interface StatusReport {
  sha: string;
  context: string;
  state: 'success' | 'failure' | 'error' | 'pending';
  /** Cut to the 140 characters that GitHub takes. */
  description: string;
  targetUrl: string | undefined;
}

/** What became of a status. */
interface SavedStatus {
  /** False when it said so already. */
  written: boolean;
  description: string;
  dropped: Dropped[];
}

/** The longest description that GitHub takes, in characters. */
export const maxDescription = 140;

const statusSchema = z.object({
  context: z.string(),
  state: z.string(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

/** Makes a commit's status say this. One that says it already is not written again: GitHub takes a thousand of a context, and keeps them all (handbook G3). */
export async function saveStatus(
  github: Pick<GitHubRepository, 'read' | 'write'>,
  report: StatusReport,
): Promise<GitHubAnswer<SavedStatus>> {
  const { sha, context, state, targetUrl } = report;
  const whole = report.description.toWellFormed();
  const description = whole.length > maxDescription ? `${whole.slice(0, maxDescription - 1).toWellFormed()}…` : whole;
  const listed = await github.read(`/commits/${sha}/statuses?per_page=100`, z.array(statusSchema));
  if (!listed.ok) return listed;
  // The newest comes first.
  const present = listed.value.find((status) => status.context === context);
  const isSame = present?.state === state && (present.description ?? '') === description && (present.target_url ?? undefined) === targetUrl;
  if (isSame) return ok({ written: false, description, dropped: [] });
  const saved = await github.write({
    method: 'POST',
    path: `/statuses/${sha}`,
    body: { state, context, description, ...(targetUrl === undefined ? {} : { target_url: targetUrl }) },
    answer: statusSchema,
  });
  if (saved.ok) return ok({ written: true, description, dropped: compare(report, description, saved.value) });
  if (saved.code !== 'github_refused' || !/maximum number of statuses/i.test(saved.message)) return saved;
  const message = `The commit ${sha.slice(0, 7)} has 1,000 statuses of the context ${context}, and GitHub takes no more. Use another context.`;
  return { ok: false, code: 'github_status_limit', message };
}

function compare({ state, context, targetUrl }: StatusReport, description: string, got: z.output<typeof statusSchema>): Dropped[] {
  return [
    ...findDroppedValue('state', state, got.state),
    ...findDroppedValue('context', context, got.context),
    ...(description === '' ? [] : findDroppedValue('description', description, got.description)),
    ...findDroppedValue('target_url', targetUrl, got.target_url),
  ];
}
