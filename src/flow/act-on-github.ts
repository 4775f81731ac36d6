import { createHash, randomUUID } from 'node:crypto';
import type { ActionKind, AttemptContext, AttemptOutcome } from '../actions/action.ts';
import type { RunFacts } from '../actions/run-facts.ts';
import { withAttribution } from '../changes/attribution.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { refuseRepository } from './refuse.ts';

/** Something that somebody wants done on GitHub now, by an action kind and outside of any run. */
export interface GitHubDeed {
  /** Our id of the repository. */
  repositoryId: string;
  /** Such as `github/issue`. */
  kind: string;
  /** Its `with:`, as it was given. */
  input: Record<string, unknown>;
  /** The login of the person whom it is done for: what is posted says so. Undefined for nobody in particular. */
  postedFor?: string | undefined;
  /** Stands for this one wish, so that it can be sent again without being done again. */
  key?: string | undefined;
  /** The kind itself, for one that no configuration can name. */
  own?: ActionKind;
}

/** Tries of one request: a second one looks for what the first made when its answer was lost. */
const maxTries = 2;
const lost = new Set<ErrorCode>(['github_unavailable', 'github_timeout']);

/** Does one thing on GitHub for somebody who waits, once, and answers the outputs of the kind. */
export async function actOnGitHub(context: Context, deed: GitHubDeed): Promise<Outcome<Record<string, unknown>, ErrorCode>> {
  const repository = await findRepositoryById(context.db, deed.repositoryId);
  if (!repository) return failed('not_found', 'There is no such repository. Look at the list for what there is.');
  const refusal = refuseRepository(repository);
  if (refusal) return failed('conflict', `Nothing can be written in ${repository.fullName}: ${refusal.reason}.`);
  const key = keyOf(deed);
  // A key that was given may have been used before.
  const first = deed.key === undefined ? 1 : 2;
  for (let attempt = first; ; attempt += 1) {
    const outcome = await tryDeed(context, { deed, repository, attempt, key });
    if (outcome.result === 'succeeded') return ok(outcome.outputs);
    if (!lost.has(outcome.code) || attempt - first + 1 >= maxTries) return failed(outcome.code, outcome.message, waitOf(outcome));
  }
}

/** How long GitHub wishes to be left alone, for the answer to whoever waits. */
function waitOf({ retryAfterSeconds }: { retryAfterSeconds?: number | undefined }): { retryAfterSeconds: number } | undefined {
  return retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
}

function keyOf({ key, repositoryId, kind }: GitHubDeed): string {
  const digest = createHash('sha256')
    .update(`${repositoryId} ${kind} ${key ?? randomUUID()}`)
    .digest('base64url');
  return `api_${digest}`;
}

interface Try {
  deed: GitHubDeed;
  repository: Repository;
  attempt: number;
  key: string;
  signal?: AbortSignal;
}

/** One try of a deed. Its key has to be the same for all tries of one. */
export async function tryDeed(context: Context, { deed, repository, attempt, key, signal }: Try): Promise<AttemptOutcome> {
  const kind = deed.own ?? context.actions.find(deed.kind);
  if (!kind) return refuse('action_unknown', `There is no action kind ${deed.kind} here.`);
  const input = kind.schema.safeParse(deed.postedFor === undefined ? deed.input : attribute(deed.input, deed.postedFor));
  if (!input.success) {
    const issue = input.error.issues[0];
    return refuse('action_input_invalid', `${issue?.path.join('.') ?? 'The body'}: ${issue?.message ?? 'is not valid'}`);
  }
  const action: AttemptContext<unknown> = {
    input: input.data,
    idempotencyKey: key,
    attempt,
    signal: AbortSignal.any([AbortSignal.timeout(kind.defaultTimeoutMs), ...(signal ? [signal] : [])]),
    timeoutMs: kind.defaultTimeoutMs,
    facts: factsOf(context, repository),
    env: {},
    secrets: {},
    steps: {},
    machines: {},
    checkDestination: () => {},
    mask: (text) => text,
    now: () => context.clock.now(),
    forPerson: true,
  };
  return await context.actions.attempt(kind, action);
}

function refuse(code: ErrorCode, message: string): AttemptOutcome {
  return { result: 'failed', code, message, retryable: false, record: {} };
}

/** Every text that is posted, of one issue or of many, begins with the line that says for whom. */
function attribute(input: Record<string, unknown>, login: string): Record<string, unknown> {
  const posted = Object.fromEntries(
    ['body', 'comment'].flatMap((name) => {
      const text = input[name];
      return typeof text === 'string' && text !== '' ? [[name, withAttribution(text, login)]] : [];
    }),
  );
  const { issues } = input;
  const many = Array.isArray(issues) ? issues.map((issue: Record<string, unknown>) => attribute({ body: '', ...issue }, login)) : undefined;
  // An issue without a text is posted for somebody, too.
  const empty = typeof input['title'] === 'string' && (input['body'] ?? '') === '' ? { body: withAttribution('', login) } : {};
  return { ...input, ...empty, ...posted, ...(many && { issues: many }) };
}

/** The facts of a run that there is none of: only where it happens. */
function factsOf({ clock }: Context, repository: Repository): RunFacts {
  const { githubId, fullName, installationGithubId } = repository;
  const [owner, name] = fullName.split('/');
  return {
    run: { id: '0', watch: 'api', replay: false },
    change: { happened_at: new Date(clock.now().getTime() - 7 * 86_400_000).toISOString() },
    repository: { id: githubId, full_name: fullName, owner, name },
    ref: null,
    before: null,
    after: null,
    commit: null,
    commits: [],
    actor: null,
    installation: { id: installationGithubId },
    params: {},
    event: {},
  };
}
