import type { ChangeType } from './change.ts';
import { configNoun } from './config-change.ts';
import { destinationNoun } from './destination-change.ts';
import { inboundNoun } from './inbound-change.ts';
import { installationNoun } from './installation-change.ts';
import { issueNoun } from './issue-change.ts';
import { issueCommentNoun } from './issue-comment-change.ts';
import { manualNoun } from './manual-change.ts';
import { memberNoun } from './member-change.ts';
import type { ChangeNoun } from './noun.ts';
import { presenceNoun } from './presence-change.ts';
import { projectNoun } from './project-change.ts';
import { pullRequestNoun } from './pull-request-change.ts';
import { recoveryNoun } from './recovery-change.ts';
import { branchNoun, tagNoun } from './ref-noun.ts';
import { releaseNoun } from './release-change.ts';
import { repositoryNoun } from './repository-change.ts';
import { runNoun } from './run-change.ts';
import { scheduleNoun } from './schedule-change.ts';

/** Every noun of the vocabulary, in the order in which people read about them. */
export const changeNouns: readonly ChangeNoun[] = [
  branchNoun,
  tagNoun,
  presenceNoun,
  pullRequestNoun,
  issueNoun,
  issueCommentNoun,
  releaseNoun,
  memberNoun,
  repositoryNoun,
  projectNoun,
  installationNoun,
  scheduleNoun,
  manualNoun,
  inboundNoun,
  configNoun,
  runNoun,
  recoveryNoun,
  destinationNoun,
];

const nounOfType = new Map(changeNouns.flatMap((noun) => Object.keys(noun.types).map((type) => [type, noun] as const)));

/** The noun that a type word belongs to; undefined for a word of an older or newer version. */
export function findNoun(type: ChangeType | (string & {})): ChangeNoun | undefined {
  return nounOfType.get(type);
}
