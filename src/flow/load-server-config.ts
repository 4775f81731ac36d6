import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeError, RepoWatchError } from '../core/errors.ts';
import { upsertConfig } from '../watches/configs.ts';
import { parseConfig } from '../watches/parse-config.ts';
import { askForSchedules } from '../watches/schedules.ts';
import type { Context } from './context.ts';

/** Takes the operator's own layer into force (DEFAULTS_FILE): the language of an organisation's file, below all of them. Throws when it is not good, which stops the start. */
export async function loadServerConfig(context: Context, path: string): Promise<void> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new RepoWatchError('settings_invalid', `DEFAULTS_FILE names ${path}, which cannot be read: ${describeError(error)}`);
  });
  const parsed = parseConfig(content, { kinds: context.actions.list(), path, organization: true });
  if (parsed.status === 'invalid') {
    const lines = parsed.problems.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
    throw new RepoWatchError('config_invalid', `DEFAULTS_FILE has errors:\n${lines.join('\n')}`);
  }
  const blobSha = createHash('sha256').update(content).digest('hex');
  const id = await upsertConfig(context.db, {
    repositoryId: null,
    installationId: null,
    managedBy: 'server',
    path,
    blobSha,
    content,
    problems: [],
  });
  context.configs.useServerConfig(id);
  // It may have brought times that watches wait for, or taken some away.
  await askForSchedules(context.db);
  context.log.info(
    { path, watches: Object.keys(parsed.config.file.watches).length },
    "The operator's defaults are in force for every repository",
  );
}
