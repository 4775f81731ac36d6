import { installationLane } from '../inbox/lane.ts';
import { requestListings } from '../mirror/sweeps.ts';
import type { Context } from './context.ts';

/** Has the repositories of an installation listed soon: after an event about it, at a start, in the night, or because a person asks. */
export async function requestListing(context: Context, githubId: string): Promise<void> {
  const asked = await requestListings(context.db, { host: context.host, githubIds: [githubId] }, context.clock.now());
  await context.queue.send(context.db, 'sweeps', asked.map(installationLane));
}
