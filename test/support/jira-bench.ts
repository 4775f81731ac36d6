import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { AttemptContext, AttemptOutcome } from '../../src/actions/action.ts';
import type { Door } from '../../src/actions/door.ts';
import { kind } from '../../src/actions/jira/index.ts';
import type { RunFacts } from '../../src/actions/run-facts.ts';
import { failed } from '../../src/core/outcome.ts';
import type { TicketMachine } from '../../src/tickets/machine.ts';
import { actionTools, createTestDoor } from './action-tools.ts';
import { attemptContext, pushFacts } from './attempt-context.ts';
import { createFakeJira, type FakeJira } from './fake-jira.ts';
import { memoryBook, type MemoryBook } from './memory-book.ts';

/** A Cloud, a Data Center, and a book of tickets that is empty before each test. */
export interface JiraBench {
  cloud: FakeJira;
  dc: FakeJira;
  book: MemoryBook;
  door: Door;
}

/** The bench of the tests of a file; filled before they begin. */
export const bench = {} as JiraBench;

/** Sets the bench up for the tests of this file, and empties it before each. */
export function useJiraBench(): void {
  beforeAll(async () => {
    const [cloud, dc] = await Promise.all([createFakeJira('cloud'), createFakeJira('dc')]);
    Object.assign(bench, { cloud, dc, door: createTestDoor() });
  });
  afterAll(() => Promise.all([bench.cloud[Symbol.asyncDispose](), bench.dc[Symbol.asyncDispose](), bench.door.close()]));
  beforeEach(() => {
    bench.book = memoryBook();
    for (const jira of [bench.cloud, bench.dc]) {
      jira.issues.clear();
      jira.requests.length = 0;
      jira.interfere = undefined;
      jira.beforeMove = undefined;
    }
  });
}

/** The machine of most tests: as the workflow `neighbours` of the fake, with its states in order. */
export const delivery: TicketMachine = {
  projects: ['SOC'],
  initial: 'to_do',
  aliases: { to_do: 'To Do', in_progress: 'In Progress', in_review: 'in review', qa: 'QA', done: 'Done' },
  path: ['to_do', 'in_progress', 'in_review', 'qa', 'done'],
  transitions: {
    to_do: { opened: 'in_review', merged: 'done', started: 'in_progress' },
    in_progress: { opened: 'in_review', merged: 'done' },
    in_review: { merged: 'done', next: 'qa', prev: 'in_progress' },
    qa: { merged: 'done', next: 'done' },
    done: { merged: '<end>', reopened: 'to_do', opened: 'in_review' },
  },
};

/** The facts of a change to pull request 42. */
export function pullFacts(
  type = 'pull_request.merged',
  more: Record<string, unknown> = {},
  change: Record<string, unknown> = {},
): RunFacts {
  const pull = {
    id: '2301',
    number: 42,
    title: 'SOC-1: settings',
    body: 'Also SOC-9',
    draft: false,
    head: { ref: 'soc-2-settings' },
    merge_commit_sha: 'c3d4',
    ...more,
  };
  return pushFacts({
    ref: null,
    after: null,
    commits: [],
    change: { id: '7', type, happened_at: '2026-11-21T12:00:00Z', pull_request: pull, ...change },
  });
}

/** The secret of a connection to one of the two. */
export const connection = (jira: FakeJira) =>
  JSON.stringify(
    jira === bench.cloud ? { url: jira.url, email: 'bot@acme.test', token: 'jira-token-1234' } : { url: jira.url, pat: 'pat-token-1234' },
  );

/** Runs a step on the tickets of a Jira; SOC-1 only, unless it says otherwise. */
export async function run(
  input: Record<string, unknown> = {},
  context: Partial<AttemptContext<unknown>> & { jira?: FakeJira } = {},
): Promise<AttemptOutcome> {
  const { jira = bench.cloud, ...given } = context;
  const noGitHub = { open: async () => failed('github_forbidden' as const, 'No permission.'), botLogin: async () => undefined };
  return await kind.run(
    attemptContext(kind.schema.parse({ connection: 'JIRA', machine: 'delivery', event: 'merged', sources: ['title'], ...input }), {
      facts: pullFacts(),
      machines: { delivery },
      secrets: { JIRA: connection(jira) },
      ...given,
    }),
    actionTools({ door: bench.door, tickets: bench.book, github: noGitHub }),
  );
}

/** What came of each ticket. */
export const results = (outcome: AttemptOutcome) => (outcome.result === 'succeeded' ? (outcome.outputs['tickets'] as object[]) : []);
