import { z } from 'zod';
import { failed, type Outcome } from '../../core/outcome.ts';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { extractKeys } from '../../tickets/extract-keys.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome } from '../action.ts';
import { collectTexts, textSources } from '../tickets/collect-texts.ts';
import { readPullCommits } from '../tickets/pull-commits.ts';
import { refuseStep, runTickets } from '../tickets/run-tickets.ts';
import { ticketInput } from '../tickets/ticket-input.ts';
import { createMasker } from '../../vault/masking.ts';
import { createJiraClient } from './client.ts';
import { explainExpiry, openConnection, parseConnection, type JiraConnection } from './connection.ts';
import { createJiraProvider } from './jira-provider.ts';
import { testConnection } from './test-connection.ts';

/** `with:` of a jira step. */
export const jiraInput = z.strictObject({
  connection: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: 'The secret that holds the connection as JSON: site, cloud_id or url, email, token, flavor, expires_at.',
      examples: ['JIRA'],
    }),
  url: z.string().min(1).max(2000).optional().describe('Where Jira is, in place of a connection.'),
  auth: z
    .strictObject({ email: z.string().min(1).optional(), token: z.string().min(1) })
    .optional()
    .describe('With `url`: a token, and for Cloud the email that it belongs to.'),
  flavor: z.enum(['cloud', 'dc']).optional().describe('With `url`: Cloud or Data Center; guessed without it.'),
  machine: z.string().min(1).optional().describe('The state machine that moves the tickets; without one they are only commented on.'),
  ...ticketInput,
  projects: z
    .array(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'is not the key of a project'))
    .min(1)
    .max(100)
    .optional()
    .describe('The projects whose tickets count; those of the machine without it.'),
  sources: z
    .array(z.enum(textSources))
    .min(1)
    .default(['title', 'branch', 'commits', 'release'])
    .describe('Where keys are looked for; `body` only counts when it is named.'),
  underscore: z.boolean().default(false).describe('Whether the keys of projects may have `_`, as on a Data Center.'),
  keys: z
    .union([z.string().max(10_000), z.array(z.string().max(300)).max(100)])
    .optional()
    .describe('The tickets, in place of looking for them: text with keys in it, or a list.'),
  fields: z
    .record(z.string().min(1), z.unknown())
    .optional()
    .meta({ description: 'Fields to send along with a step that asks for them.', examples: [{ resolution: { name: 'Done' } }] }),
  test: z.boolean().default(false).describe('Only asks Jira who the connection belongs to.'),
});

type JiraInput = z.output<typeof jiraInput>;
type Context = AttemptContext<JiraInput>;

/** Moves the tickets that a change names through their workflow in Jira, and comments on them. */
export const kind: ActionKind<typeof jiraInput> = {
  name: 'jira',
  title: 'Move tickets in Jira',
  schema: jiraInput,
  secretFields: ['auth'],
  machineFields: ['machine'],
  permissions: {},
  defaultTimeoutMs: 60_000,
  run: runJira,
};

async function runJira(given: Context, tools: ActionTools): Promise<AttemptOutcome> {
  const { input } = given;
  if (given.signal.aborted) return refuseStep('interrupted', 'The step was stopped before it began.');
  const connection = connect(given);
  if (!connection.ok) return refuseStep(connection.code, connection.message);
  // The secret is the whole connection: its parts have to be masked too.
  const hide = createMasker(connection.value.hidden);
  const context: Context = { ...given, mask: (text) => hide(given.mask(text)) };
  const client = createJiraClient(context, connection.value, tools);
  const warning = explainExpiry(connection.value, context.now());
  const notes = warning === undefined ? [] : [warning];
  if (input.test) return await testConnection(context, client, notes);
  const machine = input.machine === undefined ? undefined : context.machines[input.machine];
  if (input.machine !== undefined && !machine)
    return refuseStep('machine_unknown', `There is no machine \`${input.machine}\` in this file. Declare it under \`machines\`.`);
  if (!machine && !input.comment)
    return refuseStep(
      'action_input_invalid',
      'The step says neither which machine moves the tickets nor what to comment. Give `machine` or `comment`.',
    );
  const projects = input.projects ?? machine?.projects;
  if (!projects)
    return refuseStep(
      'action_input_invalid',
      'Nobody says which projects count, and without that `UTF-8` is a ticket. Give `projects`, here or in the machine.',
    );
  const texts = await readTexts(context, tools);
  if (!texts.ok) return refuseStep(texts.code, texts.message, { retryAfterSeconds: texts.retryAfterSeconds });
  const tickets = await tools.tickets.open(context.facts);
  await tickets.noteConnection(connection.value.url, connection.value.expiresAt);
  return await runTickets(context, {
    provider: createJiraProvider(client, input.fields),
    tickets,
    keys: extractKeys(texts.texts, { projects, underscore: input.underscore }),
    machine: machine && { name: input.machine!, machine },
    event: input.event,
    comment: input.comment,
    onlyAfterAllPulls: input.when === 'all_linked_prs_merged',
    dryRun: input.dry_run,
    notes: [...notes, ...texts.notes],
    exchange: () => client.exchange(),
  });
}

/** By the secret that the step names, by its text, or by what the step says itself. */
function connect({ input, secrets }: Context): Outcome<JiraConnection, ErrorCode> {
  const { connection, url, auth, flavor } = input;
  if (connection !== undefined && (url !== undefined || auth !== undefined))
    return failed('action_input_invalid', 'Give either `connection`, or `url` and `auth`.');
  if (connection === undefined) {
    if (url === undefined || auth === undefined)
      return failed(
        'action_input_invalid',
        'The step does not say where Jira is. Give `connection`, the name of a secret, or `url` and `auth`.',
      );
    return openConnection({
      url,
      token: auth.token,
      ...(auth.email !== undefined && { email: auth.email }),
      ...(flavor !== undefined && { flavor }),
    });
  }
  if (connection.trimStart().startsWith('{')) return parseConnection(connection);
  const text = Object.hasOwn(secrets, connection) ? secrets[connection] : undefined;
  if (text === undefined)
    return failed(
      'secret_not_found',
      'There is no secret of the name that `connection` gives. Write the name itself, as in `connection: JIRA`, and set it with PUT /api/secrets/NAME.',
    );
  return parseConnection(text);
}

async function readTexts(
  context: Context,
  tools: ActionTools,
): Promise<
  { ok: true; texts: string[]; notes: string[] } | { ok: false; code: ErrorCode; message: string; retryAfterSeconds?: number | undefined }
> {
  const { keys, sources } = context.input;
  if (keys !== undefined) return { ok: true, texts: [keys].flat(), notes: [] };
  const commits = sources.includes('commits') ? await readPullCommits(context, tools) : { ok: true as const, messages: [], notes: [] };
  return commits.ok ? { ok: true, texts: collectTexts(context.facts, sources, commits.messages), notes: commits.notes } : commits;
}
