import { z } from 'zod';
import type { GitHubRepository } from '../actions/github-access.ts';
import { hasMark, withMark } from '../actions/github-mark.ts';
import type { RunFacts } from '../actions/run-facts.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import type { Repository } from '../mirror/repository.ts';
import { defaultMachine } from '../tickets/default-machine.ts';
import { aliasOf } from '../tickets/machine.ts';
import { takeLease } from '../tickets/ticket-leases.ts';
import { findTicket, insertOwnTicket, linkIssue, listOwnTickets, type Ticket } from '../tickets/tickets.ts';
import type { Context } from './context.ts';

/** A ticket that somebody asks for. */
export interface TicketWish {
  /** The id of the repository's row. */
  repositoryId: string;
  title: string;
  body: string | null;
  status: string | undefined;
}

/** How long making an issue may take, and is waited for. Milliseconds. */
const issueMs = 20_000;

const issueSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  html_url: z.string(),
  pull_request: z.unknown().optional(),
});
type Issue = z.output<typeof issueSchema>;

/** Makes one of RepoWatch's own tickets. */
export async function createTicket(context: Context, wish: TicketWish): Promise<Outcome<{ id: string }, ErrorCode>> {
  const repository = await findRepositoryById(context.db, wish.repositoryId);
  if (!repository) return failed('not_found', `There is no repository ${wish.repositoryId}.`);
  const { title, body, status = aliasOf(defaultMachine, defaultMachine.initial) } = wish;
  return made(
    await insertOwnTicket(context.db, { ...ownerOf(repository), title, body, status, issueNumber: null, prNumber: null, url: null }),
  );
}

/** Makes a ticket of an issue on GitHub, with its title and text; `ticket_exists` when it has one. */
export async function createTicketOfIssue(
  context: Context,
  wish: { repositoryId: string; number: number },
): Promise<Outcome<{ id: string }, ErrorCode>> {
  const { number } = wish;
  const repository = await findRepositoryById(context.db, wish.repositoryId);
  if (!repository) return failed('not_found', `There is no repository ${wish.repositoryId}.`);
  const exists = (ticket: Ticket) =>
    failed('ticket_exists', `Issue ${number} of ${repository.fullName} has ${ticket.key} already. Look at GET /api/tickets/${ticket.id}.`);
  const find = async () =>
    (await listOwnTickets(context.db, { repositoryId: repository.id, keys: [], numbers: [number] })).find(
      (ticket) => ticket.issueNumber === number,
    );
  const known = await find();
  if (known) return exists(known);
  const opened = await openRepository(context, repository, 'read');
  if (!opened.ok) return opened;
  const issue = await opened.value.read(`/issues/${number}`, issueSchema);
  if (!issue.ok) return issue;
  if (issue.value.pull_request !== undefined)
    return failed('request_invalid', `${number} is a pull request of ${repository.fullName}. Give the number of an issue.`);
  const ticket = await insertOwnTicket(context.db, {
    ...ownerOf(repository),
    title: issue.value.title,
    body: issue.value.body ?? null,
    status: aliasOf(defaultMachine, issue.value.state === 'closed' ? 'closed' : 'open'),
    issueNumber: number,
    prNumber: null,
    url: issue.value.html_url,
  });
  const other = ticket ? undefined : await find();
  return other ? exists(other) : made(ticket);
}

/** Makes an issue on GitHub of a ticket and links it; one that is linked is answered. A lost answer makes no second one. */
export async function createIssueOfTicket(context: Context, id: string): Promise<Outcome<{ created: boolean }, ErrorCode>> {
  const ticket = await findTicket(context.db, id);
  if (!ticket) return failed('not_found', `There is no ticket ${id}.`);
  if (ticket.issueNumber !== null) return ok({ created: false });
  if (ticket.provider !== 'builtin' || ticket.repositoryId === null)
    return failed('conflict', `${ticket.key} is kept in ${ticket.provider}: issues are made of RepoWatch's own tickets only.`);
  const repository = await findRepositoryById(context.db, ticket.repositoryId);
  if (!repository) return failed('not_found', `The repository of ${ticket.key} is not known any more.`);
  const signal = AbortSignal.timeout(issueMs);
  const name = `issue of ticket ${id}`;
  const release = await takeLease(context.db, {
    name,
    installationId: ticket.installationId,
    holdMs: issueMs * 2,
    waitMs: issueMs,
    signal,
  });
  if (!release) return failed('ticket_busy', `An issue of ${ticket.key} is being made. Try again in a moment.`);
  try {
    return await makeIssue(context, repository, ticket);
  } finally {
    await release();
  }
}

async function makeIssue(context: Context, repository: Repository, ticket: Ticket): Promise<Outcome<{ created: boolean }, ErrorCode>> {
  const now = await findTicket(context.db, ticket.id);
  if (now?.issueNumber !== null) return ok({ created: false });
  const opened = await openRepository(context, repository, 'write');
  if (!opened.ok) return opened;
  const mark = `ticket_${ticket.id}`;
  const issue = await findOrCreate(opened.value, {
    mark,
    title: ticket.title ?? ticket.key,
    body: ticket.body ?? '',
    creator: await context.github.botLogin(),
  });
  if (!issue.ok) return issue;
  const linked = await linkIssue(context.db, ticket.id, { number: issue.value.number, url: issue.value.html_url });
  if (linked) return ok({ created: true });
  return failed(
    'conflict',
    `Issue ${issue.value.number} was made and belongs to another ticket meanwhile. Look at GET /api/tickets?repository=${repository.fullName}.`,
  );
}

async function findOrCreate(
  repository: GitHubRepository,
  wish: { mark: string; title: string; body: string; creator: string | undefined },
): Promise<Outcome<Issue, ErrorCode>> {
  const { mark, title, body, creator } = wish;
  const query = { state: 'all', sort: 'created', direction: 'desc', ...(creator !== undefined && { creator }) };
  const listed = await repository.list('/issues', issueSchema, query);
  if (!listed.ok) return listed;
  const found = listed.value.find((issue) => issue.pull_request === undefined && hasMark(issue.body, mark));
  if (found) return ok(found);
  return await repository.write({
    method: 'POST',
    path: '/issues',
    body: { title, body: withMark(body, [mark]) },
    answer: issueSchema,
    content: 'one',
  });
}

function made(ticket: Ticket | undefined): Outcome<{ id: string }, ErrorCode> {
  return ticket ? ok({ id: ticket.id }) : failed('conflict', 'The ticket was changed at the same time. Try again.');
}

function ownerOf(repository: Repository): { installationId: string; repositoryId: string } {
  return { installationId: repository.installationId, repositoryId: repository.id };
}

async function openRepository(
  context: Context,
  repository: Repository,
  access: 'read' | 'write',
): Promise<Outcome<GitHubRepository, ErrorCode>> {
  const opened = await context.github.open(factsOf(repository), { permissions: { issues: access } });
  return !opened.ok && opened.code === 'no_installation' ? failed('conflict', opened.message) : opened;
}

/** A repository as runs show it, for what reaches GitHub or Jira without a run. */
export function factsOf(repository: Repository): RunFacts {
  const { githubId, fullName, owner, name, installationGithubId } = repository;
  return {
    run: { id: '0', watch: 'request', replay: false },
    change: {},
    repository: { id: githubId, full_name: fullName, owner, name },
    ref: null,
    before: null,
    after: null,
    commit: null,
    commits: [],
    actor: null,
    installation: { id: installationGithubId },
    params: {},
    event: {},
  };
}
