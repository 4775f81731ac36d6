import { isRefChange, type Change } from '../changes/change.ts';
import { branchOf, dataOf } from './change-facts.ts';
import { parametersOf, type BranchParameters } from './parameters.ts';

type Facts = Record<string, unknown>;

/** The contexts that a change alone can fill; a run adds `run`, `steps`, `secrets` and `env`. Plain JSON; a type and not an interface, so that it is a record of contexts too. */
export type RunContexts = {
  change: Facts;
  /** Every change of the batch, in order; `change` is the last of them. */
  changes: Facts[];
  repository: Facts;
  ref: Facts | null;
  before: string | null;
  after: string | null;
  commit: Facts | null;
  commits: Facts[];
  actor: Facts | null;
  pull_request: Facts | null;
  issue: Facts | null;
  comment: Facts | null;
  release: Facts | null;
  member: Facts | null;
  installation: Facts;
  project: Facts | null;
  schedule: Facts | null;
  /** What was given when it was started by hand. */
  inputs: Facts;
  vars: Record<string, string | number | boolean>;
  /** The watch's parameters for the branch of the change. */
  params: Record<string, string | number | boolean>;
  /** The raw payload; read when an expression names it. An empty object when the change did not come with one. */
  event: Facts;
};

/** What buildContexts works from. */
export interface ContextSources {
  change: Change;
  /** The changes of a batch, `change` included as the last; default: only that one. */
  changes?: readonly Change[] | undefined;
  /** The project whose watch it is; default: none. */
  project?: Facts | null | undefined;
  vars?: Readonly<Record<string, string | number | boolean>>;
  /** The watch's parameters, of which those of the change's branch are shown; default: none. */
  parameters?: readonly BranchParameters[];
  /** Answers the raw payload; called at most once, and only when it is asked for. */
  event?: (() => Record<string, unknown>) | undefined;
  /** Where GitHub's pages are, for `html_url`. */
  githubUrl?: string | undefined;
}

/** Shows a change the way the configuration language names things. */
export function buildContexts(sources: ContextSources): RunContexts {
  const { change, changes, project = null, vars = {}, parameters = [], event, githubUrl } = sources;
  const push = isRefChange(change) ? change.data : undefined;
  const data = dataOf(change);
  let payload: Facts | undefined;
  return {
    change: describe(change),
    get changes() {
      return (changes ?? [change]).map(describe);
    },
    repository: {
      ...change.repository,
      ...(githubUrl === undefined ? {} : { html_url: `${githubUrl.replace(/\/+$/, '')}/${change.repository.full_name}` }),
    },
    ref: factsOf(data['ref']),
    before: textOf(data['before']),
    after: textOf(data['after']),
    commit: push?.head_commit ? { ...push.head_commit } : null,
    // Not copied: there can be 2,048 of them for every watch that looks.
    commits: (push?.commits ?? []) as unknown as Facts[],
    actor: change.actor ? { ...change.actor } : null,
    pull_request: factsOf(data['pull_request']),
    issue: factsOf(data['issue']),
    comment: factsOf(data['comment']),
    release: factsOf(data['release']),
    member: factsOf(data['member']),
    installation: { ...change.installation },
    project,
    schedule: change.type === 'schedule.due' ? { ...change.data } : null,
    inputs: change.type === 'manual.requested' ? { ...change.data.inputs } : {},
    vars,
    params: parametersOf(parameters, branchOf(change)),
    get event() {
      return (payload ??= event?.() ?? {});
    },
  };
}

function describe(change: Change): Facts {
  const { id, type, origin, happened_at } = change;
  if (!isRefChange(change)) return { ...change.data, id, type, origin, happened_at };
  const { before, after, forced, commit_count, truncated, commits_unknown, compare_url } = change.data;
  return { id, type, origin, happened_at, before, after, forced, commit_count, truncated, commits_unknown, url: compare_url };
}

function factsOf(value: unknown): Facts | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
