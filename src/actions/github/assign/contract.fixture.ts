import { answerIssues, githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({ number: 7, assignees: ['ada'] }),
  bad: { number: 7, assignees: Array.from({ length: 11 }, (_, index) => `p${index}`) },
  accepted: answerIssues,
  repeatable: true,
};
