import { isRefChange, type Change } from '../changes/change.ts';

/** The contexts that a change alone can fill; a run adds `run`, `steps`, `secrets` and `env`. Plain JSON; a type and not an interface, so that it is a record of contexts too. */
export type RunContexts = {
  change: Record<string, unknown>;
  repository: Record<string, unknown>;
  ref: Record<string, unknown> | null;
  before: string | null;
  after: string | null;
  commit: Record<string, unknown> | null;
  commits: Record<string, unknown>[];
  actor: Record<string, unknown> | null;
  installation: Record<string, unknown>;
  vars: Record<string, string | number | boolean>;
  /** The raw payload; read when an expression names it. An empty object when the change did not come with one. */
  event: Record<string, unknown>;
};

/** What buildContexts works from. */
export interface ContextSources {
  change: Change;
  vars?: Readonly<Record<string, string | number | boolean>>;
  /** Answers the raw payload; called at most once, and only when it is asked for. */
  event?: (() => Record<string, unknown>) | undefined;
  /** Where GitHub's pages are, for `html_url`. */
  githubUrl?: string | undefined;
}

/** Shows a change the way the configuration language names things. */
export function buildContexts({ change, vars = {}, event, githubUrl }: ContextSources): RunContexts {
  const data = isRefChange(change) ? change.data : undefined;
  let payload: Record<string, unknown> | undefined;
  return {
    change: describe(change),
    repository: {
      ...change.repository,
      ...(githubUrl === undefined ? {} : { html_url: `${githubUrl.replace(/\/+$/, '')}/${change.repository.full_name}` }),
    },
    ref: data ? { ...data.ref } : null,
    before: data?.before ?? null,
    after: data?.after ?? null,
    commit: data?.head_commit ? { ...data.head_commit } : null,
    // Not copied: there can be 2,048 of them for every watch that looks.
    commits: (data?.commits ?? []) as unknown as Record<string, unknown>[],
    actor: change.actor ? { ...change.actor } : null,
    installation: { ...change.installation },
    vars,
    get event() {
      return (payload ??= event?.() ?? {});
    },
  };
}

function describe(change: Change): Record<string, unknown> {
  const { id, type, origin, happened_at } = change;
  if (!isRefChange(change)) return { id, type, origin, happened_at, ...change.data };
  const { before, after, forced, commit_count, truncated, commits_unknown, compare_url } = change.data;
  return { id, type, origin, happened_at, before, after, forced, commit_count, truncated, commits_unknown, url: compare_url };
}
