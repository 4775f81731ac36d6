import { aliasOf, type TicketMachine } from '../../tickets/machine.ts';
import type { TicketTransition } from './provider.ts';

/** Where nothing restricts it, every state of the machine is open. */
export function listAllSteps(machine: TicketMachine): TicketTransition[] {
  return Object.keys(machine.aliases).map((state) => ({ id: state, name: aliasOf(machine, state), to: { name: aliasOf(machine, state) } }));
}
