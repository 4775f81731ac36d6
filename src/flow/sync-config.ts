import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { transaction } from '../db/transaction.ts';
import type { Read } from '../github/ask.ts';
import type { TextFile } from '../github/read-text-file.ts';
import type { RepositoryPlace } from '../github/repository-path.ts';
import { recordOwnInterval } from '../mirror/reconcile-due.ts';
import type { Repository } from '../mirror/repository.ts';
import { compileConfig } from '../watches/compile-config.ts';
import { listWatchIds, recordConfigLook, replaceFileWatches, upsertConfig } from '../watches/configs.ts';
import { parseConfig } from '../watches/parse-config.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { matchMissed } from './match-missed.ts';

/** How a look at the file went: what is known is written down either way. */
export type ConfigSync = { ok: true } | { ok: false; code: ErrorCode; message: string; retryable: boolean; retryAt?: Date };

/** How long after a failed look the next one is made, when GitHub does not say. Milliseconds. */
const lookAgainMs = 60_000;

/** How soon a file that could not be loaded before is looked at once more: a change recorded just meanwhile did not know it yet. Milliseconds. */
const overtakenMs = 10_000;

/** Where a repository is on GitHub, checked by its id wherever it is read. */
export function placeOf(repository: Repository): RepositoryPlace {
  return { installation: repository.installationGithubId, owner: repository.owner, name: repository.name, github_id: repository.githubId };
}

/**
 * Reads the configuration from the default branch and takes it into force when it is valid. A broken file, one that cannot
 * be loaded and one that is absent are three different things; the last good one stays in force for the first two
 * (config-language.md, rule 3).
 */
export async function syncConfig(context: Context, repository: Repository): Promise<ConfigSync> {
  const read = await context.reader.readTextFile(placeOf(repository), configPath);
  if (!read.ok) return await recordFailure(context, repository, read);
  const file = read.value;
  if (file.kind === 'absent') await recordAbsence(context, repository);
  else if (file.kind === 'file') await activate(context, repository, file);
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
  await transaction(context.db, async (trx) => {
    await replaceFileWatches(
      trx,
      { repositoryId: repository.id, installationId: repository.installationId },
      { configId: null, watches: [] },
    );
    await recordConfigLook(trx, repository.id, { status: 'absent', problems: [], blobSha: null, configId: null, dueAt: null });
    await recordOwnInterval(trx, repository.id, null);
    await matchMissed(context, trx, { repository, config: undefined });
  });
}

async function recordMisfit(context: Context, repository: Repository, file: Exclude<TextFile, { kind: 'file' | 'absent' }>): Promise<void> {
  const problem =
    file.kind === 'too_large'
      ? { message: `${configPath} has ${file.size} bytes; at most 128 KiB are read.`, code: 'config_too_large' }
      : { message: `${configPath} is a ${file.type}, not a plain text file.`, code: 'config_not_a_file' };
  await recordConfigLook(context.db, repository.id, { status: 'invalid', problems: [problem], blobSha: null, dueAt: null });
}

async function activate(context: Context, repository: Repository, file: { sha: string; text: string }): Promise<void> {
  const parsed = parseConfig(file.text, { kinds: context.actions.list(), path: configPath });
  const owner = { repositoryId: repository.id, installationId: repository.installationId };
  await transaction(context.db, async (trx) => {
    const problems = parsed.status === 'ok' ? [] : parsed.problems;
    const id = await upsertConfig(trx, { ...owner, path: configPath, blobSha: file.sha, content: file.text, problems });
    if (parsed.status === 'invalid') {
      await recordConfigLook(trx, repository.id, { status: 'invalid', problems, blobSha: file.sha, dueAt: null });
      await matchMissed(context, trx, { repository, config: undefined });
      return;
    }
    const compiled = compileConfig(parsed.config);
    const watches = compiled.watches.map((watch) => ({ key: watch.id, name: watch.name ?? watch.id, line: watch.line }));
    await replaceFileWatches(trx, owner, { configId: id, watches });
    const dueAt = repository.configStatus === 'load_error' ? new Date(context.clock.now().getTime() + overtakenMs) : null;
    await recordConfigLook(trx, repository.id, { status: 'ok', problems: parsed.warnings, blobSha: file.sha, configId: id, dueAt });
    const { intervalMs } = compiled.reconcile;
    await recordOwnInterval(trx, repository.id, intervalMs === 'auto' ? null : Math.round(intervalMs / 1000));
    const watchIds = new Map((await listWatchIds(trx, [id])).map((watch) => [watch.key, watch.id]));
    const config = { id, compiled, watchIds };
    const runs = await matchMissed(context, trx, { repository, config });
    if (runs > 0) context.log.info({ repository: repository.fullName, runs }, 'Runs began for changes that came before the configuration');
  });
  context.log.info({ repository: repository.fullName, status: parsed.status }, 'A configuration was read');
}
