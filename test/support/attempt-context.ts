import type { AttemptContext } from '../../src/actions/action.ts';
import type { RunFacts } from '../../src/actions/run-facts.ts';
import { buildContexts } from '../../src/watches/contexts.ts';

/** The facts of a run on one ordinary push, as the configuration's contexts show them. */
export function pushFacts(changes: Partial<RunFacts> = {}): RunFacts {
  const commit = {
    id: 'b'.repeat(40),
    message: 'Say it "; x',
    timestamp: '2026-11-21T11:59:00Z',
    url: 'https://github.test/acme/app/commit/b',
    author: { name: 'Ada', email: null, username: 'ada' },
    distinct: true,
    added: [],
    modified: ['src/a.ts'],
    removed: [],
  };
  const { vars: _vars, ...contexts } = buildContexts({
    change: {
      id: '42',
      type: 'branch.updated',
      origin: 'webhook',
      happened_at: '2026-11-21T12:00:00.000Z',
      repository: { id: '9', full_name: 'acme/app', owner: 'acme', name: 'app', private: true, default_branch: 'main' },
      installation: { id: '1' },
      actor: { id: '5', login: 'ada', type: 'User' },
      data: {
        ref: { kind: 'branch', name: 'main', full: 'refs/heads/main' },
        before: 'a'.repeat(40),
        after: 'b'.repeat(40),
        forced: false,
        head_commit: commit,
        commits: [commit],
        commit_count: 1,
        truncated: false,
        commits_unknown: false,
        compare_url: 'https://github.test/acme/app/compare/a...b',
      },
    },
    event: () => ({ pusher: { name: 'ada' } }),
  });
  return { run: { id: '71', watch: 'notify', replay: false }, ...contexts, ...changes };
}

/** What one try works with, for tests of action kinds. */
export function attemptContext<Input>(input: Input, changes: Partial<AttemptContext<unknown>> = {}): AttemptContext<Input> {
  return {
    idempotencyKey: 'key-1',
    attempt: 1,
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    facts: pushFacts(),
    env: {},
    secrets: {},
    steps: {},
    machines: {},
    checkDestination: () => {},
    mask: (text) => text,
    now: () => new Date('2026-11-21T12:00:00Z'),
    ...changes,
    input,
  };
}
