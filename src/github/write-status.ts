import { z } from 'zod';
import { ok } from '../core/outcome.ts';
import type { Read } from './ask.ts';
import type { RepositoryPlace } from './repository-path.ts';
import type { Writer } from './writer.ts';

/** A commit status: one line for one commit. */
export interface StatusReport {
  sha: string;
  context: string;
  state: 'success' | 'failure' | 'error' | 'pending';
  /** Cut to the 140 characters that GitHub takes. */
  description: string;
  targetUrl: string | undefined;
}

const maxDescription = 140;

const statusSchema = z.object({
  context: z.string(),
  state: z.string(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

/** Makes a commit's status say this. One that says it already is not written again: GitHub takes a thousand of a context, and keeps them all (handbook G3). */
export async function saveStatus(writer: Writer, place: RepositoryPlace, report: StatusReport): Promise<Read<null>> {
  const { sha, context, state, targetUrl } = report;
  const description =
    report.description.length > maxDescription ? `${report.description.slice(0, maxDescription - 1).toWellFormed()}…` : report.description;
  const listed = await writer.read(place, `/commits/${sha}/statuses?per_page=100`, z.array(statusSchema));
  if (!listed.ok) return listed;
  // The newest comes first.
  const present = listed.value.find((status) => status.context === context);
  if (present?.state === state && present.description === description && (present.target_url ?? undefined) === targetUrl) return ok(null);
  const saved = await writer.write(place, {
    method: 'POST',
    path: `/statuses/${sha}`,
    body: { state, context, description, ...(targetUrl === undefined ? {} : { target_url: targetUrl }) },
    answer: statusSchema,
  });
  return saved.ok ? ok(null) : saved;
}
