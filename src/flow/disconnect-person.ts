import { disconnectGithubUser } from '../people/github-users.ts';
import type { Context } from './context.ts';

/** Notes that a person took back what they had allowed; answers a sentence for the delivery. */
export async function disconnectPerson({ db, host }: Context, user: { github_id: string; login: string }): Promise<string> {
  const wasKnown = await disconnectGithubUser(db, host, user.github_id);
  return wasKnown ? `${user.login} is not connected any more; installations stay as they are` : `${user.login} was not connected`;
}
