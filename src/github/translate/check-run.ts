import { z } from 'zod';
import { githubIdSchema, repositorySchema } from '../facts.ts';
import { ignored, type Translation } from '../translation.ts';
import { findInstallation, quote, readPayload, unhandledAction, withoutInstallation } from './read-payload.ts';

const shaText = z.string().regex(/^[0-9a-f]{40,64}$/);
const branchText = z.string().max(1_000).nullish().catch(null);
const suite = z.object({ head_sha: shaText, head_branch: branchText });

const runSchema = z.object({
  repository: repositorySchema,
  check_run: z.object({
    id: githubIdSchema,
    name: z.string(),
    head_sha: shaText,
    check_suite: z.object({ head_branch: branchText }).nullish().catch(null),
  }),
});
const suiteSchema = z.object({ repository: repositorySchema, check_suite: suite });

/** What GitHub tells of our own writing. */
const echoes = new Set<unknown>(['created', 'completed', 'requested', 'in_progress']);

/** Somebody pressed “Re-run” or a button of a check run (handbook G2). Which check it is, the flow decides by its name. */
export function translateCheckRun(payload: Record<string, unknown>): Translation {
  const { action } = payload;
  if (echoes.has(action)) return echo('check_run', action);
  if (action !== 'rerequested' && action !== 'requested_action') return unhandledAction('check_run', action);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('check_run');
  const result = readPayload('check_run', runSchema, payload);
  if (!result.read) return result.refusal;
  const { repository, check_run: run } = result.read;
  const ref = run.check_suite?.head_branch ?? null;
  return { result: 'recheck', repository, installation, request: { name: run.name, sha: run.head_sha, ref } };
}

/** Somebody asked for all checks of a commit again. A suite that GitHub begins by itself at every push asks for nothing: the push tells more. */
export function translateCheckSuite(payload: Record<string, unknown>): Translation {
  const { action } = payload;
  if (echoes.has(action)) return echo('check_suite', action);
  if (action !== 'rerequested') return unhandledAction('check_suite', action);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('check_suite');
  const result = readPayload('check_suite', suiteSchema, payload);
  if (!result.read) return result.refusal;
  const { repository, check_suite: asked } = result.read;
  return { result: 'recheck', repository, installation, request: { name: null, sha: asked.head_sha, ref: asked.head_branch ?? null } };
}

function echo(event: string, action: unknown): Translation {
  return ignored('nothing_to_tell', `The ${event} ${quote(String(action))} only repeats what RepoWatch or a push said`);
}
