import { catalogue } from '../core/error-catalogue.ts';
import { codeSpan, messageToMarkdown } from '../core/markdown.ts';
import type { Read } from '../github/ask.ts';
import { isGranted } from '../github/needed-permissions.ts';
import { closeIssue, openIssue, updateIssue, type IssueReport, type KeptIssue } from '../github/write-issue.ts';
import { deleteAlarm, postponeAlarm, readBrokenConfig, recordAlarmIssue, type ConfigAlarm } from '../mirror/config-alarms.ts';
import { findInstallation } from '../mirror/installation.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import type { Problem } from '../watches/problems.ts';
import { configPath } from './config-path.ts';
import { censorProblem } from './describe-validation.ts';
import type { FeedbackContext } from './feedback-context.ts';
import { placeOf } from './place-of.ts';
import { refuseRepository } from './refuse.ts';
import { retryLaterAt } from './retry-later.ts';

/** How soon a standing alarm is looked at again when nothing changes. Milliseconds. */
const standingMs = 24 * 60 * 60 * 1000;

/** How soon it is seen that a permission was granted. Milliseconds. */
const permissionMs = 10 * 60 * 1000;

/** How many problems an issue lists. */
const maxListed = 20;

/**
 * Serves the alarm of one repository: an issue when the default branch has been broken for long, another text when it is
 * broken otherwise, a last word and its closing when it is mended. The repository's key in the issue finds it again after a lost answer.
 */
export async function raiseAlarm(context: FeedbackContext, alarm: ConfigAlarm): Promise<void> {
  const { db, clock, issueAfterMs } = context;
  const repository = (await findRepositories(db, context.host, [alarm.repositoryGithubId])).get(alarm.repositoryGithubId);
  if (!repository || repository.removedAt) return await deleteAlarm(db, alarm.repositoryId);
  const now = clock.now();
  if (refuseRepository(repository) || repository.archived)
    return await postponeAlarm(db, alarm.repositoryId, { at: new Date(now.getTime() + permissionMs), tries: 0 });
  if (!alarm.isBroken) return await endAlarm(context, repository, alarm);
  if (issueAfterMs === null) return await postponeAlarm(db, alarm.repositoryId, { at: new Date(now.getTime() + standingMs), tries: 0 });
  const from = new Date(alarm.brokenSince.getTime() + issueAfterMs);
  if (from > now && alarm.issueNumber === null) return await postponeAlarm(db, alarm.repositoryId, { at: from, tries: 0 });
  const broken = await readBrokenConfig(db, alarm.repositoryId);
  if (alarm.issueNumber !== null && alarm.issueContent === broken.content)
    return await postponeAlarm(db, alarm.repositoryId, { at: new Date(now.getTime() + standingMs), tries: 0 });
  await keepIssue(context, { repository, alarm, broken });
}

async function keepIssue(
  context: FeedbackContext,
  told: { repository: Repository; alarm: ConfigAlarm; broken: { problems: unknown; content: string } },
): Promise<void> {
  const { repository, alarm, broken } = told;
  const now = context.clock.now();
  const installation = await findInstallation(context.db, context.host, repository.installationGithubId);
  if (!isGranted(installation?.permissions['issues'], 'write')) {
    const reason = 'the App may not write issues here; docs/feedback.md says how to grant it';
    return await postponeAlarm(context.db, alarm.repositoryId, {
      at: new Date(now.getTime() + permissionMs),
      tries: 1,
      code: 'github_forbidden',
      reason,
    });
  }
  const report = describeIssue(context, told);
  const place = placeOf(repository);
  const saved: Read<KeptIssue> =
    (await confirmName(context, repository)) ??
    (alarm.issueNumber === null
      ? await openIssue(context.writer, place, report)
      : await updateIssue(context.writer, place, { ...report, number: alarm.issueNumber }));
  if (!saved.ok) return await tryAgain(context, alarm, saved);
  context.log.info({ repository: repository.fullName, issue: saved.value.number }, 'An issue tells that the configuration is broken');
  const again = new Date(now.getTime() + standingMs);
  await recordAlarmIssue(context.db, alarm.repositoryId, { issueNumber: saved.value.number, content: broken.content, again });
}

async function endAlarm(context: FeedbackContext, repository: Repository, alarm: ConfigAlarm): Promise<void> {
  const { issueNumber } = alarm;
  if (issueNumber !== null) {
    const comment = `${codeSpan(configPath)} on the default branch is ${repository.configStatus === 'absent' ? 'gone' : 'valid again'}. What it says is in force.`;
    const key = `${keyOf(repository)}:mended:${alarm.brokenSince.getTime()}`;
    const place = placeOf(repository);
    const closed =
      (await confirmName(context, repository)) ?? (await closeIssue(context.writer, place, { number: issueNumber, key, comment }));
    // An issue that people deleted needs no closing.
    if (!closed.ok && closed.code !== 'github_not_found') return await tryAgain(context, alarm, closed);
    context.log.info({ repository: repository.fullName, issue: issueNumber }, 'The configuration is mended, and its issue closed');
  }
  await deleteAlarm(context.db, alarm.repositoryId);
}

/** An issue must not land in a repository that took over the name; undefined when the name is right (handbook B8). */
async function confirmName(context: FeedbackContext, repository: Repository): Promise<Extract<Read<never>, { ok: false }> | undefined> {
  const read = await context.reader.as('actions').getRepository(repository.installationGithubId, repository.githubId);
  if (!read.ok) return read;
  if (read.value.full_name.toLowerCase() === repository.fullName.toLowerCase()) return undefined;
  return { ok: false, code: 'github_unavailable', message: `${repository.fullName} is called ${read.value.full_name} now` };
}

async function tryAgain(context: FeedbackContext, alarm: ConfigAlarm, failure: Extract<Read<unknown>, { ok: false }>): Promise<void> {
  const { code, message, retryAt } = failure;
  const tries = alarm.attempts + 1;
  const now = context.clock.now();
  const at = catalogue[code].retryable ? retryLaterAt(now, tries, retryAt) : new Date(now.getTime() + standingMs);
  context.log.warn({ repository: alarm.repositoryId, code, reason: message }, 'The issue about a broken configuration has to wait');
  await postponeAlarm(context.db, alarm.repositoryId, { at, tries, code, reason: message });
}

function keyOf(repository: Pick<Repository, 'githubId'>): string {
  return `repowatch:config:${repository.githubId}`;
}

/** What the issue says. Its text is everybody's who can read the repository, and nothing in it reaches anybody by name. */
function describeIssue(
  context: FeedbackContext,
  { repository, alarm, broken }: { repository: Repository; alarm: ConfigAlarm; broken: { problems: unknown } },
): IssueReport {
  const problems = Array.isArray(broken.problems) ? (broken.problems as Partial<Problem>[]) : [];
  const lines = problems.slice(0, maxListed).map((problem) => {
    const { path = '', hint = '', code = 'config_invalid', severity = 'error', line = 1, column = 1, message = '' } = problem;
    const told = censorProblem({ path, hint, code, severity, line, column, message }, { isPublic: !repository.private });
    return `- ${codeSpan(`${configPath}:${line}:${column}`)} ${messageToMarkdown(told.message)}`;
  });
  const more = problems.length > maxListed ? [`- and ${problems.length - maxListed} more`] : [];
  const link = context.linkTo(`/?repository=${encodeURIComponent(repository.fullName)}`, { isStrange: false });
  return {
    key: keyOf(repository),
    title: `${configPath} on ${repository.defaultBranch ?? 'the default branch'} is not valid`,
    body: [
      `Since ${alarm.brokenSince.toISOString()} ${codeSpan(configPath)} on the default branch has errors. What was in force before stays in force, and changes to the file have no effect until it is mended.`,
      [...lines, ...more].join('\n'),
      `This issue is closed when the file is mended.${link === undefined ? '' : ` [RepoWatch](${link})`}`,
    ].join('\n\n'),
  };
}
