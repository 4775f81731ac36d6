import { answerIssues, githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({ number: 7, body: 'Seen.' }),
  bad: { number: 'seven', body: 'x' },
  accepted: answerIssues,
};
