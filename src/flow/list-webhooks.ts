import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, type Outcome } from '../core/outcome.ts';
import type { RepositoryWebhook } from '../github/list-webhooks.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import type { Context } from './context.ts';
import { placeOf } from './place-of.ts';
import { refuseRepository } from './refuse.ts';

/** Asks GitHub which webhooks a repository has beside the App. RepoWatch makes none: what it needs comes through the App's own. */
export async function listWebhooks(context: Context, repositoryId: string): Promise<Outcome<RepositoryWebhook[], ErrorCode>> {
  const repository = await findRepositoryById(context.db, repositoryId);
  if (!repository) return failed('not_found', `There is no repository ${repositoryId}.`);
  const refusal = refuseRepository(repository);
  if (refusal) return failed('conflict', `The webhooks of ${repository.fullName} cannot be listed: ${refusal.reason}.`);
  return await context.reader.listWebhooks(placeOf(repository));
}
