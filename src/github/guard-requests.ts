import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Budget, Spender } from './budget.ts';
import { fieldsOf, headerOf, readRetryAfter, type GitHubFailure } from './failure-facts.ts';
import { judgeGitHubError } from './judge.ts';
import { readLimit, resourceOf, type Limit } from './limits.ts';
import { isNotModified } from './mark.ts';
import type { Hookable, HookResponse, RequestOptions, SendRequest } from './octokit-hook.ts';
import type { Purpose } from './purpose.ts';

/** Numbers that GitHub gave so recently are not asked for again. Milliseconds. */
const checkedMs = 5_000;

const bucketSchema = z.object({ limit: z.int(), remaining: z.int(), reset: z.int() });
const rateLimitSchema = z.object({ resources: z.record(z.string(), bucketSchema) });

/** What stands between a client and GitHub. */
interface Guard {
  octokit: Hookable;
  budget: Budget;
  clock: Clock;
  installation: string;
  purpose: Purpose;
  /** When the limits of installations were last checked; shared by all clients of a process. */
  checks: Map<string, number>;
}

/** Puts the budget in front of every request of a client, and reads from every answer what is left of it (handbook E1-E4). */
export function guardRequests(guard: Guard): void {
  guard.octokit.hook.wrap('request', async (send, options) => {
    if (options.request?.free) return await send(options);
    const { installation, purpose, budget } = guard;
    const spender: Spender = { installation, purpose, resource: resourceOf(options.url) };
    return await budget.spend(spender, () => sendAndNote(guard, spender, { send, options }));
  });
}

async function sendAndNote(guard: Guard, spender: Spender, request: { send: SendRequest; options: RequestOptions }): Promise<HookResponse> {
  try {
    const response = await request.send(request.options);
    guard.budget.count(spender, 'requests');
    // GraphQL says in a 200 that its limit is reached, and Octokit makes an error of it further out (handbook E3).
    const problem = { errors: fieldsOf(response.data)['errors'], headers: response.headers, message: 'GraphQL' };
    if (spender.resource === 'graphql' && Array.isArray(problem.errors)) await noteFailure(guard, spender, problem);
    else noteHeaders(guard, spender, response.headers);
    return response;
  } catch (error) {
    await noteError(guard, spender, error);
    throw error;
  }
}

async function noteError(guard: Guard, spender: Spender, error: unknown): Promise<void> {
  const { request, response } = fieldsOf(error);
  const headers = fieldsOf(fieldsOf(response)['headers']);
  if (isNotModified(error)) {
    guard.budget.count(spender, 'unchanged');
    return noteHeaders(guard, spender, headers);
  }
  if (response === undefined) return;
  // The App asks for tokens in its own name, and against its own limit.
  const isOwn = !String(fieldsOf(request)['url']).endsWith('/access_tokens');
  if (isOwn) guard.budget.count(spender, 'requests');
  await noteFailure(guard, isOwn ? spender : undefined, error);
}

function noteHeaders(guard: Guard, spender: Spender, headers: Record<string, unknown>): void {
  const limit = readLimit(headers, guard.clock.now());
  if (limit) guard.budget.noteLimit(spender.installation, headerOf({ headers }, 'x-ratelimit-resource') ?? spender.resource, limit);
}

/** `spender` is missing for what was not asked in the name of the installation. */
async function noteFailure(guard: Guard, spender: Spender | undefined, error: unknown): Promise<void> {
  const now = guard.clock.now();
  const headers = fieldsOf(fieldsOf(fieldsOf(error)['response'])['headers'] ?? fieldsOf(error)['headers']);
  const failure = judgeGitHubError(error, now);
  const until = readRetryAfter({ headers, now });
  if (failure.code === 'github_rate_limited' && failure.limit === 'primary' && until === undefined) {
    if (spender) return await checkLimits(guard, spender, headers);
  }
  if (spender) noteHeaders(guard, spender, headers);
  if (wantsPause(failure, until)) {
    const isSecondary = failure.code === 'github_rate_limited' && failure.limit === 'secondary';
    const message = failure.message.slice(0, 300);
    // The App's own limit has no numbers here; how long it lasts is known all the same.
    const end = until ?? (spender || isSecondary ? undefined : failure.retryAt);
    await guard.budget.notePause(guard.installation, { until: end, reason: isSecondary ? 'secondary_limit' : 'retry_after', message });
  }
}

function wantsPause(failure: GitHubFailure, until: Date | undefined): boolean {
  return failure.code === 'github_rate_limited' || (until !== undefined && failure.code === 'github_unavailable');
}

/**
 * GitHub refused because an hourly limit is reached. That stops everybody for up to an hour, so GitHub is asked for its numbers
 * first: that is free (handbook E4). What it says counts; when it says nothing, the refusal does.
 */
async function checkLimits(guard: Guard, spender: Spender, refusal: Record<string, unknown>): Promise<void> {
  const { installation } = spender;
  if (Date.now() - (guard.checks.get(installation) ?? 0) < checkedMs) return;
  guard.checks.set(installation, Date.now());
  const limits = await askForLimits(guard).catch(() => undefined);
  if (!limits) return noteHeaders(guard, spender, refusal);
  for (const [resource, limit] of limits) guard.budget.noteLimit(installation, resource, limit);
}

async function askForLimits({ octokit, clock }: Guard): Promise<[resource: string, limit: Limit][] | undefined> {
  const { data } = await octokit.request('GET /rate_limit', { request: { free: true } });
  const parsed = rateLimitSchema.safeParse(data);
  if (!parsed.success) return undefined;
  const wanted = Object.entries(parsed.data.resources).filter(([resource]) => ['core', 'graphql', 'search'].includes(resource));
  const notedAt = clock.now();
  return wanted.map(([resource, { limit, remaining, reset }]) => [
    resource,
    { quota: limit, remaining, resetsAt: new Date(reset * 1000), notedAt },
  ]);
}
