import type { KindContract } from '../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  input: (url) => ({
    run: `export default async ({ fetch, run }) => {
      const answer = await fetch(${JSON.stringify(`${url}/`)}, { method: 'POST', headers: { 'webhook-id': run.idempotency_key } });
      if (!answer.ok) throw new Error('answered ' + answer.status);
      return { text: (await answer.text()).slice(0, 1000) };
    };`,
    timeout: '30s',
  }),
  bad: { run: 5 },
  refused: 'script_failed',
  overloaded: 'script_failed',
  // A script decides itself what it makes of an answer.
  overloadIsFinal: true,
};
