import type { GitHubRepository } from '../actions/github-access.ts';
import { saveCheckRun } from '../actions/github-check-run.ts';
import { saveStatus } from '../actions/github-status.ts';
import type { FeedbackChannel } from '../core/statuses.ts';
import type { Read } from '../github/ask.ts';
import { isGranted } from '../github/needed-permissions.ts';
import type { Writer } from '../github/writer.ts';
import type { Repository } from '../mirror/repository.ts';
import { checkName } from './check-name.ts';
import { describeVerdict, summarizeVerdict, toAnnotations, type Audience, type Verdict } from './describe-validation.ts';
import { placeOf } from './place-of.ts';

/** A verdict that is to be told on GitHub, under the id that it has here. */
export interface Report {
  id: string;
  repository: Repository;
  verdict: Verdict;
  audience: Audience;
  /** What the installation has granted. */
  permissions: Readonly<Record<string, string>>;
}

/** Where it was told. */
export interface Reported {
  channel: FeedbackChannel;
  checkRunId?: string;
}

/**
 * Tells a verdict on its commit: as a check run, as a status where only that is granted, and nowhere without either. A right
 * that GitHub turns out to refuse counts as not granted.
 */
export async function reportValidation(writer: Writer, report: Report): Promise<Read<Reported>> {
  const { permissions } = report;
  if (isGranted(permissions['checks'], 'write')) {
    const saved = await sendCheckRun(writer, report);
    if (saved.ok) return { ok: true, value: { channel: 'check', checkRunId: saved.value.id } };
    if (saved.code !== 'github_forbidden') return saved;
  }
  if (isGranted(permissions['statuses'], 'write')) {
    const saved = await sendStatus(writer, report);
    if (saved.ok) return { ok: true, value: { channel: 'status' } };
    if (saved.code !== 'github_forbidden') return saved;
  }
  return { ok: true, value: { channel: 'none' } };
}

function sendCheckRun(writer: Writer, { id, repository, verdict, audience }: Report): ReturnType<typeof saveCheckRun> {
  const github = {
    ...placeWriter(writer, repository),
    isOurApp: (app: { id: string } | null | undefined) => (app?.id ?? writer.appId) === writer.appId,
  };
  return saveCheckRun(github, {
    name: checkName,
    sha: audience.sha,
    status: 'completed',
    conclusion: verdict.conclusion,
    output: { title: describeVerdict(verdict), summary: summarizeVerdict(verdict, audience) },
    annotations: toAnnotations(verdict.problems),
    externalId: id,
    detailsUrl: audience.detailsUrl,
    actions: [{ label: 'Validate again', description: 'Reads the file again', identifier: 'validate' }],
  });
}

function sendStatus(writer: Writer, { repository, verdict, audience }: Report): ReturnType<typeof saveStatus> {
  const first = verdict.problems.find(({ severity }) => severity === 'error');
  const where = first ? `; first in line ${first.line}: ${first.message}` : '';
  return saveStatus(placeWriter(writer, repository), {
    sha: audience.sha,
    context: checkName,
    // A status has no word for neutral.
    state: verdict.conclusion === 'failure' ? 'failure' : 'success',
    description: `${describeVerdict(verdict)}${where}`.replaceAll('@', '@\u200b'),
    targetUrl: audience.detailsUrl,
  });
}

/** The writer, at this repository. */
function placeWriter(writer: Writer, repository: Repository): Pick<GitHubRepository, 'read' | 'write'> {
  const place = placeOf(repository);
  return { read: (path, answer) => writer.read(place, path, answer), write: (request) => writer.write(place, request) };
}
