import { answerIssues, githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({ title: 'It broke', body: 'Look at it.', labels: ['bug'] }),
  bad: { title: '' },
  accepted: answerIssues,
};
