import type { IncomingMessage } from 'node:http';
import { memoryBook } from '../../../test/support/memory-book.ts';
import { pushFacts } from '../../../test/support/attempt-context.ts';
import type { KindContract } from '../../../test/support/kind-contract.ts';

let status = 'To Do';
const transition = { id: '31', name: 'Done', to: { name: 'Done', statusCategory: { key: 'done' } } };

function accepted({ url = '', method }: IncomingMessage): string {
  if (method === 'POST') status = 'Done';
  if (url.includes('/transitions')) return JSON.stringify({ transitions: [transition] });
  const now = status;
  // The next run begins where this one did.
  if (now === 'Done') status = 'To Do';
  return JSON.stringify({ fields: { status: { name: now, statusCategory: { key: 'new' } } } });
}

/** How the kind is held to its contract. */
export const contract: KindContract = {
  input: (url) => ({
    url,
    auth: { email: 'bot@acme.test', token: 'jira-token-1234' },
    machine: 'delivery',
    event: 'merged',
    keys: 'SOC-1',
  }),
  bad: { machine: 5 },
  refused: 'ticket_not_found',
  overloaded: 'ticket_provider_failed',
  accepted,
  keyOf: (request) => request.headers['x-repowatch-id']?.toString(),
  tools: () => ({ tickets: memoryBook() }),
  context: () => ({
    facts: pushFacts(),
    machines: {
      delivery: {
        projects: ['SOC'],
        initial: 'to_do',
        aliases: { to_do: 'To Do', done: 'Done' },
        transitions: { to_do: { merged: 'done' }, done: { merged: '<end>' } },
      },
    },
  }),
};
