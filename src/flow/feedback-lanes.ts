import { githubIdOfLane } from '../inbox/lane.ts';
import { findDueAlarm } from '../mirror/config-alarms.ts';
import { findDueValidation } from '../mirror/config-validations.ts';
import type { LaneService, Turn } from '../queue/lane-dispatcher.ts';
import type { FeedbackContext } from './feedback-context.ts';
import { raiseAlarm } from './raise-alarm.ts';
import { validateProposal } from './validate-proposal.ts';

/** How long an installation is served before others get their turn; the next tick of the clock goes on. Milliseconds. */
const turnMs = 10_000;

/** Tells people on GitHub what is wrong and what would happen: one thing after the other for an installation, since GitHub wants writes apart. */
export function createFeedbackService(context: FeedbackContext): LaneService {
  return { prefix: 'feedback', groupSize: 4, maxLanes: 4, serveAlone: (lane, turn) => serveLane(context, lane, turn) };
}

async function serveLane(context: FeedbackContext, lane: string, turn: Turn): Promise<void> {
  const installationGithubId = githubIdOfLane(lane, 'inst');
  if (installationGithubId === undefined) return;
  const endsAt = context.clock.now().getTime() + turnMs;
  while (!turn.closing.aborted && context.clock.now().getTime() < endsAt) {
    const due = { host: context.host, installationGithubId, now: context.clock.now() };
    const validation = await findDueValidation(context.db, due);
    const alarm = validation ? undefined : await findDueAlarm(context.db, due);
    if (validation) await validateProposal(context, validation);
    else if (alarm) await raiseAlarm(context, alarm);
    else return;
  }
}
