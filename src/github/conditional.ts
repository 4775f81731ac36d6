import type { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import { describeMismatch, type Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';
import { isNotModified, markHeader, type Mark } from './mark.ts';

/** One answer with its mark, or that it is still what `known` stands for: such an answer is free against the budget (handbook D8). */
export type Conditional<T> = 'unchanged' | { value: T; mark: Mark | null; link: string | undefined };

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
