import { z } from 'zod';
import { isSha, type Actor } from '../changes/ref-change.ts';
import { failed, ok } from '../core/outcome.ts';
import { describeMismatch, isEmptyRepository, type Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';
import { actorSchema, githubIdSchema } from './facts.ts';
import { nextParams } from './read-pages.ts';
import { repositoryRoute, type RepositoryPlace } from './repository-path.ts';

/** One push to a branch, as GitHub remembers it (handbook D6). */
export interface ActivityEntry {
  id: string;
  /** The full ref. */
  ref: string;
  before: string;
  after: string;
  at: Date;
  /** GitHub's word: push, force_push, branch_creation, branch_deletion, pr_merge, merge_queue_merge. */
  type: string;
  actor: Actor | null;
}

/** What was read of the record, newest first; `ended` when there is nothing older. */
export interface Activity {
  entries: ActivityEntry[];
  ended: boolean;
}

/** Which part of the record is wanted. */
export interface ActivityWish {
  /** A full ref; without it all branches. */
  ref?: string;
  /** Asked after each page: true when what has come is enough. */
  enough: (activity: Activity) => boolean;
}

const shaSchema = z.string().refine(isSha);
const activityPage = z.array(
  z.object({
    id: githubIdSchema,
    ref: z.string(),
    before: shaSchema,
    after: shaSchema,
    timestamp: z.iso.datetime({ offset: true }),
    activity_type: z.string(),
    actor: actorSchema,
  }),
);

/** A thousand pushes: who pushes more between two comparisons is told what is there now. */
const maxPages = 10;

/** Reads the record of pushes to branches, newest first, page by page until it is enough. It knows nothing of tags. */
export async function readActivity(client: GitHubClient, place: RepositoryPlace, wish: ActivityWish): Promise<Read<Activity>> {
  const route = repositoryRoute(place, '/activity');
  const activity: Activity = { entries: [], ended: false };
  let params: Record<string, string> = { per_page: '100', ...(wish.ref === undefined ? {} : { ref: wish.ref }) };
  for (let page = 1; page <= maxPages; page += 1) {
    const response = await readPage(client, route, params);
    if (!response) return ok({ ...activity, ended: true });
    const parsed = activityPage.safeParse(response.data);
    if (!parsed.success) {
      const mismatch = describeMismatch(parsed.error);
      return failed('github_unavailable', `GitHub's answer to ${route} was cut off or is not what it should be (${mismatch})`);
    }
    activity.entries.push(
      ...parsed.data.map(({ id, ref, before, after, timestamp, activity_type: type, actor }) => {
        return { id, ref, before, after, at: new Date(timestamp), type, actor };
      }),
    );
    const next = nextParams(response.headers.link);
    if (next === undefined) activity.ended = true;
    if (activity.ended || wish.enough(activity)) return ok(activity);
    const following = { ...params, ...next };
    // A Link that leads nowhere new proves nothing about what is older.
    if (JSON.stringify(following) === JSON.stringify(params)) return ok(activity);
    params = following;
  }
  return ok(activity);
}

async function readPage(
  client: GitHubClient,
  route: string,
  params: Record<string, string>,
): Promise<{ data: unknown; headers: { link?: string } } | undefined> {
  try {
    return (await client.request(route, params)) as { data: unknown; headers: { link?: string } };
  } catch (error) {
    if (isEmptyRepository(error)) return undefined;
    throw error;
  }
}
