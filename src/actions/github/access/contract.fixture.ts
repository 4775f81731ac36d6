import { githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  repeatable: true,
  input: () => ({ action: 'add_collaborator', identifier: 'bob' }),
  bad: { action: 'promote', identifier: 'bob' },
  accepted: ({ method, url }) => {
    if (method === 'GET') return url?.includes('/invitations') ? '[]' : '{"permission":"none"}';
    return JSON.stringify({ id: 70, invitee: { login: 'bob' }, permissions: 'write', html_url: 'https://github.test/invitations' });
  },
};
