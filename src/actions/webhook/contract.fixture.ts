import type { KindContract } from '../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  input: (url) => ({ url: `${url}/` }),
  bad: { url: 5 },
  refused: 'webhook_rejected',
  overloaded: 'webhook_failed',
};
