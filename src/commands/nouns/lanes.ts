import { ok } from '../../core/outcome.ts';
import type { Job } from '../../http/schemas/job.ts';
import type { Breaker, Lane } from '../../http/schemas/lane.ts';
import { call, list, show, type Columns, type Noun } from '../remote-verb.ts';

const laneColumns: Columns<Lane> = {
  lane: (row) => row.lane,
  open: (row) => row.open,
  oldest: (row) => row.oldest_at,
  running: (row) => row.running,
  'held up by': (row) => row.blocked_by && `run ${row.blocked_by.run} of ${row.blocked_by.repository}`,
  why: (row) => row.blocked_by && (row.blocked_by.message ?? row.blocked_by.code),
};

/** `lanes`: orders in which runs go one after the other. */
export const laneNoun: Noun = {
  summary: 'lanes of runs: list, those that are blocked, unblock',
  verbs: {
    list: list<Lane>({
      summary: 'list concurrency keys with runs that are not over',
      example: 'repowatch lanes list --repository acme/app',
      path: '/api/lanes',
      filters: { '--repository <repository>': 'owner/name', '--installation <id>': 'the id of an installation' },
      columns: laneColumns,
      empty: 'No lane has anything to do.',
    }),
    blocked: list<Lane>({
      summary: 'list those that a dead run of a strict order holds up',
      example: 'repowatch lanes blocked',
      path: '/api/lanes?blocked=true',
      filters: { '--repository <repository>': 'owner/name', '--installation <id>': 'the id of an installation' },
      columns: laneColumns,
      empty: 'No lane is blocked.',
    }),
    unblock: call<{ run: string; action: string }>({
      summary: 'let a strict order go on: with the dead run that holds it up, or without it',
      example: "repowatch lanes unblock 'acme/app deploy' --skip",
      method: 'POST',
      path: '/api/lanes/:lane/unblock',
      options: { '--skip': 'go on without the dead run, which stays dead' },
      body: ({ options }) => ok({ skip: options['skip'] === true }),
      said: ({ run, action }) => `Run ${run} was ${action}; the lane goes on.`,
    }),
  },
};

/** `breakers`: watches that were stopped because they seem to answer their own effects. */
export const breakerNoun: Noun = {
  summary: 'watches that were taken for a loop: list, let run again',
  verbs: {
    list: list<Breaker>({
      summary: 'list the watches that were taken for a loop',
      example: 'repowatch breakers list',
      path: '/api/breakers',
      filters: { '--repository <repository>': 'owner/name', '--installation <id>': 'the id of an installation' },
      columns: {
        id: (row) => row.id,
        repository: (row) => row.repository.full_name,
        watch: (row) => row.watch,
        about: (row) => row.about,
        open: (row) => row.open,
        stopped: (row) => row.stopped,
        tripped: (row) => row.tripped_at,
      },
      empty: 'No watch was taken for a loop.',
    }),
    reset: call<unknown>({
      summary: 'let such a watch run again at once',
      example: 'repowatch breakers reset 3',
      method: 'POST',
      path: '/api/breakers/:id/reset',
      said: (_, { args }) => `Breaker ${args['id']} is reset; the watch runs again.`,
    }),
  },
};

/** `jobs`: work over many things. */
export const jobNoun: Noun = {
  summary: 'jobs over many things: list, show, cancel',
  verbs: {
    list: list<Job>({
      summary: 'list jobs, newest first',
      example: 'repowatch jobs list --status running --watch',
      path: '/api/jobs',
      filters: {
        '--kind <kind>': 'such as reconcile or replay',
        '--status <status>': 'queued, running, done, failed or cancelled',
        '--installation <id>': 'the id of an installation',
      },
      columns: {
        id: (row) => row.id,
        kind: (row) => row.kind,
        status: (row) => row.status,
        done: (row) => `${row.progress}/${row.total}`,
        failed: (row) => row.failed,
        target: (row) => row.target,
        asked: (row) => row.created_at,
        by: (row) => row.requested_by,
      },
      empty: 'There are no such jobs.',
    }),
    show: show({ summary: 'show a job: how far it is', example: 'repowatch jobs show 12', path: '/api/jobs/:id' }),
    cancel: call<unknown>({
      summary: 'take a job back; what is done stays done',
      example: 'repowatch jobs cancel 12',
      method: 'POST',
      path: '/api/jobs/:id/cancel',
      said: (_, { args }) => `Job ${args['id']} is cancelled.`,
    }),
  },
};
