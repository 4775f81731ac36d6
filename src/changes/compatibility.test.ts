import { describe, expect, test } from '@jest/globals';
import type { Change } from './change.ts';
import { toCompatibilityBodies } from './compatibility-bodies.ts';
import { compatibilityNames, readEventName } from './compatibility-names.ts';
import { zeroSha, type Commit, type RefChangeData } from './ref-change.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

const commit = (id: string, facts: Partial<Commit> = {}): Commit => ({
  id,
  message: `Commit ${id[0]}`,
  timestamp: null,
  url: null,
  author: { name: 'Mona', email: 'mona@example.com', username: 'mona' },
  distinct: true,
  added: [],
  modified: [],
  removed: [],
  ...facts,
});

function change(type: string, data: unknown): Change {
  return {
    id: '1',
    type,
    origin: 'webhook',
    repository: { id: '9', full_name: 'acme/app', owner: 'acme', name: 'app', private: true, default_branch: 'main' },
    installation: { id: '7' },
    actor: { id: '3', login: 'ann', type: 'User' },
    happened_at: '2026-11-21T10:00:00.000Z',
    data,
  } as Change;
}

function push(type: string, facts: Partial<RefChangeData>): Change {
  const kind = type.startsWith('tag') ? 'tag' : 'branch';
  const name = kind === 'tag' ? 'v1' : 'main';
  return change(type, {
    ref: { kind, name, full: `refs/${kind === 'tag' ? 'tags' : 'heads'}/${name}` },
    before: A,
    after: B,
    forced: false,
    head_commit: null,
    commits: [],
    commit_count: 0,
    truncated: false,
    commits_unknown: false,
    compare_url: null,
    ...facts,
  });
}

const told = (given: Change) => toCompatibilityBodies(given).map(({ event, data }) => [event, data]);
const head = { owner: 'acme', projectName: 'app', projectId: 'acme+app' };

describe('bodies of the older systems', () => {
  test('a push is one COMMIT for each commit that is new, then the move of the branch', () => {
    const commits = [
      commit(C, { distinct: false }),
      commit(A),
      commit(B, { author: { name: 'Bob', email: 'b@example.com', username: null } }),
    ];
    const bodies = toCompatibilityBodies(push('branch.updated', { commits, forced: true }));
    expect(bodies).toEqual([
      {
        ...head,
        event: 'COMMIT',
        data: { userId: 'ann', repo: 'acme/app', commit_hash: A, branch: 'main', author: 'mona', message: 'Commit a', user: 'ann' },
      },
      {
        ...head,
        event: 'COMMIT',
        data: { userId: 'ann', repo: 'acme/app', commit_hash: B, branch: 'main', author: 'Bob', message: 'Commit b', user: 'ann' },
      },
      { ...head, event: 'BRANCH_HASH_UPDATED', data: { userId: 'ann', branchName: 'main', oldHash: A, newHash: B, forced: true } },
    ]);
    expect(JSON.stringify(bodies)).not.toContain('@example.com');
  });

  test('made and deleted branches have an empty hash on one side', () => {
    expect(told(push('branch.created', { before: zeroSha }))).toEqual([
      ['BRANCH_CREATED', { userId: 'ann', branchName: 'main', oldHash: '', newHash: B }],
    ]);
    expect(told(push('branch.deleted', { after: zeroSha }))).toEqual([
      ['BRANCH_DELETED', { userId: 'ann', branchName: 'main', oldHash: A, newHash: '' }],
    ]);
  });

  test('a tag has the commit behind it; a deleted one has none; a moved one is both', () => {
    expect(told(push('tag.created', { before: zeroSha, head_commit: commit(C) }))).toEqual([
      ['TAG_CREATED', { userId: 'ann', tagName: 'v1', commitHash: C }],
    ]);
    expect(told(push('tag.deleted', { after: zeroSha }))).toEqual([['TAG_DELETED', { userId: 'ann', tagName: 'v1' }]]);
    expect(told(push('tag.moved', {})).map(([event]) => event)).toEqual(['TAG_DELETED', 'TAG_CREATED']);
  });

  test('presence, the end of a repository, and what that system had no word for', () => {
    const data = { ref: { kind: 'branch', name: 'main', full: 'refs/heads/main' }, user: 'bob', connection: 'c', reason: null };
    expect(told(change('branch.joined', data))).toEqual([['BRANCH_JOINED', { branchName: 'main', userId: 'bob' }]]);
    expect(told(change('branch.left', data))).toEqual([['BRANCH_LEFT', { branchName: 'main', userId: 'bob' }]]);
    expect(told(change('project.deleted', { reason: 'app_uninstalled' }))).toEqual([['PROJECT_DELETED', { userId: 'ann' }]]);
    expect(told({ ...change('project.deleted', { reason: 'app_uninstalled' }), actor: null })).toEqual([
      ['PROJECT_DELETED', { userId: null }],
    ]);
    expect(told(change('issue.opened', {}))).toEqual([]);
  });

  test('a branch found moved without its commits is a move and no COMMIT', () => {
    expect(told(push('branch.updated', { commits_unknown: true })).map(([event]) => event)).toEqual(['BRANCH_HASH_UPDATED']);
  });
});

describe('names', () => {
  const older = [
    'COMMIT',
    'BRANCH_HASH_UPDATED',
    'BRANCH_CREATED',
    'BRANCH_DELETED',
    'BRANCH_JOINED',
    'BRANCH_LEFT',
    'TAG_CREATED',
    'TAG_DELETED',
    'PROJECT_DELETED',
  ];

  test.each(older)('%s is known', (name) => {
    const read = readEventName(name);
    expect(read.ok && read.value.length).toBeGreaterThan(0);
  });

  test('each upper-case name has a body that some change makes', () => {
    const data = { ref: { kind: 'branch', name: 'main', full: 'refs/heads/main' }, user: 'bob', connection: 'c', reason: null };
    const all = [
      push('branch.updated', { commits: [commit(B)] }),
      push('branch.created', {}),
      push('branch.deleted', {}),
      push('tag.moved', {}),
      change('branch.joined', data),
      change('branch.left', data),
      change('project.deleted', {}),
    ];
    expect(new Set(all.flatMap((given) => toCompatibilityBodies(given).map(({ event }) => event)))).toEqual(new Set(older));
    for (const given of all)
      for (const { event } of toCompatibilityBodies(given)) expect(compatibilityNames.get(event)?.types).toContain(given.type);
  });

  test('our own names, aliases and all', () => {
    expect(readEventName('pull_request.merged')).toEqual({ ok: true, value: ['pull_request.merged'] });
    expect(readEventName('comment.created')).toEqual({ ok: true, value: ['issue_comment.created'] });
    const all = readEventName('all');
    expect(all.ok && all.value.length).toBeGreaterThan(70);
  });

  test.each(['BRANCH_UPDATED', 'X', '__proto__', 'commit', 'branch.create'])('%s is refused with the valid names', (name) => {
    const read = readEventName(name);
    expect(read).toMatchObject({
      ok: false,
      code: 'request_invalid',
      message: expect.stringContaining(`Event ${JSON.stringify(name)} is not among the valid events`),
    });
    expect(!read.ok && read.message).toContain('BRANCH_HASH_UPDATED');
  });

  test('a near miss is told', () => {
    expect(readEventName('BRANCH_DELETE')).toMatchObject({ message: expect.stringContaining('Did you mean `BRANCH_DELETED`?') });
  });
});
