import type { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import { describeMismatch, type Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';

/**
 * What an answer is known by: GitHub's ETag and the token it was given for (handbook D9). Opaque text, to be kept beside what
 * the answer meant. It holds for one address and for the life of the installation's token, an hour at most; a mark of a
 * former token is simply not sent, and the answer comes in full.
 */
export type Mark = string;

/** One answer with its mark, or that it is still what `known` stands for: such an answer is free against the budget (handbook D8). */
export type Conditional<T> = 'unchanged' | { value: T; mark: Mark | null; link: string | undefined };

/** Where the token's hook leaves the mark of an answer. */
export const markHeader = 'x-repowatch-mark';

/** True for what Octokit throws for a 304 (handbook D10). */
export function isNotModified(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { status?: unknown }).status === 304;
}

/**
 * Reads one thing unless it is still what `known` stands for. The same address gives the same mark, so page, per_page and
 * sort stay constant; an unchanged page says nothing about the next one (handbook D10).
 */
export async function readConditional<T>(
  client: GitHubClient,
  request: { route: string; params?: Record<string, unknown>; known?: Mark | null | undefined },
  schema: z.ZodType<T>,
): Promise<Read<Conditional<T>>> {
  const { route, params, known } = request;
  let response: { data: unknown; headers: Record<string, string | undefined> };
  try {
    response = (await client.request(route, { ...params, request: { known: known ?? undefined } })) as typeof response;
  } catch (error) {
    if (isNotModified(error)) return ok('unchanged');
    throw error;
  }
  const parsed = schema.safeParse(response.data);
  if (!parsed.success) {
    const mismatch = describeMismatch(parsed.error);
    return failed('github_unavailable', `GitHub's answer to ${route} was cut off or is not what it should be (${mismatch})`);
  }
  return ok({ value: parsed.data, mark: response.headers[markHeader] ?? null, link: response.headers['link'] });
}
