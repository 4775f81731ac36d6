import { githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

const pull = { number: 7, html_url: 'https://github.test/acme/app/pull/7', user: { login: 'ada' } };

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  repeatable: true,
  input: () => ({ number: 7, users: ['bob'], teams: ['core'] }),
  bad: { number: 7 },
  accepted: ({ method }) =>
    JSON.stringify(method === 'GET' ? pull : { ...pull, requested_reviewers: [{ login: 'bob' }], requested_teams: [{ slug: 'core' }] }),
};
