import type { RunFacts } from '../run-facts.ts';
import type { OwnTicket, RunTickets } from '../ticket-book.ts';

/** Which of RepoWatch's own tickets a change is about. */
export interface OwnWish {
  /** Keys that texts name. */
  keys: readonly string[];
  /** Issues that texts close. */
  closing: readonly number[];
  /** The status of a ticket that is made. */
  initial: string;
  create: boolean;
  limits: { signal: AbortSignal; timeoutMs: number };
}

interface Numbered {
  number: number;
  title?: unknown;
  html_url?: unknown;
}

/** What an issue or a pull request brings of itself. */
export function subjectOf(facts: RunFacts): { issue: Numbered | undefined; pull: Numbered | undefined } {
  const { pull_request: pull, issue } = facts.change as { pull_request?: Numbered; issue?: Numbered };
  return { issue, pull };
}

/**
 * The keys of the tickets that a change is about: those that it names, those of the issues that it closes, its own. An issue or a pull
 * request that has none gets one (features.md R121).
 */
export async function findOwnKeys(tickets: RunTickets, facts: RunFacts, wish: OwnWish): Promise<{ keys: string[]; notes: string[] }> {
  const { issue, pull } = subjectOf(facts);
  const subject = pull ?? issue;
  const find = async () => await tickets.listOwn({ keys: wish.keys, numbers: [...wish.closing, ...(subject ? [subject.number] : [])] });
  const found = await find();
  if (found.length > 0 || subject === undefined) return { keys: await link(tickets, found, pull?.number), notes: [] };
  const what = `${pull ? 'pull request' : 'issue'} ${subject.number}`;
  if (!wish.create) return { keys: [], notes: [`A ticket for ${what} would be made.`] };
  const made = await tickets.hold({ provider: 'builtin', connection: '', key: what }, wish.limits, async () => {
    const [known] = await find();
    const link = { issueNumber: pull ? null : subject.number, prNumber: pull?.number ?? null };
    const url = typeof subject.html_url === 'string' ? subject.html_url : null;
    return (
      known ??
      (await tickets.createOwn({
        title: (typeof subject.title === 'string' ? subject.title : what).slice(0, 500),
        status: wish.initial,
        url,
        ...link,
      }))
    );
  });
  return made === 'busy'
    ? { keys: [], notes: [`Another step makes a ticket for ${what}.`] }
    : { keys: [made.key], notes: [`${made.key} is the ticket of ${what}.`] };
}

async function link(tickets: RunTickets, found: readonly OwnTicket[], pull: number | undefined): Promise<string[]> {
  for (const { key, status, prNumber } of found) if (pull !== undefined && prNumber === null) await tickets.moveOwn(key, status, pull);
  return found.map(({ key }) => key);
}
