import type { ChangeDetail } from '../../http/schemas/change-detail.ts';
import type { ChangeSummary } from '../../http/schemas/change.ts';
import type { DeliveryDetail, DeliverySummary } from '../../http/schemas/delivery.ts';
import type { RunDetail, RunSummary } from '../../http/schemas/run.ts';
import { call, list, own, section, show, type Columns, type Noun } from '../remote-verb.ts';

const changeColumns: Columns<ChangeSummary> = {
  id: (row) => row.id,
  at: (row) => row.happened_at,
  repository: (row) => row.repository.full_name,
  type: (row) => row.type,
  what: (row) => row.sentence,
};

const runColumns: Columns<RunSummary> = {
  id: (row) => row.id,
  status: (row) => row.status,
  made: (row) => row.created_at,
  repository: (row) => row.repository.full_name,
  watch: (row) => row.watch.key,
  change: (row) => `${row.change.type}${row.change.ref_name === null ? '' : ` ${row.change.ref_name}`}`,
  why: (row) => (row.blocked_by ? `waits for run ${row.blocked_by.run} (${row.blocked_by.reason})` : (row.message ?? row.code)),
};

/** `deliveries`: what came in. */
export const deliveryNoun: Noun = {
  summary: 'deliveries: list, show, process again',
  verbs: {
    list: list<DeliverySummary>({
      summary: 'list deliveries, newest first',
      example: 'repowatch deliveries list --status errored --json',
      path: '/api/deliveries',
      filters: {
        '--status <status>': 'unprocessed, processing, processed, ignored, errored or reprocessing',
        '--event <event>': 'such as push',
        '--repository <repository>': 'owner/name',
        '--guid <guid>': "GitHub's X-GitHub-Delivery",
        '--source <source>': 'how it reached us',
        '--since <time>': 'received at or after, such as 2026-11-22T08:00:00Z',
        '--until <time>': 'received before',
      },
      columns: {
        id: (row) => row.id,
        status: (row) => row.status,
        received: (row) => row.received_at,
        event: (row) => (row.action === null ? row.event : `${row.event}.${row.action}`),
        repository: (row) => row.repository?.full_name,
        source: (row) => row.source,
        why: (row) => row.reason,
      },
      empty: 'There are no such deliveries.',
    }),
    show: show({
      summary: 'show a delivery with its headers, its body and what came of it',
      example: 'repowatch deliveries show 4711',
      path: '/api/deliveries/:id',
      sections: {
        changes: section((delivery: DeliveryDetail) => delivery.changes, changeColumns),
        runs: section((delivery: DeliveryDetail) => delivery.runs, runColumns),
      },
    }),
    retry: call<{ id?: string } | undefined>({
      summary: 'process a delivery again',
      example: 'repowatch deliveries retry 4711',
      method: 'POST',
      path: '/api/deliveries/:id/retry',
      said: (_, { args }) => `Delivery ${args['id']} is processed again.`,
    }),
  },
};

/** `changes`: what happened in repositories. */
export const changeNoun: Noun = {
  summary: 'changes: list, show with the watches that were asked',
  verbs: {
    list: list<ChangeSummary>({
      summary: 'list changes, newest first',
      example: 'repowatch changes list --repository acme/app --ref main',
      path: '/api/changes',
      filters: {
        '--repository <repository>': 'owner/name',
        '--ref <ref>': 'a branch or tag',
        '--type <type>': 'such as branch.updated',
        '--origin <origin>': 'how it was learned',
        '--delivery <id>': 'what a delivery announced',
      },
      columns: changeColumns,
      empty: 'There are no such changes.',
    }),
    show: show({
      summary: 'show a change: which watches were asked, what each said, and the runs that came of it',
      example: 'repowatch changes show 4711',
      path: '/api/changes/:id',
      sections: {
        considered: section((change: ChangeDetail) => change.considered, {
          watch: (row) => row.key,
          verdict: (row) => (row.matched ? 'matched' : 'refused'),
          clause: (row) => row.clause,
          why: (row) => row.reason,
          origin: (row) => row.origin,
        }),
        runs: section((change: ChangeDetail) => change.runs, runColumns),
      },
    }),
  },
};

const bulkFilters = {
  '--status <status...>': 'queued, running, waiting, succeeded, failed, dead or cancelled; several mean any of them',
  '--repository <repository>': 'owner/name',
  '--installation <id>': 'the id of an installation',
  '--watch-key <watch>': 'the key of a watch',
  '--type <type>': 'a type of changes, such as branch.updated',
  '--ref <ref>': 'a branch or tag',
  '--code <code>': 'a code of the error catalogue',
  '--change <id>': 'the id of a change',
  '--since <time>': 'made at this time or later, such as 2026-11-22T08:00:00Z',
  '--until <time>': 'made before this time',
};

interface ShownStep {
  step: string;
  status: string;
  attempt: string;
  duration: string | null;
  said: string | null;
}

function stepRows({ steps }: RunDetail): ShownStep[] {
  return steps.flatMap(({ position, key, kind, status, message, code, attempts }) => [
    { step: `${position + 1} ${key ?? kind}`, status, attempt: kind, duration: null, said: message ?? code },
    ...attempts.map((attempt) => ({
      step: '',
      status: attempt.status,
      attempt: `try ${attempt.number}`,
      duration: attempt.duration_ms === null ? null : `${attempt.duration_ms} ms`,
      said: attempt.message ?? attempt.code,
    })),
  ]);
}

/** `runs`: what watches did. */
export const runNoun: Noun = {
  summary: 'runs: list, show, follow, cancel, replay, redrive',
  verbs: {
    list: list<RunSummary>({
      summary: 'list runs, newest first',
      example: 'repowatch runs list --status dead --status failed --watch',
      path: '/api/runs',
      filters: {
        ...bulkFilters,
        '--lane <lane>': 'a concurrency key',
        '--blocked': 'only those that a strict order holds up',
        '--replay-of <id>': 'the replays of a run',
        '--job <id>': 'what a job has made or redriven',
      },
      columns: runColumns,
      empty: 'There are no such runs.',
    }),
    show: show({
      summary: 'show a run with its steps and their attempts; --json has what was sent and what came back',
      example: 'repowatch runs show 4711',
      path: '/api/runs/:id',
      hidden: ['change', 'seq'],
      sections: {
        change: section((run: RunDetail) => [run.change], changeColumns),
        steps: section(stepRows, {
          step: (row) => row.step,
          status: (row) => row.status,
          attempt: (row) => row.attempt,
          duration: (row) => row.duration,
          said: (row) => row.said,
        }),
      },
    }),
    follow: own({
      summary: 'follow the log of a run live until it is over; exit code 1 when it did not succeed',
      example: 'repowatch runs follow 4711',
      args: ['<id>'],
      load: async () => (await import('../follow-run.ts')).followRun,
    }),
    cancel: call<unknown>({
      summary: 'cancel a run that is not over',
      example: 'repowatch runs cancel 4711',
      method: 'POST',
      path: '/api/runs/:id/cancel',
      said: (_, { args }) => `Run ${args['id']} is cancelled.`,
    }),
    replay: own({
      summary: 'run the same again, as a new run; with filters instead of an id many, with progress',
      example: 'repowatch runs replay 4711 --config now',
      more: ['repowatch runs replay --status dead --watch-key deploy --dry-run'],
      args: ['[id]'],
      options: {
        '--config <config>': 'then: as it was configured (without it); now: as it is configured now',
        ...bulkFilters,
        ...manyOptions(),
      },
      load: async () => (await import('../again.ts')).replay,
    }),
    redrive: own({
      summary: 'let a dead run go on at the step that ended it; with filters instead of an id many, with progress',
      example: 'repowatch runs redrive 4711',
      more: ['repowatch runs redrive --repository acme/app --code timeout'],
      args: ['[id]'],
      options: { ...bulkFilters, ...manyOptions() },
      load: async () => (await import('../again.ts')).redrive,
    }),
  },
};

function manyOptions(): Record<string, string> {
  return {
    '--limit <count>': 'at most so many, the oldest first; 1000 without it',
    '--dry-run': 'only say how many there are; exit code 2 when there are none',
    '--no-wait': 'do not wait until it is over',
  };
}
