import { z } from 'zod';
import { defaultMachine } from '../../tickets/default-machine.ts';
import { extractClosingNumbers, extractOwnKeys } from '../../tickets/extract-keys.ts';
import { aliasOf, type TicketMachine } from '../../tickets/machine.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome } from '../action.ts';
import type { RunTickets } from '../ticket-book.ts';
import { collectTexts, textSources } from '../tickets/collect-texts.ts';
import { readPullCommits } from '../tickets/pull-commits.ts';
import type { TicketProvider } from '../tickets/provider.ts';
import { refuseStep, runTickets } from '../tickets/run-tickets.ts';
import { ticketInput } from '../tickets/ticket-input.ts';
import { createBuiltinProvider } from './builtin-provider.ts';
import { createGitHubProvider, toFailure } from './github-provider.ts';
import { findOwnKeys, subjectOf } from './own-keys.ts';

/** `with:` of a ticket step. */
export const ticketStepInput = z.strictObject({
  provider: z
    .enum(['builtin', 'github'])
    .default('builtin')
    .describe("Whose tickets: RepoWatch's own, or the issues of the repository on GitHub."),
  machine: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The state machine; without one Draft, Open, In Progress, In Review, Merged, Closed with the events of pull requests and issues.',
    ),
  ...ticketInput,
  sources: z
    .array(z.enum(textSources))
    .min(1)
    .default(['title', 'branch', 'commits', 'body'])
    .describe('Where `fixes #7` and `T-12` are looked for.'),
  create: z.boolean().default(true).describe("Whether an issue or pull request without a ticket gets one; RepoWatch's own only."),
  closed_states: z
    .array(z.string().min(1))
    .max(50)
    .optional()
    .describe('The states in which an issue on GitHub is closed; those called closed, merged, done or resolved without it.'),
});

type Context = AttemptContext<z.output<typeof ticketStepInput>>;
type Named = { name: string; machine: TicketMachine };
type Found = { ok: true; provider: TicketProvider; keys: string[]; notes: string[] } | { ok: false; outcome: AttemptOutcome };

/** Moves RepoWatch's own tickets, or issues on GitHub, by the same machines as Jira's. */
export const kind: ActionKind<typeof ticketStepInput> = {
  name: 'ticket',
  title: 'Move tickets of RepoWatch or GitHub',
  schema: ticketStepInput,
  secretFields: [],
  machineFields: ['machine'],
  permissions: {},
  defaultTimeoutMs: 60_000,
  run: async (context, tools) => nameAbort(context, await runTicket(context, tools)),
};

/** GitHub's refusals do not say that it was we who stopped. */
function nameAbort({ signal }: Context, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.result !== 'failed' || !signal.aborted) return outcome;
  if ((signal.reason as { name?: unknown } | undefined)?.name !== 'TimeoutError')
    return { ...outcome, code: 'interrupted', retryable: true };
  return { ...outcome, code: 'github_timeout', message: 'The tickets were not done within the time of the step.', retryable: true };
}

async function runTicket(context: Context, tools: ActionTools): Promise<AttemptOutcome> {
  const { input } = context;
  if (context.signal.aborted) return refuseStep('interrupted', 'The step was stopped before it began.');
  const given = input.machine === undefined ? defaultMachine : context.machines[input.machine];
  if (!given) return refuseStep('machine_unknown', `There is no machine \`${input.machine}\` in this file. Declare it under \`machines\`.`);
  const named: Named = { name: input.machine ?? 'default', machine: given };
  const tickets = await tools.tickets.open(context.facts);
  const found = input.provider === 'github' ? await findIssues(context, tools, named) : await findOwn(context, tickets, named);
  if (!found.ok) return found.outcome;
  return await runTickets(context, {
    provider: found.provider,
    tickets,
    keys: found.keys,
    machine: named,
    event: input.event,
    comment: input.comment,
    onlyAfterAllPulls: input.when === 'all_linked_prs_merged',
    dryRun: input.dry_run,
    notes: found.notes,
  });
}

async function findOwn(context: Context, tickets: RunTickets, { machine }: Named): Promise<Found> {
  const { input, facts, signal, timeoutMs } = context;
  const texts = collectTexts(facts, input.sources);
  const { keys, notes } = await findOwnKeys(tickets, facts, {
    keys: extractOwnKeys(texts),
    closing: extractClosingNumbers(texts, String(facts.repository['full_name'])),
    initial: aliasOf(machine, machine.initial),
    create: input.create && !input.dry_run,
    limits: { signal, timeoutMs },
  });
  return { ok: true, provider: createBuiltinProvider(tickets, { machine, prNumber: subjectOf(facts).pull?.number ?? null }), keys, notes };
}

async function findIssues(context: Context, tools: ActionTools, { machine }: Named): Promise<Found> {
  const { input, facts, signal } = context;
  const commits = input.sources.includes('commits')
    ? await readPullCommits(context, tools)
    : { ok: true as const, messages: [], notes: [] };
  if (!commits.ok) {
    const { code, message, retryAfterSeconds } = commits;
    return { ok: false, outcome: refuseStep(code, message, { retryAfterSeconds }) };
  }
  const opened = await tools.github.open(facts, { permissions: { issues: 'write' }, signal });
  if (!opened.ok) {
    const { code, message, retryAfterSeconds } = toFailure(opened, context.now());
    return { ok: false, outcome: refuseStep(code, message, { retryAfterSeconds }) };
  }
  const { issue } = subjectOf(facts);
  const closing = extractClosingNumbers(collectTexts(facts, input.sources, commits.messages), String(facts.repository['full_name']));
  const numbers = issue ? [issue.number] : closing;
  const closed =
    input.closed_states ?? Object.keys(machine.aliases).filter((state) => isClosing(state) || isClosing(aliasOf(machine, state)));
  const provider = createGitHubProvider({
    repository: opened.value,
    repositoryId: String(facts.repository['id']),
    machine,
    closed,
    botLogin: await tools.github.botLogin(),
    now: context.now(),
  });
  return { ok: true, provider, keys: numbers.map((number) => `#${number}`), notes: commits.notes };
}

function isClosing(name: string): boolean {
  return /^(?:closed|merged|done|resolved)$/i.test(name);
}
