import { createHash } from 'node:crypto';
import { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import type { GitHubAnswer, GitHubRepository } from './github-access.ts';

/** A remark at a line of a file, as GitHub shows it in the diff. */
export interface Annotation {
  path: string;
  /** From 1. */
  start_line: number;
  end_line: number;
  start_column?: number | undefined;
  end_column?: number | undefined;
  annotation_level: 'notice' | 'warning' | 'failure';
  title?: string | undefined;
  message: string;
  raw_details?: string | undefined;
}

/** A check of one commit. */
export interface CheckReport {
  name: string;
  sha: string;
  /** `completed` goes with a conclusion, the others without. */
  status: 'queued' | 'in_progress' | 'completed';
  conclusion?: string | undefined;
  /** What people read; Markdown, cut where GitHub would refuse it. Nothing is said without one. */
  output?: { title: string; summary: string; text?: string | undefined } | undefined;
  annotations: readonly Annotation[];
  externalId: string;
  detailsUrl: string | undefined;
  /** Buttons, at most three. */
  actions?: readonly { label: string; description: string; identifier: string }[];
}

/** The check run that says it now. */
interface SavedCheck {
  id: string;
  url: string | null;
  /** False when one that was there already was made to say it. */
  created: boolean;
}

/** Whose check run it is. */
type App = { id: string; slug?: string | undefined } | null | undefined;

/** Where check runs are written, and which are ours: what another App wrote is left alone. */
export interface CheckWriter extends Pick<GitHubRepository, 'read' | 'write'> {
  isOurApp(app: App): boolean;
}

/** The most annotations that GitHub takes in one request; each further request adds to them (handbook G1). */
const annotationsAtOnce = 50;

/** The longest summary and text that GitHub takes. */
const maxText = 65_535;

/** The longest title that fits on a page, in characters. */
export const maxTitle = 250;

const idSchema = z.union([z.int().nonnegative(), z.bigint().nonnegative(), z.string().regex(/^\d{1,19}$/)]).transform(String);
const runSchema = z.object({
  id: idSchema,
  name: z.string(),
  head_sha: z.string(),
  external_id: z.string().nullish(),
  html_url: z.string().nullish(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  app: z.object({ id: idSchema, slug: z.string().optional() }).nullish(),
  output: z.object({ summary: z.string().nullish(), annotations_count: z.int().nonnegative().optional() }).nullish(),
});
type Run = z.output<typeof runSchema>;
const pageSchema = z.object({ total_count: z.int().optional(), check_runs: z.array(runSchema) });
const perPage = 100;

/** Tells which annotations a check run was begun with: they can be added to, and never taken away. */
function markOf(annotations: readonly Annotation[]): string {
  const digest = createHash('sha256').update(JSON.stringify(annotations)).digest('hex').slice(0, 16);
  return `<!-- repowatch:annotations:${digest} -->`;
}

/** Our check runs of this name at a commit, the newest first. */
async function listCheckRuns(github: CheckWriter, { name, sha }: Pick<CheckReport, 'name' | 'sha'>): Promise<GitHubAnswer<Run[]>> {
  const runs: Run[] = [];
  // GitHub keeps a thousand of one name (handbook G1).
  for (let page = 1; page <= 10; page += 1) {
    const query = `check_name=${encodeURIComponent(name)}&filter=all&per_page=${perPage}&page=${page}`;
    const listed = await github.read(`/commits/${sha}/check-runs?${query}`, pageSchema);
    if (!listed.ok) return listed;
    runs.push(...listed.value.check_runs);
    if (listed.value.check_runs.length < perPage) break;
  }
  const own = runs.filter((run) => run.name === name && github.isOurApp(run.app));
  return ok(own.toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? 1 : -1)));
}

/** Which of ours this report goes into; one that is over is not begun again, except by its own report. */
function choose(runs: readonly Run[], report: CheckReport): Run | undefined {
  const own = runs.find((run) => run.external_id === report.externalId) ?? runs[0];
  const isOver = own?.status === 'completed' && report.status !== 'completed' && own.external_id !== report.externalId;
  if (!own || isOver) return undefined;
  const present = own.output?.annotations_count ?? 0;
  return present === 0 || (own.output?.summary ?? '').includes(markOf(report.annotations)) ? own : undefined;
}

/**
 * Makes the check run of a commit say this: the one that is there is updated, so that a lost answer and a second request
 * leave one. Annotations go in batches, from where GitHub says it has them. Only when others than these are there already a
 * new run takes its place, since GitHub takes none away.
 */
export async function saveCheckRun(github: CheckWriter, report: CheckReport): Promise<GitHubAnswer<SavedCheck>> {
  const found = await listCheckRuns(github, report);
  if (!found.ok) return found;
  let run = choose(found.value, report);
  const created = run === undefined;
  let sent = run?.output?.annotations_count ?? 0;
  do {
    const batch = report.annotations.slice(sent, sent + annotationsAtOnce);
    const saved: GitHubAnswer<Run> = await github.write({
      method: run ? 'PATCH' : 'POST',
      path: run ? `/check-runs/${run.id}` : '/check-runs',
      body: { ...toBody(report, batch), ...(run ? {} : { head_sha: report.sha }) },
      answer: runSchema,
    });
    if (!saved.ok) return saved;
    const lost = compare(saved.value, report, sent + batch.length);
    if (lost !== undefined) return failed('github_refused', `GitHub took the check run ${report.name} and changed it: ${lost}`);
    run = saved.value;
    sent += batch.length;
  } while (sent < report.annotations.length);
  return ok({ id: run.id, url: run.html_url ?? null, created });
}

function toBody(report: CheckReport, batch: readonly Annotation[]): Record<string, unknown> {
  const { name, status, conclusion, externalId, detailsUrl, output, actions } = report;
  return {
    name,
    ...(status === 'completed' ? { status, conclusion, completed_at: new Date().toISOString() } : { status }),
    external_id: externalId,
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
    ...(output && { output: toOutput(report, output, batch) }),
    ...(actions && { actions }),
  };
}

function toOutput(report: CheckReport, { title, summary, text }: NonNullable<CheckReport['output']>, batch: readonly Annotation[]): object {
  const mark = report.annotations.length > 0 ? `\n\n${markOf(report.annotations)}` : '';
  return {
    title: title.slice(0, maxTitle).toWellFormed(),
    summary: `${cut(summary, maxText - mark.length)}${mark}`,
    ...(text === undefined ? {} : { text: cut(text, maxText) }),
    ...(batch.length > 0 ? { annotations: batch } : {}),
  };
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text.toWellFormed();
}

/** What of a report GitHub did not keep (handbook G5); undefined when all of it is there. */
function compare(run: Run, report: CheckReport, annotations: number): string | undefined {
  if (run.name !== report.name || run.head_sha !== report.sha) return `it is ${run.name} of ${run.head_sha}`;
  if (run.conclusion !== undefined && run.conclusion !== (report.conclusion ?? null))
    return `its conclusion is ${run.conclusion ?? 'missing'}, not ${report.conclusion ?? 'missing'}`;
  const kept = run.output?.annotations_count;
  return kept !== undefined && kept < annotations ? `it has ${kept} of ${annotations} annotations` : undefined;
}
