import type { TicketMachine } from '../../tickets/machine.ts';
import type { RunTickets } from '../ticket-book.ts';
import { listAllSteps } from '../tickets/list-steps.ts';
import type { TicketProvider } from '../tickets/provider.ts';

/** RepoWatch's own tickets (features.md R120). */
export function createBuiltinProvider(tickets: RunTickets, facts: { machine: TicketMachine; prNumber: number | null }): TicketProvider {
  const { machine, prNumber } = facts;
  return {
    name: 'builtin',
    connection: '',
    placeOf: (key) => ({ provider: 'builtin', connection: '', key }),
    async read(key) {
      const [ticket] = await tickets.listOwn({ keys: [key], numbers: [] });
      if (ticket) return { ok: true, value: { status: ticket.status } };
      return { ok: false, code: 'ticket_not_found', message: `There is no ticket ${key} of this repository.`, retryable: false };
    },
    listTransitions: () => Promise.resolve({ ok: true, value: listAllSteps(machine) }),
    async move(key, { to }) {
      await tickets.moveOwn(key, to.name, prNumber);
      return { ok: true, value: null };
    },
    comment: () =>
      Promise.resolve({
        ok: false,
        code: 'action_input_invalid',
        message: "RepoWatch's own tickets take no comments. Use a step github/comment for the issue or pull request.",
        retryable: false,
      }),
  };
}
