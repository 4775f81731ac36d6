import type { Check } from '../../http/schemas/check.ts';
import type { Installation } from '../../http/schemas/installation.ts';
import type { Ref, Repository, RepositoryConfig } from '../../http/schemas/repository.ts';
import { ok } from '../../core/outcome.ts';
import { call, list, own, section, show, type Columns, type Noun } from '../remote-verb.ts';

type Watch = RepositoryConfig['watches'][number];

const repositoryColumns: Columns<Repository> = {
  repository: (row) => row.full_name,
  status: (row) => row.status,
  on: (row) => row.enabled,
  config: (row) => row.config_status,
  visibility: (row) => row.visibility,
  pushed: (row) => row.pushed_at,
  compared: (row) => row.last_check_at,
};

const refColumns: Columns<Ref> = {
  name: (row) => row.name,
  sha: (row) => row.sha?.slice(0, 12),
  'last commit': (row) => row.last_commit?.message.split('\n', 1)[0],
  moved: (row) => row.changed_at,
};

/** `repos`: the repositories that RepoWatch mirrors. */
export const repositoryNoun: Noun = {
  summary: 'repositories: list, show, switch, compare with GitHub',
  verbs: {
    list: list<Repository>({
      summary: 'list tracked repositories',
      example: 'repowatch repos list --q acme/',
      path: '/api/repos',
      filters: {
        '--q <text>': 'part of the full name',
        '--installation <id>': 'the id of an installation',
        '--status <status>': 'active, archived, disabled or removed; without it all but the removed',
      },
      columns: repositoryColumns,
      empty: 'There are no such repositories.',
    }),
    show: show({ summary: 'show a repository', example: 'repowatch repos show acme/app', path: '/api/repos/:repository' }),
    branches: list<Ref>({
      summary: 'list the branches of a repository',
      example: 'repowatch repos branches acme/app',
      path: '/api/repos/:repository/branches',
      filters: { '--include-deleted': 'those that are gone, too' },
      columns: refColumns,
      empty: 'There are no branches.',
    }),
    tags: list<Ref>({
      summary: 'list the tags of a repository',
      example: 'repowatch repos tags acme/app --all',
      path: '/api/repos/:repository/tags',
      filters: { '--include-deleted': 'those that are gone, too' },
      columns: refColumns,
      empty: 'There are no tags.',
    }),
    checks: list<Check>({
      summary: 'list what comparing a repository with GitHub found',
      example: 'repowatch repos checks acme/app --limit 5',
      path: '/api/repos/:repository/checks',
      filters: { '--result <result>': 'such as unchanged', '--branch <branch>': 'what was found on this branch' },
      columns: {
        checked: (row) => row.checked_at,
        trigger: (row) => row.trigger,
        result: (row) => row.result,
        ref: (row) => row.ref?.name ?? row.branch,
        sha: (row) => row.sha?.slice(0, 12),
        message: (row) => row.error?.message ?? row.message?.split('\n', 1)[0],
      },
      empty: 'It was not compared yet.',
    }),
    enable: call<Repository>({
      summary: 'let a repository count again',
      example: 'repowatch repos enable acme/app',
      method: 'PATCH',
      path: '/api/repos/:repository',
      body: () => ok({ enabled: true }),
      said: ({ full_name: name }) => `${name} counts.`,
    }),
    disable: call<Repository>({
      summary: 'ignore what happens in a repository',
      example: 'repowatch repos disable acme/app',
      method: 'PATCH',
      path: '/api/repos/:repository',
      body: () => ok({ enabled: false }),
      said: ({ full_name: name }) =>
        `${name} is switched off: what happens there is ignored. repowatch repos enable ${name} lets it count.`,
    }),
    sync: own({
      summary: 'compare a repository with GitHub now',
      example: 'repowatch repos sync acme/app',
      args: ['<repository>'],
      options: { '--no-wait': 'do not wait until it is over' },
      load: async () => {
        const { reconcile } = await import('../reconcile.ts');
        return async (context, { args, options }) =>
          await reconcile(context, args['repository'], {
            wait: options['wait'] !== false,
            ...(options['json'] === true && { json: true }),
          });
      },
    }),
  },
};

/** `installations`: where the App is installed. */
export const installationNoun: Noun = {
  summary: 'installations of the App: list, show, switch, purge',
  verbs: {
    list: list<Installation>({
      summary: 'list installations, newest first',
      example: 'repowatch installations list --status active',
      path: '/api/installations',
      filters: { '--status <status>': 'what it is now, such as active or suspended', '--account <login>': 'the login of the account' },
      columns: {
        id: (row) => row.id,
        account: (row) => row.account?.login,
        status: (row) => row.status,
        repositories: (row) => row.repositories?.tracked,
        installed: (row) => row.installed_at,
        why: (row) => row.reason,
      },
      empty: 'There are no such installations.',
    }),
    show: show({
      summary: 'show an installation',
      example: 'repowatch installations show 1',
      path: '/api/installations/:installation',
    }),
    repos: list<Repository>({
      summary: 'list the repositories of an installation, removed ones too',
      example: 'repowatch installations repos 1',
      path: '/api/installations/:installation/repos',
      columns: repositoryColumns,
      empty: 'It has no repositories.',
    }),
    enable: call<Installation>({
      summary: 'let an installation count again',
      example: 'repowatch installations enable 1',
      method: 'PATCH',
      path: '/api/installations/:installation',
      body: () => ok({ enabled: true }),
      said: ({ account }) => `The installation at ${account.login} counts.`,
    }),
    disable: call<Installation>({
      summary: 'ignore what happens in an installation',
      example: 'repowatch installations disable 1',
      method: 'PATCH',
      path: '/api/installations/:installation',
      body: () => ok({ enabled: false }),
      said: ({ account }) => `The installation at ${account.login} is switched off: what happens there is ignored.`,
    }),
    purge: call<Record<string, number>>({
      summary: 'delete for good what is kept of a deleted installation',
      example: 'repowatch installations purge 1',
      method: 'POST',
      path: '/api/installations/:installation/purge',
      sure: ({ args }) => `Everything that is kept of installation ${args['installation']} will be gone for good. Go on?`,
      said: (counts) =>
        `Gone: ${Object.entries(counts)
          .map(([what, count]) => `${count} ${what}`)
          .join(', ')}.`,
    }),
  },
};

const watchColumns: Columns<Watch> = {
  watch: (row) => row.key,
  mode: (row) => row.mode,
  'managed by': (row) => row.managed_by,
  origin: (row) => row.origin,
  name: (row) => row.name,
  'switched off at': (row) => row.switched_off_at,
};

/** `watches`: what runs in a repository, and why it did not. */
export const watchNoun: Noun = {
  summary: 'watches of a repository: list, put, switch, delete, why',
  verbs: {
    list: list<Watch>({
      summary: 'list the watches that count in a repository, with the file and line of each',
      example: 'repowatch watches list acme/app',
      path: '/api/repos/:repository/watches',
      columns: watchColumns,
      empty: 'There are no watches.',
    }),
    put: own({
      summary: 'make or replace a watch from a file: what stands below its key in `watches`, as YAML or JSON',
      example: 'repowatch watches put acme/app deploy deploy.yml',
      args: ['<repository>', '<watch>', '<file>'],
      options: { '--new': 'only make it, never replace one' },
      load: async () => (await import('../put-watch.ts')).putWatch,
    }),
    on: call<Watch>({
      summary: 'switch a watch of the API on',
      example: 'repowatch watches on acme/app deploy',
      method: 'PATCH',
      path: '/api/repos/:repository/watches/:watch',
      body: () => ok({ enabled: true }),
      said: ({ key }) => `${key} is on.`,
    }),
    off: call<Watch>({
      summary: 'switch a watch of the API off',
      example: 'repowatch watches off acme/app deploy',
      method: 'PATCH',
      path: '/api/repos/:repository/watches/:watch',
      body: () => ok({ enabled: false }),
      said: ({ key }) => `${key} is off.`,
    }),
    delete: call({
      summary: 'remove a watch that the API made; its runs stay',
      example: 'repowatch watches delete acme/app deploy --yes',
      method: 'DELETE',
      path: '/api/repos/:repository/watches/:watch',
      sure: ({ args }) => `Remove the watch ${args['watch']} of ${args['repository']}?`,
      said: (_, { args }) => `${args['watch']} is gone.`,
    }),
    why: own({
      summary: 'say why a watch did not run on the last changes, and what keeps it from running now',
      example: 'repowatch watches why acme/app deploy',
      args: ['<repository>', '<watch>'],
      options: { '--since <time>': 'only changes since, such as 2026-11-22T08:00:00Z', '--limit <count>': 'how many changes' },
      load: async () => (await import('../explain-watch.ts')).explainWatch,
    }),
  },
};

/** `config`: the configuration of a repository. */
export const configNoun: Noun = {
  summary: 'configuration of a repository: what is in force, what a file would be',
  verbs: {
    show: show({
      summary: 'show what is in force in a repository: its file, the layers below it, its watches',
      example: 'repowatch config show acme/app',
      path: '/api/repos/:repository/config',
      sections: {
        problems: section((config: RepositoryConfig) => config.problems, {
          line: (row) => row.line,
          column: (row) => row.column,
          problem: (row) => row.message,
        }),
        layers: section((config: RepositoryConfig) => config.layers, {
          layer: (row) => row.layer,
          status: (row) => row.status,
          file: (row) => (row.repository === null ? row.path : `${row.repository}:${row.path}`),
        }),
        watches: section((config: RepositoryConfig) => config.watches, watchColumns),
      },
    }),
    validate: own({
      summary: 'have the server check a file, with what the organisation allows',
      example: 'repowatch config validate .github/repowatch.yml --repo acme/app',
      args: ['<file>'],
      options: { '--repo <repository>': 'owner/name of the repository whose file it would be' },
      load: async () => (await import('../validate-remotely.ts')).validateRemotely,
    }),
  },
};
