import { describe, expect, test } from '@jest/globals';
import { pushPayload, senderObject, shaOf, type Payload } from '../../../test/support/payloads.ts';
import { zeroSha } from '../../changes/ref-change.ts';
import { translatePush } from './push.ts';

function move(payload: Payload) {
  const translation = translatePush(payload);
  if (translation.result !== 'ref_move') throw new Error(`Expected a move, not ${JSON.stringify(translation)}`);
  return translation.move;
}

describe('push', () => {
  test('a push to a branch is a move with its commits', () => {
    const after = shaOf('after');
    const translation = translatePush(pushPayload({ commits: [{ id: shaOf('one'), added: ['src/a.ts'] }, { message: 'Two' }] }));
    expect(translation).toMatchObject({
      result: 'ref_move',
      installation: { github_id: '77' },
      repository: {
        github_id: '1001',
        full_name: 'acme/app',
        owner: { github_id: '501', login: 'acme', type: 'Organization' },
        default_branch: 'main',
        pushed_at: new Date('2026-11-21T10:00:00Z'),
      },
      move: {
        kind: 'branch',
        name: 'main',
        full: 'refs/heads/main',
        before: shaOf('before'),
        after,
        forced: false,
        actor: { id: '9001', login: 'mona', type: 'User' },
        commit_count: 2,
        truncated: false,
        head_commit: { id: after, message: 'Two' },
        pushed_at: new Date('2026-11-21T10:00:00Z'),
      },
    });
    expect(move(pushPayload({ commits: [{ id: shaOf('one'), added: ['src/a.ts'] }] })).commits).toEqual([
      {
        id: shaOf('one'),
        message: 'Change something',
        timestamp: '2026-11-21T10:00:00+01:00',
        url: `https://github.com/acme/app/commit/${shaOf('one')}`,
        author: { name: 'Mona', email: 'mona@example.com', username: 'mona' },
        distinct: true,
        added: ['src/a.ts'],
        modified: ['README.md'],
        removed: [],
      },
    ]);
  });

  test('a forced push says so', () => {
    expect(move(pushPayload({ forced: true })).forced).toBe(true);
  });

  test('a new branch without new commits is a real move', () => {
    expect(move(pushPayload({ branch: 'feature/x/y', before: zeroSha, commits: [] }))).toMatchObject({
      name: 'feature/x/y',
      before: zeroSha,
      commit_count: 0,
      truncated: false,
    });
  });

  test('a deleted branch has no head', () => {
    expect(move(pushPayload({ after: zeroSha }))).toMatchObject({ after: zeroSha, head_commit: null, commits: [] });
  });

  test('an annotated tag keeps the tag object and its commit apart', () => {
    const tag = move(pushPayload({ tag: 'v1.0', before: zeroSha, after: shaOf('tag object') }));
    expect(tag).toMatchObject({ kind: 'tag', name: 'v1.0', full: 'refs/tags/v1.0', after: shaOf('tag object') });
    expect(tag.head_commit?.id).toBe(shaOf(`peeled ${shaOf('tag object')}`));
  });

  test('SHA-256 ids are ids', () => {
    expect(move(pushPayload({ before: '0'.repeat(64), after: 'ab'.repeat(32) })).after).toBe('ab'.repeat(32));
  });

  test('2,048 commits, 3,000 names or no names at all mean that not everything came', () => {
    const commits = (count: number) =>
      pushPayload({ commits: Array.from({ length: count }, (_, index) => ({ id: shaOf(String(index)) })) });
    const names = (count: number) => pushPayload({ commits: [{ removed: Array.from({ length: count }, (_, index) => `file ${index}`) }] });
    const nameless = { ...pushPayload(), commits: [{ id: shaOf('x'), message: 'No lists' }] };
    expect(move(commits(2047)).truncated).toBe(false);
    expect(move(commits(2048))).toMatchObject({ truncated: true, commit_count: 2048 });
    expect(move(names(2999)).truncated).toBe(false);
    expect(move(names(3000)).truncated).toBe(true);
    expect(move(nameless)).toMatchObject({ truncated: true, commits: [{ added: [], modified: [], removed: [] }] });
  });

  test('refs of a merge queue are branches, left to the filters of a watch', () => {
    const branch = `gh-readonly-queue/main/pr-7-${shaOf('pr')}`;
    expect(move(pushPayload({ branch, before: zeroSha }))).toMatchObject({ kind: 'branch', name: branch });
  });

  test('a bot is a bot, and a delivery without sender has no actor', () => {
    expect(move(pushPayload({ sender: senderObject('repowatch[bot]', 44) })).actor).toEqual({
      id: '44',
      login: 'repowatch[bot]',
      type: 'Bot',
    });
    expect(move({ ...pushPayload(), sender: undefined }).actor).toBeNull();
  });

  test.each(['refs/pull/7/head', 'refs/notes/commits', 'refs/heads/', 'main', ''])('the ref %j is not tracked', (ref) => {
    expect(translatePush(pushPayload({ ref }))).toMatchObject({ result: 'ignored', code: 'ref_not_tracked' });
  });

  test.each([
    ['before', { before: 'abc' }],
    ['after', { after: shaOf('x').toUpperCase() }],
    ['ref', { ref: 7 }],
    ['repository.id', { repository: { ...(pushPayload()['repository'] as Payload), id: 2 ** 60 } }],
    ['repository', { repository: undefined }],
    ['commits.0.id', { commits: [{}] }],
    ['before', { before: zeroSha, after: zeroSha }],
  ])('a payload that cannot be used is named by its path: %s', (path, change) => {
    const translation = translatePush({ ...pushPayload(), ...change });
    expect(translation).toMatchObject({ result: 'ignored', code: 'unexpected_payload', reason: expect.stringContaining(`"${path}"`) });
  });

  test('a delivery without installation is ignored', () => {
    expect(translatePush(pushPayload({ installation: null }))).toMatchObject({ result: 'ignored', code: 'no_installation' });
  });
});
