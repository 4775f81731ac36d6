import type { KindContract } from '../../../test/support/kind-contract.ts';

/** How the kind is held to its contract. */
export const contract: KindContract = {
  input: (url) => ({ api_url: `${url}/api`, token: 'xoxb-for-tests-only', channel: 'C1', text: 'hello' }),
  bad: { url: 'https://hooks.slack.com/services/T/B/x' },
  refused: 'slack_refused',
  overloaded: 'slack_failed',
  accepted: () => '{"ok":true,"channel":"C1","ts":"1763726400.000100"}',
};
