import { answerIssues, githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({ number: 7, reason: 'not_planned', comment: 'Done elsewhere.' }),
  bad: { number: 7, reason: 'bored' },
  accepted: answerIssues,
};
