import { catalogue } from '../core/error-catalogue.ts';
import { describeError, RepoWatchError } from '../core/errors.ts';
import { toStorableText } from '../core/storable.ts';
import type { ActionTools, AttemptContext, AttemptOutcome, AttemptRecord } from './action.ts';
import type { GitHubAnswer, GitHubPermissions, GitHubRepository, GitHubWrite } from './github-access.ts';
import { findLogins } from './github-people.ts';
import { cutText } from './plain-json.ts';

/** How much of what was sent is kept, in bytes. */
const keptBytes = 4096;
const keptLines = 100;

/** Who wrote something on GitHub; null when the account is gone. */
type Author = { login: string; type?: string | undefined } | null | undefined;

/** What a kind of GitHub works with in one try. */
export interface GitHubStep {
  /** The repository that `with.repository` names, or the run's own. What is asked of it is in the attempt's log. */
  repository: GitHubRepository;
  /** The idempotency key, to be put into marks (github-mark.ts). */
  token: string;
  /** True when this may have been done before: the answer of an earlier try was lost, or the run is a replay. Look before you write (handbook E6). */
  repeats: boolean;
  /** From when on an earlier try can have made something, as GitHub's `since`. */
  since: string;
  /** The App's own login, where it is known. */
  bot: string | undefined;
  /** When this try has to be over. */
  endsAt: Date;
  /** The logins of people, by what the map of people knows them by; the rest is `unmapped`. */
  findLogins(names: readonly string[]): Promise<{ logins: string[]; unmapped: string[] }>;
  /** True for what RepoWatch wrote itself. What others wrote carries no mark of ours, whatever it says. */
  isOurs(author: Author): boolean;
}

/** What a kind of GitHub is, beside its inputs. */
interface GitHubWork<Input> {
  permissions: GitHubPermissions;
  /** Does it, and answers the outputs of the step. */
  work: (step: GitHubStep, input: Input) => Promise<GitHubAnswer<Record<string, unknown>>>;
}

/**
 * One try of a kind of GitHub: opens the repository, lets the kind work, and makes an outcome of what came of it. Every failure
 * says whether trying again helps; a limit or a queue says when, and uses up no try.
 */
export async function runOnGitHub<Input extends { repository?: string | undefined }>(
  context: AttemptContext<Input>,
  tools: Pick<ActionTools, 'github' | 'people'>,
  { permissions, work }: GitHubWork<Input>,
): Promise<AttemptOutcome> {
  const record: AttemptRecord = { log: [] };
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(context.timeoutMs)]);
  const fail = (failure: Failure) => toOutcome(failure, { signal, record, now: context.now() });
  try {
    signal.throwIfAborted();
    const opened = await tools.github.open(context.facts, { repository: context.input.repository, permissions, signal });
    if (!opened.ok) return fail(opened);
    // Whatever is written on GitHub leaves the house: secrets in it have to be allowed there.
    if (Object.keys(context.secrets).length > 0) context.checkDestination(new URL(opened.value.apiUrl));
    const bot = await tools.github.botLogin();
    const done = await work(
      {
        repository: watchRepository(opened.value, context, record),
        token: context.idempotencyKey,
        repeats: context.attempt > 1 || context.facts.run.replay,
        since: triedSince(context.facts.change['happened_at'], context.now()),
        bot,
        findLogins: (names) => findLogins(tools, context.facts, names),
        endsAt: new Date(Date.now() + context.timeoutMs),
        isOurs: (author) => author?.login !== undefined && (bot === undefined ? author.type === 'Bot' : author.login === bot),
      },
      context.input,
    );
    return done.ok ? { result: 'succeeded', outputs: done.value, record } : fail(done);
  } catch (error) {
    if (signal.aborted) return fail({ ok: false, code: 'interrupted', message: describeError(error) });
    if (error instanceof RepoWatchError) return fail({ ok: false, code: error.code, message: error.message });
    throw error;
  }
}

/** Clocks that are apart do not hide what was just made. Milliseconds. */
const clocksApartMs = 3_600_000;

/** From when on an earlier try can have made something: not before the change it was made for. */
function triedSince(happenedAt: unknown, now: Date): string {
  const happened = typeof happenedAt === 'string' ? Date.parse(happenedAt) : Number.NaN;
  const from = Math.min(Number.isNaN(happened) ? now.getTime() - 30 * 86_400_000 : happened, now.getTime());
  return new Date(from - clocksApartMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

type Failure = Extract<GitHubAnswer<unknown>, { ok: false }>;

function toOutcome(failure: Failure, at: { signal: AbortSignal; record: AttemptRecord; now: Date }): AttemptOutcome {
  const { signal, record, now } = at;
  const { code, message } = signal.aborted ? describeAbort(signal) : failure;
  const seconds = failure.retryAt && Math.max(1, Math.ceil((failure.retryAt.getTime() - now.getTime()) / 1000));
  return {
    result: 'failed',
    code,
    message,
    retryable: catalogue[code].retryable,
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    record,
  };
}

function describeAbort(signal: AbortSignal): Pick<Failure, 'code' | 'message'> {
  return (signal.reason as { name?: unknown } | undefined)?.name === 'TimeoutError'
    ? {
        code: 'github_timeout',
        message: 'GitHub did not answer within the time of the step. Whether a write happened is looked up by the next try.',
      }
    : { code: 'interrupted', message: 'The attempt was stopped. Whether a write happened is looked up by the next try.' };
}

/** The repository with a note of everything that is asked of it. */
function watchRepository(repository: GitHubRepository, context: AttemptContext<unknown>, record: AttemptRecord): GitHubRepository {
  const where = `/repos/${repository.owner}/${repository.name}`;
  const note = <T>(what: string, answer: GitHubAnswer<T>): GitHubAnswer<T> => {
    const line = `${what}: ${answer.ok ? 'done' : `${answer.code}, ${answer.message}`}`;
    if (record.log!.length < keptLines) record.log!.push(cutText(context.mask(toStorableText(line)), 500));
    return answer;
  };
  return {
    ...repository,
    read: async (path, answer) => note(`GET ${where}${path}`, await repository.read(path, answer)),
    list: async (path, item, params) => note(`GET ${where}${path}`, await repository.list(path, item, params)),
    write: async <T>(request: GitHubWrite<T>) => {
      const { method, path, body } = request;
      const below = request.at === 'organization' ? `/orgs/${repository.owner}` : where;
      record.request = {
        method,
        url: `${repository.apiUrl}${below}${path}`,
        headers: {},
        body: body === undefined ? '' : cutText(context.mask(toStorableText(JSON.stringify(body))), keptBytes),
      };
      return note(`${method} ${below}${path}`, await repository.write(request));
    },
  };
}

/**
 * Lets one step at a time work on what has a key, over all repositories' runs and processes; the others come again. What it makes is
 * noted for the next one, which has to make sure that it is still there.
 */
export async function workAlone<T>(
  { repository, endsAt }: GitHubStep,
  key: string,
  work: { run(known: string | null): Promise<GitHubAnswer<T>>; noteOf(value: T): string | undefined },
): Promise<GitHubAnswer<T>> {
  const claim = await repository.claim(key, Math.max(1_000, endsAt.getTime() - Date.now() + 5_000));
  if (!claim.ok) return claim;
  let note: string | undefined;
  try {
    const done = await work.run(claim.value.known);
    if (done.ok) note = work.noteOf(done.value);
    return done;
  } finally {
    await claim.value.end(note);
  }
}
