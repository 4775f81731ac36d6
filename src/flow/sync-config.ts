import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { transaction } from '../db/transaction.ts';
import type { Read } from '../github/ask.ts';
import type { TextFile } from '../github/read-text-file.ts';
import type { Db } from '../db/connect.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { clearConfigDue, makeExtendingDue, makeUnaskedDue } from '../mirror/config-due.ts';
import { recordOwnInterval } from '../mirror/reconcile-due.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { compileConfig } from '../watches/compile-config.ts';
import { recordConfigLook, upsertConfig } from '../watches/configs.ts';
import { parseConfig, type Config } from '../watches/parse-config.ts';
import type { Problem } from '../watches/problems.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { giveHooks } from './give-hooks.ts';
import { matchMissed } from './match-missed.ts';
import { tellInvalidConfig } from './tell-invalid-config.ts';
import { placeOf } from './place-of.ts';
import { resolveExtends, type Extended } from './resolve-extends.ts';

/** How a look at the file went: what is known is written down either way. */
export type ConfigSync = { ok: true } | { ok: false; code: ErrorCode; message: string; retryable: boolean; retryAt?: Date };

/** How long after a failed look the next one is made, when GitHub does not say. Milliseconds. */
const lookAgainMs = 60_000;

/** How soon a file that could not be loaded before is looked at once more: a change recorded just meanwhile did not know it yet. Milliseconds. */
const overtakenMs = 10_000;

/**
 * Reads the configuration from the default branch and takes it into force when it is valid. A broken file, one that cannot
 * be loaded and one that is absent are three different things; the last good one stays in force for the first two
 * (config-language.md, rule 3).
 */
export async function syncConfig(context: Context, repository: Repository): Promise<ConfigSync> {
  await giveHooks(context, repository);
  const read = await context.reader.readTextFile(placeOf(repository), configPath);
  if (!read.ok) return await recordFailure(context, repository, read);
  const file = read.value;
  if (file.kind === 'absent') await recordAbsence(context, repository);
  else if (file.kind === 'file') return await activate(context, repository, file);
  else await recordMisfit(context, repository, file);
  return { ok: true };
}

async function recordFailure(
  context: Context,
  repository: Repository,
  failure: Extract<Read<TextFile>, { ok: false }>,
): Promise<ConfigSync> {
  const { retryable } = catalogue[failure.code];
  const again = failure.retryAt ?? new Date(context.clock.now().getTime() + lookAgainMs * (retryable ? 1 : 60));
  await recordConfigLook(context.db, repository.id, {
    status: 'load_error',
    problems: [{ message: failure.message, code: failure.code }],
    dueAt: again,
  });
  context.log.warn(
    { repository: repository.fullName, code: failure.code },
    'A configuration could not be loaded; the last good one stays in force',
  );
  return { ok: false, code: failure.code, message: failure.message, retryable, ...(failure.retryAt ? { retryAt: failure.retryAt } : {}) };
}

async function recordAbsence(context: Context, repository: Repository): Promise<void> {
  await takeIntoForce(context, repository, (trx, dueAt) =>
    recordConfigLook(trx, repository.id, { status: 'absent', problems: [], blobSha: null, configId: null, extended: null, dueAt }),
  );
}

async function recordMisfit(context: Context, repository: Repository, file: Exclude<TextFile, { kind: 'file' | 'absent' }>): Promise<void> {
  const problem =
    file.kind === 'too_large'
      ? { message: `${configPath} has ${file.size} bytes; at most 128 KiB are read.`, code: 'config_too_large' }
      : { message: `${configPath} is a ${file.type}, not a plain text file.`, code: 'config_not_a_file' };
  await transaction(context.db, async (trx) => {
    await recordConfigLook(trx, repository.id, { status: 'invalid', problems: [problem], blobSha: null, dueAt: null });
    await tellInvalidConfig(context, trx, { repository, blobSha: null, problems: [problem] });
  });
}

/** A file's text judged as it would be on the default branch, with the repository that it extends by name. */
export type JudgedText =
  | { result: 'unread'; failure: Extract<Read<TextFile>, { ok: false }> }
  | { result: 'judged'; problems: Problem[]; warnings: Problem[]; config: Config | undefined; extended: Extended | undefined };

/** Judges the text of a repository's file with everything that counts on its default branch: what layers below allow, and what it extends. */
export async function judgeConfigText(
  context: Context,
  repository: Repository,
  { text, maxProblems = 50 }: { text: string; maxProblems?: number },
): Promise<JudgedText> {
  const organization = repository.isOrganizationFile;
  const allowed = organization
    ? []
    : await context.configs.listAllowances({ installationId: repository.installationId, baseConfigId: null });
  const parsed = parseConfig(text, {
    kinds: context.actions.list(),
    path: configPath,
    organization,
    limits: { allowances: allowed, repository: repository.name },
    maxProblems,
  });
  const wish = parsed.status === 'ok' && !organization ? compileConfig(parsed.config).extends : undefined;
  const at = (parsed.status === 'ok' ? parsed.config.extendsAt : undefined) ?? { line: 1, column: 1 };
  const extended = wish?.kind === 'repository' ? await resolveExtends(context, repository, { ...wish, at }) : undefined;
  if (extended?.result === 'unread') return extended;
  const problems = parsed.status === 'invalid' ? parsed.problems : extended?.result === 'refused' ? [extended.problem] : [];
  const config = parsed.status === 'ok' && problems.length === 0 ? parsed.config : undefined;
  return { result: 'judged', problems, warnings: parsed.warnings, config, extended };
}

async function activate(context: Context, repository: Repository, file: { sha: string; text: string }): Promise<ConfigSync> {
  const organization = repository.isOrganizationFile;
  const judged = await judgeConfigText(context, repository, { text: file.text });
  if (judged.result === 'unread') return await recordFailure(context, repository, judged.failure);
  const { problems, warnings, extended } = judged;
  const valid = problems.length === 0;
  await takeIntoForce(context, repository, async (trx, dueAt) => {
    const configId = await upsertConfig(trx, {
      repositoryId: repository.id,
      installationId: repository.installationId,
      managedBy: organization ? 'organization' : 'file',
      path: configPath,
      blobSha: file.sha,
      content: file.text,
      problems,
    });
    await recordConfigLook(trx, repository.id, {
      status: valid ? 'ok' : 'invalid',
      problems: valid ? warnings : problems,
      blobSha: file.sha,
      dueAt: dueAt ?? lookLaterAt(context, extended),
      ...(valid ? { configId, extended: extended?.result === 'resolved' ? extended.target : null } : {}),
      ...(extended?.result === 'refused' && extended.follows ? { follows: extended.follows } : {}),
    });
    if (!valid) await tellInvalidConfig(context, trx, { repository, blobSha: file.sha, problems });
  });
  context.log.info({ repository: repository.fullName, status: valid ? 'ok' : 'invalid' }, 'A configuration was read');
  return { ok: true };
}

/** A repository that is extended and not seen yet may be added later; nothing but a look tells. */
function lookLaterAt({ clock }: Context, extended: Extended | undefined): Date | null {
  return extended?.result === 'refused' && !extended.follows ? new Date(clock.now().getTime() + 5 * lookAgainMs) : null;
}

/**
 * Writes down what was read, puts the layers together, and asks the watches about what came before. It is looked at again soon
 * after it was unknown, unless this comes to its end: changes that wait to be matched must not wait for ever.
 */
async function takeIntoForce(
  context: Context,
  repository: Repository,
  write: (trx: Db, dueAt: Date | null) => Promise<void>,
): Promise<void> {
  const { configStatus } = repository;
  const soon = new Date(context.clock.now().getTime() + overtakenMs);
  await transaction(context.db, (trx) => write(trx, configStatus === 'unknown' || configStatus === 'load_error' ? soon : null));
  const current = (await findRepositories(context.db, context.host, [repository.githubId])).get(repository.githubId) ?? repository;
  await context.configs.renew(current);
  const { intervalMs } = context.configs.inForce(current)?.compiled.reconcile ?? { intervalMs: 'auto' };
  const runs = await transaction(context.db, async (trx) => {
    await recordOwnInterval(trx, repository.id, intervalMs === 'auto' ? null : Math.round(intervalMs / 1000));
    const begun = await matchMissed(context, trx, current);
    if (configStatus === 'unknown') await clearConfigDue(trx, repository.id, soon);
    return begun;
  });
  if (runs > 0) context.log.info({ repository: repository.fullName, runs }, 'Runs began for changes that came before the configuration');
  if (repository.isOrganizationFile) await wakeUndecided(context, repository);
  await wakeExtending(context, repository);
}

/** Repositories whose changes wait for the organisation's file look at their own again, and ask the watches of both. */
async function wakeUndecided(context: Context, repository: Repository): Promise<void> {
  const githubIds = await makeUnaskedDue(context.db, repository.installationId);
  await context.queue.send(context.db, 'sync', githubIds.map(repositoryLane));
}

/** Repositories that extend this one by name look at it again. */
async function wakeExtending(context: Context, repository: Pick<Repository, 'id'>): Promise<void> {
  const githubIds = await makeExtendingDue(context.db, repository.id);
  await context.queue.send(context.db, 'sync', githubIds.map(repositoryLane));
}
