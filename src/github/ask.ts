import { z } from 'zod';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok } from '../core/outcome.ts';
import type { GitHubClient } from './clients.ts';
import { githubIdSchema } from './facts.ts';
import { judgeGitHubError } from './judge.ts';
import { repositoryRoute, type RepositoryPlace } from './repository-path.ts';

/** What a question to GitHub comes to: an Outcome whose failures may say when to ask again. */
export type Read<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; message: string; retryAt?: Date; nothingSent?: true };

/** Runs a question; what GitHub refuses becomes a value, a bug stays an exception. */
export async function ask<T>(question: () => Promise<Read<T>>): Promise<Read<T>> {
  try {
    return await question();
  } catch (error) {
    const failure = judgeGitHubError(error, new Date());
    if (failure.code === 'internal_error') throw error;
    return { ok: false, ...failure };
  }
}

/** The first thing that does not fit, for a message. */
export function describeMismatch(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'body'}: ${issue.message}` : 'not understood';
}

/** Reads one thing and checks that the answer is one: a body cut off half-way comes as text with status 200. */
export async function readOne<T>(
  client: GitHubClient,
  request: { route: string; params?: Record<string, unknown> },
  schema: z.ZodType<T>,
): Promise<Read<T>> {
  const { data } = (await client.request(request.route, request.params)) as { data: unknown };
  const parsed = schema.safeParse(data);
  if (parsed.success) return ok(parsed.data);
  const mismatch = describeMismatch(parsed.error);
  return failed('github_unavailable', `GitHub's answer to ${request.route} was cut off or is not what it should be (${mismatch})`);
}

/** True for the 409 with which GitHub says that a repository has no commits yet; no other 409 means that (handbook C19). */
export function isEmptyRepository(error: unknown): boolean {
  const { status, message } = error as { status?: unknown; message?: unknown };
  return status === 409 && typeof message === 'string' && /repository is empty/i.test(message);
}

/** The answer, or undefined when GitHub says 404 or that the repository is empty. Proves nothing: see confirmAbsence. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    // The 404 of a deleted installation has another code and is thrown on.
    if (isEmptyRepository(error) || judgeGitHubError(error, new Date()).code === 'github_not_found') return undefined;
    throw error;
  }
}

/**
 * Answers `value` after making sure that the repository can still be read and is the same one: a repository that was lost
 * answers 404 to everything, and its name may belong to another by now (handbook B8, B17, D12).
 */
export async function confirmAbsence<T>(client: GitHubClient, place: RepositoryPlace, value: T): Promise<Read<T>> {
  const repository = await readOne(client, { route: repositoryRoute(place) }, z.object({ id: githubIdSchema }));
  if (!repository.ok) return repository;
  const { id } = repository.value;
  if (place.github_id === undefined || id === place.github_id) return ok(value);
  const message = `${place.owner}/${place.name} is another repository now (id ${id} instead of ${place.github_id}): read its new name by its id`;
  return failed('github_not_found', message);
}
