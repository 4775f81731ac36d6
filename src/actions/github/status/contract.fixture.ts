import { githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  repeatable: true,
  input: () => ({ state: 'success', context: 'deploy/staging', description: 'Deployed' }),
  bad: { state: 'success', context: 'repowatch/config' },
  accepted: ({ method }, body) => (method === 'GET' ? '[]' : body),
};
