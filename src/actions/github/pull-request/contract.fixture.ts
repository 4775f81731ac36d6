import { contractBot, githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

const pull = {
  number: 7,
  html_url: 'https://github.test/acme/app/pull/7',
  user: { login: contractBot },
  state: 'open',
  draft: false,
  head: { ref: 'topic', sha: 'a'.repeat(40) },
  base: { ref: 'main' },
  labels: [],
};

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({ head: 'topic', base: 'main', title: 'Merge the topic' }),
  bad: { head: 'topic', base: 'main', title: '' },
  accepted: ({ method }, body) =>
    method === 'GET' ? '[]' : JSON.stringify({ ...pull, ...(JSON.parse(body) as object), head: pull.head, base: pull.base }),
};
