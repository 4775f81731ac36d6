import { ok } from '../core/outcome.ts';
import type { GitHubAnswer, GitHubRepository } from './github-access.ts';
import type { GitHubStep } from './github-step.ts';

/** Something that GitHub does as often as it is asked, without a key by which it could tell one request from its repetition. */
interface Once<T> {
  /** What there is one of; the same in every try. */
  key: string;
  now(): Date;
  send(): Promise<GitHubAnswer<T>>;
  /** What of an earlier try can be found; undefined when nothing is there. Fails when nobody can tell. */
  lookUp(sentAt: Date): Promise<GitHubAnswer<T | undefined>>;
  /** How long what was sent can take to be seen. Milliseconds. */
  seenAfterMs: number;
}

/** After these nothing has happened at GitHub: it said no, or was not asked. */
const certainFailures = /^(?:github_(?!unavailable|timeout|outcome_unknown)|conflict$|repository_|installation_|no_installation$)/;

/** How long noting something takes at most. Milliseconds. */
const noteMs = 5_000;

const sent = (at: Date) => `sent ${at.toISOString()}`;

/**
 * Sends something once. That it is being sent is noted before, in the database, so that a later try knows it, also after a crash: it
 * looks for what came of it, waits until that could be seen, and sends again only when it is sure that nothing happened.
 */
export async function sendOnce<T>({ repository }: GitHubStep, once: Once<T>): Promise<GitHubAnswer<T>> {
  const claim = await repository.claim(once.key, noteMs);
  if (!claim.ok) return claim;
  const { known } = claim.value;
  const sentAt = known?.startsWith('sent ') ? new Date(known.slice('sent '.length)) : undefined;
  await claim.value.end(sentAt === undefined ? sent(once.now()) : undefined);
  if (sentAt !== undefined) {
    const found = await once.lookUp(sentAt);
    if (!found.ok) return found;
    if (found.value !== undefined) return ok(found.value);
    const until = new Date(sentAt.getTime() + once.seenAfterMs);
    const message = 'The answer to the last try was lost, and what it may have done can not be seen yet; this one looks again in a moment';
    if (once.now() < until) return { ok: false, code: 'github_busy', message, retryAt: until };
    const noted = await note(repository, once.key, sent(once.now()));
    if (!noted.ok) return noted;
  }
  const answer = await once.send();
  if (!answer.ok && (answer.nothingSent === true || certainFailures.test(answer.code))) await note(repository, once.key, 'not sent');
  return answer;
}

async function note(repository: Pick<GitHubRepository, 'claim'>, key: string, known: string): Promise<GitHubAnswer<null>> {
  const claim = await repository.claim(key, noteMs);
  if (!claim.ok) return claim;
  await claim.value.end(known);
  return ok(null);
}
