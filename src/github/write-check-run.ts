import { createHash } from 'node:crypto';
import { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import type { Read } from './ask.ts';
import { githubIdSchema } from './facts.ts';
import type { RepositoryPlace } from './repository-path.ts';
import type { Writer } from './writer.ts';

/** A remark at a line of a file, as GitHub shows it in the diff. */
export interface Annotation {
  path: string;
  /** From 1. */
  start_line: number;
  end_line: number;
  start_column?: number;
  end_column?: number;
  annotation_level: 'notice' | 'warning' | 'failure';
  title: string;
  message: string;
}

/** A finished check of one commit. */
export interface CheckReport {
  name: string;
  sha: string;
  conclusion: 'success' | 'failure' | 'neutral';
  title: string;
  /** Markdown; cut where GitHub would refuse it. */
  summary: string;
  annotations: readonly Annotation[];
  externalId: string;
  detailsUrl: string | undefined;
}

/** The most annotations that GitHub takes in one request; each further request adds to them (handbook G1). */
const annotationsAtOnce = 50;

/** GitHub takes 65,535; some room is left for the mark. */
const maxSummary = 65_000;

const runSchema = z.object({
  id: githubIdSchema,
  name: z.string(),
  head_sha: z.string(),
  conclusion: z.string().nullish(),
  app: z.object({ id: githubIdSchema }).nullish(),
  output: z.object({ summary: z.string().nullish(), annotations_count: z.int().nonnegative().optional() }).nullish(),
});
type Run = z.output<typeof runSchema>;
const pageSchema = z.object({ check_runs: z.array(runSchema) });

/** Tells which annotations a check run was begun with: they can be added to, and never taken away. */
function markOf(annotations: readonly Annotation[]): string {
  const digest = createHash('sha256').update(JSON.stringify(annotations)).digest('hex').slice(0, 16);
  return `<!-- repowatch:annotations:${digest} -->`;
}

/** Our check run of this name at a commit; undefined when there is none. */
async function findCheckRun(
  writer: Writer,
  place: RepositoryPlace,
  report: Pick<CheckReport, 'name' | 'sha'>,
): Promise<Read<Run | undefined>> {
  const listed = await writer.list(place, `/commits/${report.sha}/check-runs`, {
    params: { check_name: report.name, filter: 'all' },
    page: pageSchema,
    itemsOf: (page) => page.check_runs,
  });
  if (!listed.ok) return listed;
  const own = listed.value.filter((run) => run.name === report.name && (run.app?.id ?? writer.appId) === writer.appId);
  const newest = own.toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? 1 : -1))[0];
  return ok(newest);
}

/**
 * Makes the check run of a commit say this: the one that is there is updated, so that a lost answer and a second request
 * leave one. Annotations go in batches, from where GitHub says it has them. Only when others than these are there already a
 * new run takes its place, since GitHub takes none away. Answers the run's id.
 */
export async function saveCheckRun(writer: Writer, place: RepositoryPlace, report: CheckReport): Promise<Read<string>> {
  const found = await findCheckRun(writer, place, report);
  if (!found.ok) return found;
  const mark = markOf(report.annotations);
  const present = found.value?.output?.annotations_count ?? 0;
  const fits = found.value !== undefined && (present === 0 || (found.value.output?.summary ?? '').includes(mark));
  let run: Run | undefined = fits ? found.value : undefined;
  let sent = run ? present : 0;
  do {
    const batch = report.annotations.slice(sent, sent + annotationsAtOnce);
    const saved: Read<Run> = await writer.write(place, {
      method: run ? 'PATCH' : 'POST',
      path: run ? `/check-runs/${run.id}` : '/check-runs',
      body: { ...toBody(report, mark, batch), ...(run ? {} : { head_sha: report.sha }) },
      answer: runSchema,
    });
    if (!saved.ok) return saved;
    const lost = compare(saved.value, report, sent + batch.length);
    if (lost !== undefined) return failed('github_refused', `GitHub took the check run ${report.name} and changed it: ${lost}`);
    run = saved.value;
    sent += batch.length;
  } while (sent < report.annotations.length);
  return ok(run.id);
}

function toBody(report: CheckReport, mark: string, annotations: readonly Annotation[]): Record<string, unknown> {
  const { name, conclusion, title, summary, externalId, detailsUrl } = report;
  const text = summary.length > maxSummary ? `${summary.slice(0, maxSummary)}…` : summary;
  return {
    name,
    status: 'completed',
    conclusion,
    completed_at: new Date().toISOString(),
    external_id: externalId,
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
    output: {
      title: title.slice(0, 250),
      summary: `${text.toWellFormed()}\n\n${mark}`,
      ...(annotations.length > 0 ? { annotations } : {}),
    },
    actions: [{ label: 'Validate again', description: 'Reads the file again', identifier: 'validate' }],
  };
}

/** What of a report GitHub did not keep (handbook G5); undefined when all of it is there. */
function compare(run: Run, report: CheckReport, annotations: number): string | undefined {
  if (run.name !== report.name || run.head_sha !== report.sha) return `it is ${run.name} of ${run.head_sha}`;
  if (run.conclusion !== undefined && run.conclusion !== report.conclusion)
    return `its conclusion is ${run.conclusion ?? 'missing'}, not ${report.conclusion}`;
  const kept = run.output?.annotations_count;
  return kept !== undefined && kept < annotations ? `it has ${kept} of ${annotations} annotations` : undefined;
}
