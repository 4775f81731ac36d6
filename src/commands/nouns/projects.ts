import { ok } from '../../core/outcome.ts';
import type { ImportResult, ProjectItem, ProjectLog, ProjectTriggered } from '../../http/schemas/project.ts';
import { readJson } from '../read-json.ts';
import { call, list, own, section, show, type Noun } from '../remote-verb.ts';

interface Followed {
  project_id: string;
  repository: string;
  changed: boolean;
}

const switchVerbs = {
  enable: call<ProjectItem>({
    summary: 'let the actions of a project run',
    example: 'repowatch projects enable 3',
    method: 'PATCH',
    path: '/api/projects/:id',
    body: () => ok({ enabled: true }),
    said: ({ name }) => `${name} is on.`,
  }),
  disable: call<ProjectItem>({
    summary: 'let none of the actions of a project run',
    example: 'repowatch projects disable 3',
    method: 'PATCH',
    path: '/api/projects/:id',
    body: () => ok({ enabled: false }),
    said: ({ name }) => `${name} is off.`,
  }),
  follow: call<Followed>({
    summary: 'let a project follow a repository',
    example: 'repowatch projects follow 3 acme/app',
    method: 'PUT',
    path: '/api/projects/:id/repositories/:repository',
    said: ({ repository, changed }) => `${repository} ${changed ? 'is followed' : 'was followed already'}.`,
  }),
  unfollow: call<Followed>({
    summary: 'let a project follow a repository no more; its actions end there at once',
    example: 'repowatch projects unfollow 3 acme/app',
    method: 'DELETE',
    path: '/api/projects/:id/repositories/:repository',
    said: ({ repository, changed }) => `${repository} ${changed ? 'is followed no more' : 'was not followed'}.`,
  }),
};

const doVerbs = {
  trigger: call<ProjectTriggered>({
    summary: 'run the actions of a project for a branch; exit code 1 when one of them failed',
    example: 'repowatch projects trigger 3 main --wait 20',
    method: 'POST',
    path: '/api/projects/:id/trigger',
    args: ['<branch>'],
    options: {
      '--repository <repository>': 'only this one of those that have the branch',
      '--action <action...>': 'the id or name of an action; without it all that are switched on',
      '--wait <seconds>': 'wait so long for how each ends',
    },
    query: ['wait'],
    body: ({ args, options: { repository, action } }) =>
      ok({ branch: args['branch'], ...(repository !== undefined && { repository }), ...(action !== undefined && { actions: action }) }),
    isFailure: ({ failed }) => failed.length > 0,
    said: ({ runs, failed, over }) =>
      [
        ...runs.map(({ id, action, repository, status }) => `Run ${id} of ${action.name} in ${repository.full_name}: ${status}`),
        ...failed.map(({ action, repository, error }) => `${action.name} in ${repository} failed: ${error}`),
        ...(over ? [] : ['Not over yet: repowatch runs follow ID shows how it goes.']),
      ].join('\n'),
  }),
  logs: list<ProjectLog>({
    summary: 'list what comparing the repositories of a project with GitHub found',
    example: 'repowatch projects logs 3 --branch main',
    path: '/api/projects/:id/logs',
    filters: {
      '--status <status>': 'such as changed or manual_trigger',
      '--branch <branch>': 'what was found on this branch',
      '--repository <repository>': 'owner/name',
    },
    columns: {
      checked: (row) => row.checked_at,
      repository: (row) => row.repository,
      result: (row) => row.result,
      ref: (row) => row.ref?.name ?? row.branch,
      sha: (row) => row.sha?.slice(0, 12),
      message: (row) => row.error?.message ?? row.message?.split('\n', 1)[0],
    },
    empty: 'Nothing was compared yet.',
  }),
  export: own({
    summary: 'write a project, or all that you manage, as JSON, without the values of secrets',
    example: 'repowatch projects export 3 > project.json',
    args: ['[id]'],
    load: async () => (await import('../export-projects.ts')).exportProjects,
  }),
  import: call<ImportResult>({
    summary: 'take over projects from JSON; exit code 1 when one of them failed',
    example: 'repowatch projects import project.json --on-conflict update',
    method: 'POST',
    path: '/api/projects/import',
    args: ['<file>'],
    options: {
      '--on-conflict <what>': 'skip (without it), update or fail, where the name is there already',
      '--installation-id <id>': 'where projects go that name no repository',
    },
    query: ['onConflict', 'installationId'],
    body: async ({ args }, context) => await readJson(context, args['file'] ?? '-'),
    isFailure: ({ failed }) => failed > 0,
    said: ({ created, updated, skipped, failed, results }) =>
      [
        `${created} created, ${updated} updated, ${skipped} skipped, ${failed} failed.`,
        ...results.flatMap(({ name, error }) => (error === null ? [] : [`${name ?? '?'}: ${error.message} (${error.code})`])),
        ...results.flatMap(({ name, secrets_to_set: secrets }) => secrets.map((secret) => `${name ?? '?'}: set the secret ${secret.name}`)),
      ].join('\n'),
  }),
  delete: call({
    summary: 'delete a project with its actions, secrets, parameters and members',
    example: 'repowatch projects delete 3 --yes',
    method: 'DELETE',
    path: '/api/projects/:id',
    sure: ({ args }) => `Delete project ${args['id']} with its actions, secrets, parameters and members?`,
    said: (_, { args }) => `Project ${args['id']} is gone. Its repositories, changes and runs stay.`,
  }),
};

/** `projects`: actions for several repositories. */
export const projectNoun: Noun = {
  summary: 'projects: list, show, create, follow, trigger, export, import, delete',
  verbs: {
    list: list<ProjectItem>({
      summary: 'list projects, newest first',
      example: 'repowatch projects list --repository acme/app',
      path: '/api/projects',
      filters: {
        '--repository <repository>': 'only those that follow it: owner/name',
        '--name <name>': 'part of the name',
        '--installation <id>': 'the id of an installation',
      },
      columns: {
        id: (row) => row.id,
        name: (row) => row.name,
        on: (row) => row.enabled,
        branches: (row) => row.branches.join(' '),
        repositories: (row) => row.repository_count,
        actions: (row) => row.actions.length,
        minutes: (row) => row.check_interval,
        compared: (row) => row.last_check_at,
      },
      empty: 'There are no such projects.',
    }),
    show: show({
      summary: 'show a project with its repositories and actions',
      example: 'repowatch projects show 3',
      path: '/api/projects/:id',
      sections: {
        repositories: section((project: ProjectItem) => project.repositories, {
          repository: (row) => row.full_name,
          on: (row) => row.enabled,
          compared: (row) => row.last_check_at,
        }),
        actions: section((project: ProjectItem) => project.actions, {
          id: (row) => row.id,
          name: (row) => row.name,
          on: (row) => row.enabled,
          uses: (row) => row.uses,
          watch: (row) => row.watch,
        }),
      },
    }),
    create: call<ProjectItem>({
      summary: 'make a project that follows a repository',
      example: "repowatch projects create nightly acme/app --branch main --branch 'release/**' --interval 60",
      method: 'POST',
      path: '/api/projects',
      args: ['<name>', '<repository>'],
      options: {
        '--branch <branch...>': 'a branch, or a pattern; main without it',
        '--interval <minutes>': 'how old what is known may become: 1 to 1440 minutes',
      },
      body: ({ args, options: { branch, interval } }) =>
        ok({
          name: args['name'],
          repository: args['repository'],
          branches: branch ?? ['main'],
          ...(interval !== undefined && { check_interval: Number(interval) }),
        }),
      said: ({ id, name }) => `Project ${id} (${name}) is made.`,
    }),
    ...switchVerbs,
    ...doVerbs,
  },
};
