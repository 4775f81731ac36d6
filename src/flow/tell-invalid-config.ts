import { createHash } from 'node:crypto';
import type { Db } from '../db/connect.ts';
import type { Repository } from '../mirror/repository.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { recordChange } from './record-change.ts';

/** How many problems the change names. */
const maxNamed = 50;

/** What is wrong with the file on the default branch. */
interface InvalidConfig {
  repository: Repository;
  /** The blob; null for what is no text file at all. */
  blobSha: string | null;
  problems: readonly { message: string; code?: string; line?: number; column?: number }[];
}

/**
 * Tells the watches in force that the file on the default branch has errors: once for each version of it, in the transaction that
 * writes down the look.
 */
export async function tellInvalidConfig(context: Context, trx: Db, invalid: InvalidConfig): Promise<void> {
  const { repository, blobSha, problems } = invalid;
  const version = blobSha ?? createHash('sha256').update(JSON.stringify(problems)).digest('hex');
  await recordChange(context, trx, {
    type: 'config.invalid',
    data: {
      configuration: {
        path: configPath,
        sha: blobSha,
        commit: null,
        problems: problems.slice(0, maxNamed).map(({ message, code, line, column }) => ({
          path: configPath,
          line: line ?? 1,
          column: column ?? 1,
          code: code ?? 'config_invalid',
          message,
        })),
        problem_count: problems.length,
      },
    },
    // It is known now what the file is worth; the last good one has the word.
    repository: { ...repository, configStatus: 'invalid' },
    actor: null,
    meaning: `config.invalid:${version}`,
    origin: 'trigger',
    deliveryId: null,
    at: context.clock.now(),
    event: {},
  });
}
