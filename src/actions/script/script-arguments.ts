import type { AttemptContext } from '../action.ts';
import type { RunFacts } from '../run-facts.ts';

/** A payload with more characters than this is not given to scripts: it would not fit beside them in their memory. */
const maxEventLength = 1024 * 1024;

/** The JSON texts of a script's argument. Everything in it is a value; nothing is ever pasted into source (threat-model.md, GitHub Actions). */
export function buildScriptArguments(context: AttemptContext<unknown>): { input: string; event: string | null } {
  const { facts, env, secrets, steps } = context;
  const { run, change, repository, ref, before, after, commit, commits, actor, installation, params, project } = facts;
  return {
    input: JSON.stringify({
      run: { ...run, attempt: context.attempt, idempotency_key: context.idempotencyKey },
      change,
      repository,
      ref,
      before,
      after,
      commit,
      commits,
      actor,
      installation,
      project: project ?? null,
      params,
      env: { ...buildEnvironment(facts), ...env },
      secrets,
      steps,
    }),
    event: writeEvent(facts.event),
  };
}

/** The payload as text; null for one that is too large, or nested deeper than the stack. */
function writeEvent(event: unknown): string | null {
  try {
    const text = JSON.stringify(event);
    return text.length > maxEventLength ? null : text;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * The names that scripts of older systems expect (features.md R091). `TRIGGER_TYPE` is `manual` when a person asked for the run, else
 * `auto`; a watch that belongs to no project has its repository as one.
 */
function buildEnvironment({ run, change, ref, after, commit, project, repository }: RunFacts): Record<string, string> {
  const subject = project ?? repository;
  const author = commit?.['author'] as { name?: unknown } | null | undefined;
  return {
    BRANCH_NAME: ref?.['kind'] === 'branch' ? text(ref['name']) : '',
    COMMIT_SHA: text(commit?.['id'] ?? after),
    COMMIT_MESSAGE: text(commit?.['message']),
    COMMIT_AUTHOR: text(author?.name),
    COMMIT_DATE: text(commit?.['timestamp']),
    TRIGGER_TYPE: run.replay || change['origin'] === 'manual' ? 'manual' : 'auto',
    PROJECT_ID: text(subject['id']),
    PROJECT_NAME: text(subject['name']),
    PROJECT_URL: text(subject['url'] ?? subject['html_url'] ?? repository['html_url']),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
