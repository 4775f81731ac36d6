import { z } from 'zod';
import { catalogue } from '../../core/error-catalogue.ts';
import { aliasOf, isSameName, type TicketMachine } from '../../tickets/machine.ts';
import type { GitHubAnswer, GitHubRepository } from '../github-access.ts';
import { hasMark, withMark } from '../github-mark.ts';
import { listAllSteps } from '../tickets/list-steps.ts';
import type { TicketFailure, TicketProvider, TicketState } from '../tickets/provider.ts';

const label = z.union([z.string(), z.object({ name: z.string() })]).transform((value) => (typeof value === 'string' ? value : value.name));
const issueSchema = z.object({ number: z.int(), state: z.string(), labels: z.array(label), closed_at: z.string().nullish() });
type Issue = z.output<typeof issueSchema>;
const commentSchema = z.object({ body: z.string().nullish(), user: z.object({ login: z.string() }).nullish() });

/** What issues of a repository are kept by. */
interface IssueKeeper {
  repository: GitHubRepository;
  /** GitHub's id of the repository, which stays when it is renamed. */
  repositoryId: string;
  machine: TicketMachine;
  /** The states in which an issue is closed. */
  closed: readonly string[];
  botLogin: string | undefined;
  now: Date;
}

/** Issues on GitHub as tickets (features.md R120): the state is the label that its alias names, together with open or closed. */
export function createGitHubProvider(keeper: IssueKeeper): TicketProvider {
  const { repository, repositoryId, machine, closed, now } = keeper;
  const read = async (key: string) => await repository.read(`/issues/${numberOf(key)}`, issueSchema);
  return {
    name: 'github',
    connection: repositoryId,
    placeOf: (key) => ({ provider: 'github', connection: repositoryId, key }),
    async read(key) {
      const issue = await read(key);
      return issue.ok ? { ok: true, value: stateNow(keeper, issue.value) } : toFailure(issue, now);
    },
    listTransitions: () =>
      Promise.resolve({
        ok: true,
        value: listAllSteps(machine).map(({ id, name, to }) => {
          const category = closed.includes(id) ? ('done' as const) : ('indeterminate' as const);
          return { id, name, to: { name: to.name, category } };
        }),
      }),
    async move(key, { id: state }) {
      const issue = await read(key);
      if (!issue.ok) return toFailure(issue, now);
      const wanted = wantedOf(keeper, issue.value, state);
      const moved = await repository.write({ method: 'PATCH', path: `/issues/${numberOf(key)}`, body: wanted, answer: issueSchema });
      if (!moved.ok) return toFailure(moved, now);
      const dropped = wanted.labels.filter((name) => !moved.value.labels.some((kept) => isSameName(kept, name)));
      if (dropped.length === 0 && moved.value.state === wanted.state) return { ok: true, value: null };
      const message = `GitHub did not take ${dropped.length > 0 ? `the label ${dropped.join(', ')}` : `the state ${wanted.state}`} for ${key}.`;
      return { ok: false, code: 'ticket_refused', message, retryable: false };
    },
    async comment(key, { text, mark, look }) {
      const path = `/issues/${numberOf(key)}/comments`;
      const there = look ? await repository.list(path, commentSchema) : undefined;
      if (there && !there.ok) return toFailure(there, now);
      if (there?.value.some(({ body, user }) => user?.login === keeper.botLogin && hasMark(body ?? '', mark)))
        return { ok: true, value: null };
      const said = await repository.write({
        method: 'POST',
        path,
        body: { body: withMark(text, [mark]) },
        answer: commentSchema,
        content: 'one',
      });
      return said.ok ? { ok: true, value: null } : toFailure(said, now);
    },
  };
}

/** `#7` is issue 7. */
function numberOf(key: string): number {
  return Number(key.slice(1));
}

/** A closed issue is through, since it was closed: who did that after what a late webhook tells is not undone by it (handbook K4). */
function stateNow(keeper: IssueKeeper, issue: Issue): TicketState {
  const status = aliasOf(keeper.machine, stateOfIssue(keeper, issue));
  if (issue.state !== 'closed') return { status };
  const since = Date.parse(issue.closed_at ?? '');
  return { status, category: 'done', ...(!Number.isNaN(since) && { categorySince: new Date(since) }) };
}

/** The state furthest in the machine whose label the issue has, of those that fit to open or closed. */
function stateOfIssue({ machine, closed }: IssueKeeper, issue: Issue): string {
  const isClosed = issue.state === 'closed';
  const order = machine.path ?? Object.keys(machine.aliases);
  const labelled = order.filter(
    (state) => closed.includes(state) === isClosed && issue.labels.some((name) => isSameName(name, aliasOf(machine, state))),
  );
  const plain = order.find((state) => isSameName(aliasOf(machine, state), isClosed ? 'closed' : 'open'));
  return labelled.at(-1) ?? plain ?? (isClosed ? (closed[0] ?? machine.initial) : machine.initial);
}

/** `Open` and `Closed` need no label. */
function wantedOf(
  { machine, closed }: IssueKeeper,
  issue: Issue,
  state: string,
): { labels: string[]; state: string; state_reason?: string } {
  const alias = aliasOf(machine, state);
  const ours = Object.values(machine.aliases);
  const others = issue.labels.filter((name) => !ours.some((known) => isSameName(known, name)));
  const labels = isSameName(alias, 'open') || isSameName(alias, 'closed') ? others : [...others, alias];
  if (!closed.includes(state)) return { labels, state: 'open' };
  return issue.state === 'closed' ? { labels, state: 'closed' } : { labels, state: 'closed', state_reason: 'completed' };
}

/** A refusal of GitHub in the engine's words. */
export function toFailure(answer: Extract<GitHubAnswer<never>, { ok: false }>, now: Date): TicketFailure {
  const { code, message, retryAt } = answer;
  const { retryable } = catalogue[code];
  const wait = retryAt === undefined ? undefined : Math.max(0, Math.ceil((retryAt.getTime() - now.getTime()) / 1000));
  return {
    ok: false,
    code,
    message,
    retryable,
    retryAfterSeconds: wait,
    stopsAll: code !== 'github_not_found' && code !== 'github_refused',
  };
}
