import { z } from 'zod';
import type { AttemptContext, AttemptOutcome } from '../action.ts';
import { refuseStep } from '../tickets/run-tickets.ts';
import type { JiraClient } from './client.ts';

const myself = z.object({
  displayName: z.string().optional(),
  emailAddress: z.string().nullish(),
  accountId: z.string().optional(),
  name: z.string().optional(),
});

/** Asks Jira who the connection belongs to (handbook K6). */
export async function testConnection(context: AttemptContext<unknown>, client: JiraClient, notes: string[]): Promise<AttemptOutcome> {
  const { connection } = client;
  const told = await client.request({ method: 'GET', path: '/myself', what: connection.url, answer: myself });
  const record = { ...client.exchange(), log: notes.map((note) => context.mask(note)) };
  if (!told.ok) return refuseStep(told.code, context.mask(told.message), { record, retryAfterSeconds: told.retryAfterSeconds });
  const { displayName, name, accountId } = told.value;
  const outputs = {
    url: connection.url,
    flavor: connection.flavor,
    account: context.mask(displayName ?? name ?? accountId ?? 'unknown').slice(0, 200),
    expires_at: connection.expiresAt?.toISOString() ?? null,
    warning: notes[0] ?? null,
  };
  return { result: 'succeeded', outputs, record };
}
