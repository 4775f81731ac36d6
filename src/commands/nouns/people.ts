import { ok } from '../../core/outcome.ts';
import type { Audit } from '../../http/schemas/audit.ts';
import type { Person } from '../../http/schemas/person.ts';
import type { Token } from '../../http/schemas/token.ts';
import { call, list, show, type Noun } from '../remote-verb.ts';

/** `people`: who somebody on GitHub is elsewhere. */
export const peopleNoun: Noun = {
  summary: 'people elsewhere: list, show, set, delete',
  verbs: {
    list: list<Person>({
      summary: 'list who people on GitHub are elsewhere',
      example: 'repowatch people list --q mona',
      path: '/api/people',
      filters: { '--q <text>': 'part of a login or an address', '--installation <id>': 'in which installation' },
      columns: {
        login: (row) => row.github_login,
        email: (row) => row.email,
        jira: (row) => row.jira_account_id,
        slack: (row) => row.slack_id,
        updated: (row) => row.updated_at,
      },
      empty: 'Nobody is known elsewhere.',
    }),
    show: show({
      summary: 'show a person',
      example: 'repowatch people show mona',
      path: '/api/people/:person',
      options: { '--installation <id>': 'in which installation' },
    }),
    set: call<Person>({
      summary: 'say who somebody is elsewhere; what is left out stays',
      example: 'repowatch people set mona --email mona@example.com --slack U012AB3CD',
      method: 'PUT',
      path: '/api/people/:person',
      options: {
        '--login <login>': 'their login on GitHub, where an address names them',
        '--email <address>': 'their e-mail address',
        '--jira <account>': 'the id of their account in Jira',
        '--slack <id>': 'their id in Slack',
        '--installation <id>': 'in which installation',
      },
      query: ['installation'],
      body: ({ options: { login, email, jira, slack } }) =>
        ok({
          ...(login !== undefined && { github_login: login }),
          ...(email !== undefined && { email }),
          ...(jira !== undefined && { jira_account_id: jira }),
          ...(slack !== undefined && { slack_id: slack }),
        }),
      said: ({ github_login: login }) => `${login} is known.`,
    }),
    delete: call({
      summary: 'forget who somebody is elsewhere',
      example: 'repowatch people delete mona --yes',
      method: 'DELETE',
      path: '/api/people/:person',
      options: { '--installation <id>': 'in which installation' },
      query: ['installation'],
      sure: ({ args }) => `Forget who ${args['person']} is elsewhere?`,
      said: (_, { args }) => `${args['person']} is forgotten.`,
    }),
  },
};

/** `audit`: who did what. */
export const auditVerb = list<Audit>({
  summary: 'list what was changed and by whom, newest first',
  example: 'repowatch audit --action secret. --since 2026-11-01T00:00:00Z',
  path: '/api/audit',
  filters: {
    '--action <action>': 'such as secret.set, or secret. for all of a noun',
    '--actor <login>': 'a login, admin, token:<name> or repowatch',
    '--target <name>': 'the name or the id of what was changed',
    '--target-kind <kind>': 'such as repository or token',
    '--installation <id>': 'the id of an installation',
    '--repository <id>': 'the id of a repository',
    '--since <time>': 'such as 2026-11-22T08:00:00Z',
    '--until <time>': 'such as 2026-11-22T08:00:00Z',
  },
  columns: {
    at: (row) => row.at,
    who: (row) => row.actor.login,
    did: (row) => row.action,
    to: (row) => row.target.name ?? row.target.id,
    before: (row) => (row.before === null || row.before === undefined ? null : JSON.stringify(row.before)),
    after: (row) => (row.after === null || row.after === undefined ? null : JSON.stringify(row.after)),
  },
  empty: 'Nothing was changed.',
});

/** `tokens`: API tokens. */
export const tokenNoun: Noun = {
  summary: 'API tokens: create, list, revoke',
  verbs: {
    create: call<Token & { token: string }>({
      summary: 'make an API token; it is shown this once',
      example: 'repowatch tokens create ci --scope write --repository acme/app --expires 2027-01-01T00:00:00Z',
      method: 'POST',
      path: '/api/tokens',
      args: ['<name>'],
      options: {
        '--scope <scope...>': 'read (without it), write or admin',
        '--expires <time>': 'when it ends; without it, it does not',
        '--repository <repository...>': 'restricts it to owner/name',
        '--installation <id...>': 'restricts it to installations',
        '--project <id...>': 'restricts it to projects',
      },
      body: ({ args, options: { scope, expires, repository, installation, project } }) =>
        ok({
          name: args['name'],
          ...(scope !== undefined && { scopes: scope }),
          ...(expires !== undefined && { expires_at: expires }),
          ...(repository !== undefined && { repositories: repository }),
          ...(installation !== undefined && { installations: installation }),
          ...(project !== undefined && { projects: project }),
        }),
      said: ({ id, scopes, token }) => `Token ${id} (${scopes.join(', ')}), shown this once:\n${token}`,
    }),
    list: list<Token>({
      summary: 'list API tokens, without their texts',
      example: 'repowatch tokens list --status active',
      path: '/api/tokens',
      filters: { '--status <status>': 'active, expired or revoked' },
      columns: {
        id: (row) => row.id,
        name: (row) => row.name,
        status: (row) => row.status,
        begins: (row) => row.hint,
        scopes: (row) => row.scopes.join(','),
        owner: (row) => row.owner ?? row.created_by,
        used: (row) => row.last_used_at,
        ends: (row) => row.expires_at,
      },
      empty: 'There are no such tokens.',
    }),
    revoke: call<unknown>({
      summary: 'take a token back; it ends at once',
      example: 'repowatch tokens revoke 3 --yes',
      method: 'DELETE',
      path: '/api/tokens/:id',
      sure: ({ args }) => `Take token ${args['id']} back? Whatever uses it stops at once.`,
      said: (_, { args }) => `Token ${args['id']} has ended.`,
    }),
  },
};

/** `whoami`: who asks. */
export const whoamiVerb = show({
  summary: 'say who you are to the server, and what you may see',
  example: 'repowatch whoami',
  path: '/api/me',
});
