import { githubContract } from '../../../../test/support/github-contract.ts';
import type { KindContract } from '../../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  ...githubContract,
  input: () => ({ event_type: 'deploy', client_payload: { sha: 'a' } }),
  bad: { event_type: 'x'.repeat(101) },
  accepted: () => '',
  keyOf: (_request, body) => (JSON.parse(body) as { client_payload: { repowatch: { id: string } } }).client_payload.repowatch.id,
};
