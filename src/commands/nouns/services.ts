import type { Destination } from '../../http/schemas/destination.ts';
import type { RecoveryDelivery } from '../../http/schemas/recovery.ts';
import type { TicketDetail, TicketSummary } from '../../http/schemas/ticket.ts';
import type { TriggerItem } from '../../http/schemas/trigger.ts';
import { ok, type Outcome } from '../../core/outcome.ts';
import { readSecret } from '../read-secret.ts';
import { call, list, section, show, type Noun, type Words } from '../remote-verb.ts';

type TriggerWithSecret = TriggerItem & { secret: string };

const triggerOptions = {
  '--repository <repository>': 'owner/name of the mirrored repository that it tells of',
  '--repo-id <id>': 'what the repository is called where the messages come from',
  '--repo-path <path>': 'its path there, such as group/app',
  '--name <name>': 'what `on: inbound` calls it',
};

function triggerBody({ args, options }: Words): Record<string, unknown> {
  const { repository, repoId, repoPath, name } = options;
  return {
    provider: args['provider'],
    ...(repository !== undefined && { repository }),
    ...(repoId !== undefined && { repo_id: repoId }),
    ...(repoPath !== undefined && { repo_path: repoPath }),
    ...(name !== undefined && { name }),
  };
}

/** `triggers`: where other systems send what happens there. */
export const triggerNoun: Noun = {
  summary: 'inbound triggers: list, register, rotate, import, delete',
  verbs: {
    list: list<TriggerItem>({
      summary: 'list inbound triggers, without their secrets',
      example: 'repowatch triggers list --provider gitlab',
      path: '/api/triggers',
      filters: {
        '--provider <provider>': 'github, gitlab or generic',
        '--repository <repository>': 'owner/name',
        '--installation <id>': 'the id of an installation',
      },
      columns: {
        id: (row) => row.id,
        provider: (row) => row.provider,
        name: (row) => row.name,
        repository: (row) => row.repository.full_name,
        there: (row) => row.repo_path,
        on: (row) => row.enabled,
        'last message': (row) => row.last_delivery?.received_at,
        address: (row) => row.uri,
      },
      empty: 'There are no such triggers.',
    }),
    show: show({ summary: 'show a trigger', example: 'repowatch triggers show 3', path: '/api/triggers/:id' }),
    register: call<TriggerWithSecret>({
      summary: 'register a trigger; its secret is shown this once',
      example: 'repowatch triggers register gitlab --repository acme/app --repo-id 42 --repo-path group/app',
      method: 'POST',
      path: '/api/triggers',
      args: ['<provider>'],
      options: triggerOptions,
      body: (words) => ok(triggerBody(words)),
      said: ({ id, uri, secret }) => `Trigger ${id}: let messages go to ${uri}\nSecret, shown this once: ${secret}`,
    }),
    import: call<TriggerItem>({
      summary: 'import a trigger with the secret that the other side has already, typed in or from standard input',
      example: 'repowatch triggers import gitlab --repository acme/app --repo-id 42 < secret.txt',
      method: 'POST',
      path: '/api/triggers/import',
      args: ['<provider>'],
      options: triggerOptions,
      body: async (words, context): Promise<Outcome<unknown>> => {
        const secret = await readSecret(context, 'The secret');
        return secret.ok ? ok({ ...triggerBody(words), secret: secret.value }) : secret;
      },
      said: ({ id, uri }) => `Trigger ${id}: messages go to ${uri}`,
    }),
    rotate: call<TriggerWithSecret>({
      summary: 'give a trigger a new secret, shown this once',
      example: 'repowatch triggers rotate 3 --grace 3600',
      method: 'POST',
      path: '/api/triggers/:id/rotate',
      options: { '--grace <seconds>': 'how long the former secret is taken as well; 0 without it' },
      body: ({ options: { grace } }) => ok(grace === undefined ? {} : { grace_seconds: Number(grace) }),
      said: ({ id, secret }) => `Trigger ${id} has a new secret, shown this once: ${secret}`,
    }),
    enable: call<TriggerItem>({
      summary: 'switch a trigger on',
      example: 'repowatch triggers enable 3',
      method: 'PATCH',
      path: '/api/triggers/:id',
      body: () => ok({ enabled: true }),
      said: ({ id }) => `Trigger ${id} is on.`,
    }),
    disable: call<TriggerItem>({
      summary: 'switch a trigger off',
      example: 'repowatch triggers disable 3',
      method: 'PATCH',
      path: '/api/triggers/:id',
      body: () => ok({ enabled: false }),
      said: ({ id }) => `Trigger ${id} is off.`,
    }),
    delete: call<unknown>({
      summary: 'forget a trigger; what came through it stays',
      example: 'repowatch triggers delete 3 --yes',
      method: 'DELETE',
      path: '/api/triggers/:id',
      sure: ({ args }) => `Forget trigger ${args['id']} with its secret?`,
      said: (_, { args }) => `Trigger ${args['id']} is gone.`,
    }),
  },
};

/** `destinations`: where steps send to. */
export const destinationNoun: Noun = {
  summary: 'destinations: list with health, show, enable',
  verbs: {
    list: list<Destination>({
      summary: 'list the places that steps send to, with their health',
      example: 'repowatch destinations list --state resting',
      path: '/api/destinations',
      filters: { '--state <state>': 'ok, resting, probing or disabled', '--installation <id>': 'the id of an installation' },
      columns: {
        id: (row) => row.id,
        state: (row) => row.state,
        address: (row) => row.address,
        success: (row) => (row.recent.success_rate === null ? null : `${Math.round(row.recent.success_rate * 100)} %`),
        'p95 ms': (row) => row.recent.p95_ms,
        waiting: (row) => row.waiting_runs,
        'last success': (row) => row.last_success_at,
        'last failure': (row) => row.last_failure?.message ?? row.last_failure?.code,
      },
      empty: 'Nothing was sent anywhere yet.',
    }),
    show: show({ summary: 'show the health of a destination', example: 'repowatch destinations show 5', path: '/api/destinations/:id' }),
    enable: call<unknown>({
      summary: 'let everything go to a destination again',
      example: 'repowatch destinations enable 5',
      method: 'POST',
      path: '/api/destinations/:id/enable',
      said: (_, { args }) => `Destination ${args['id']} gets everything again.`,
    }),
  },
};

/** What `tickets` can do on a running server. */
export const ticketNoun: Noun = {
  summary: 'tickets: list, show; check state machines, test connections to Jira',
  verbs: {
    list: list<TicketSummary>({
      summary: 'list tickets that steps touched, and our own',
      example: 'repowatch tickets list --status Done',
      path: '/api/tickets',
      filters: {
        '--repository <repository>': 'owner/name',
        '--provider <provider>': 'where it is kept',
        '--key <key>': 'such as SOC-12',
        '--status <status>': 'where it was when a step last looked',
      },
      columns: {
        id: (row) => row.id,
        key: (row) => row.key,
        status: (row) => row.status,
        title: (row) => row.title,
        repository: (row) => row.repository?.full_name,
        updated: (row) => row.updated_at,
      },
      empty: 'There are no such tickets.',
    }),
    show: show({
      summary: 'show a ticket with what steps made of it',
      example: 'repowatch tickets show 7',
      path: '/api/tickets/:id',
      sections: {
        history: section((ticket: TicketDetail) => ticket.history, {
          at: (row) => row.at,
          status: (row) => row.status,
          from: (row) => row.from,
          to: (row) => row.to,
          run: (row) => row.run_id,
          why: (row) => row.message,
        }),
      },
    }),
  },
};

/** `recovery`: what is proven about lost deliveries. */
export const recoveryNoun: Noun = {
  summary: 'lost deliveries: what is proven, scan now',
  verbs: {
    status: show({ summary: 'say what is proven about lost deliveries', example: 'repowatch recovery status', path: '/api/recovery' }),
    list: list<RecoveryDelivery>({
      summary: 'list the deliveries that were missing',
      example: 'repowatch recovery list --status lost',
      path: '/api/recovery/deliveries',
      filters: { '--status <status>': 'missing, recovered, arrived or lost' },
      columns: {
        guid: (row) => row.guid,
        status: (row) => row.status,
        event: (row) => (row.action === null ? row.event : `${row.event}.${row.action}`),
        sent: (row) => row.sent_at,
        found: (row) => row.found_at,
        tries: (row) => row.attempts,
        why: (row) => row.reason,
      },
      empty: 'No delivery was missing.',
    }),
    scan: call<unknown>({
      summary: "scan GitHub's record of deliveries now",
      example: 'repowatch recovery scan --since 2026-11-20T00:00:00Z',
      method: 'POST',
      path: '/api/recovery',
      options: { '--since <time>': 'act on what was sent since, also when RepoWatch was not there yet' },
      body: ({ options: { since } }) => ok(since === undefined ? {} : { since }),
      said: () => 'A scan was asked for. repowatch recovery status --watch shows how it goes.',
    }),
  },
};
