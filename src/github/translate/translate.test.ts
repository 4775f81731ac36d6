import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import {
  createPayload,
  deletePayload,
  installationPayload,
  installationRepositoriesPayload,
  pingPayload,
  pushPayload,
  repositoryPayload,
  senderObject,
  shaOf,
  type Payload,
} from '../../../test/support/payloads.ts';
import { zeroSha } from '../../changes/ref-change.ts';
import { isErrorCode } from '../../core/error-catalogue.ts';
import type { Translation } from '../translation.ts';
import { handledEvents, translate } from './translate.ts';

const require = createRequire(import.meta.url);
interface Example {
  name: string;
  examples: Payload[];
}
const corpora = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];
const examplesOf = (corpus: string) => require(`@octokit/webhooks-examples/${corpus}/index.json`) as Example[];

function answerOf(translation: Translation): string {
  return 'code' in translation ? `${translation.result} ${translation.code}` : translation.result;
}

/** How often each event got each answer. */
function tally(examples: Example[], change: (payload: Payload) => Payload = (payload) => payload): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name, examples: payloads } of examples) {
    for (const payload of payloads) {
      const answer = answerOf(translate(name, change(payload)));
      const key = (handledEvents as readonly string[]).includes(name) ? `${name}: ${answer}` : answer;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

function move(payload: Payload) {
  const translation = translate('push', payload);
  if (translation.result !== 'ref_move') throw new Error(`Expected a move, not ${JSON.stringify(translation)}`);
  return translation.move;
}

describe('real payloads', () => {
  test('every example of GitHub gets its answer', () => {
    expect(tally(examplesOf('api.github.com'))).toEqual({
      'push: ref_move': 3,
      'push: ignored no_installation': 4,
      'create: ref_hint': 1,
      'create: ignored no_installation': 4,
      'delete: ref_hint': 1,
      'delete: ignored no_installation': 3,
      'installation: installation': 7,
      'installation_repositories: installation': 3,
      'repository: repository': 3,
      'repository: ignored no_installation': 10,
      'ping: noted hook_verified': 4,
      'ignored unhandled_event': 286,
    });
  });

  test('every example is understood once it names an installation', () => {
    const counts = tally(examplesOf('api.github.com'), (payload) => ({ installation: { id: 7 }, ...payload }));
    const translated = Object.fromEntries(Object.entries(counts).filter(([key]) => /^(?:push|create|delete|repository):/.test(key)));
    expect(translated).toEqual({ 'push: ref_move': 7, 'create: ref_hint': 5, 'delete: ref_hint': 4, 'repository: repository': 13 });
  });

  test.each(corpora.slice(1))('no example of Enterprise Server (%s) lacks something that is needed', (corpus) => {
    const counts = tally(examplesOf(corpus), (payload) => ({ installation: { id: 7 }, ...payload }));
    expect(Object.keys(counts).filter((key) => key.includes('unexpected_payload') || key.includes('unhandled_action'))).toEqual([]);
  });

  test('every ignored example carries a reason and a code of the catalogue', () => {
    const answers = examplesOf('api.github.com').flatMap(({ name, examples }) => examples.map((payload) => translate(name, payload)));
    const reasons = answers.filter((answer) => answer.result === 'ignored' || answer.result === 'noted');
    expect(reasons.filter((answer) => answer.reason.length < 20 || !isErrorCode(answer.code))).toEqual([]);
  });
});

describe('push', () => {
  test('a push to a branch is a move with its commits', () => {
    const after = shaOf('after');
    const translation = translate('push', pushPayload({ commits: [{ id: shaOf('one'), added: ['src/a.ts'] }, { message: 'Two' }] }));
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
    expect(translate('push', pushPayload({ ref }))).toMatchObject({ result: 'ignored', code: 'ref_not_tracked' });
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
    const translation = translate('push', { ...pushPayload(), ...change });
    expect(translation).toMatchObject({ result: 'ignored', code: 'unexpected_payload', reason: expect.stringContaining(`"${path}"`) });
  });

  test('a delivery without installation is ignored', () => {
    expect(answerOf(translate('push', pushPayload({ installation: null })))).toBe('ignored no_installation');
  });
});

describe('create and delete', () => {
  test('are hints without a sha', () => {
    expect(translate('create', createPayload({ ref: 'feature/x' }))).toMatchObject({
      hint: { kind: 'branch', name: 'feature/x', gone: false },
    });
    expect(translate('delete', deletePayload({ ref: 'v1', refType: 'tag' }))).toMatchObject({
      hint: { kind: 'tag', name: 'v1', gone: true },
    });
  });

  test('of anything else are not tracked', () => {
    expect(answerOf(translate('create', createPayload({ refType: 'repository' })))).toBe('ignored ref_not_tracked');
  });
});

describe('installations', () => {
  test('created: facts, stubs, requester', () => {
    const translation = translate('installation', {
      ...installationPayload({ repositories: [{ id: 1 }, { id: 2, name: 'web', private: true }] }),
      requester: senderObject('hubot', 3),
    });
    expect(translation).toEqual({
      result: 'installation',
      action: 'created',
      installation: {
        github_id: '77',
        account: { github_id: '501', login: 'acme', type: 'Organization', avatar_url: 'https://avatars.example/501' },
        repository_selection: 'all',
        permissions: { metadata: 'read', contents: 'read' },
        events: ['push', 'repository', 'create', 'delete'],
        app_slug: 'repowatch',
        suspended_at: null,
        created_at: new Date('2026-11-21T10:00:00Z'),
      },
      actor: { id: '9001', login: 'mona', type: 'User' },
      requester: { id: '3', login: 'hubot', type: 'User' },
      repositories: [
        { github_id: '1', node_id: 'R_1', name: 'app', full_name: 'acme/app', private: false },
        { github_id: '2', node_id: 'R_2', name: 'web', full_name: 'acme/web', private: true },
      ],
      added: [],
      removed: [],
    });
  });

  test.each(['deleted', 'suspend', 'unsuspend', 'new_permissions_accepted'])('%s is carried as it is', (action) => {
    expect(translate('installation', installationPayload({ action }))).toMatchObject({ result: 'installation', action });
  });

  test('suspension has its time, and an enterprise its slug', () => {
    const payload = installationPayload({ action: 'suspend', suspendedAt: '2026-11-20T08:00:00Z' });
    const account = { id: 5, slug: 'megacorp', name: 'Megacorp' };
    const installation = { ...(payload['installation'] as Payload), account, target_type: 'Enterprise' };
    expect(translate('installation', { ...payload, installation })).toMatchObject({
      installation: { suspended_at: new Date('2026-11-20T08:00:00Z'), account: { github_id: '5', login: 'megacorp', type: 'Enterprise' } },
      repositories: [],
    });
  });

  test('repositories join and leave; a flip of the selection comes with empty lists', () => {
    expect(translate('installation_repositories', installationRepositoriesPayload({ added: [{ id: 9 }] }))).toMatchObject({
      action: 'repositories_added',
      installation: { repository_selection: 'selected' },
      added: [{ github_id: '9' }],
      removed: [],
    });
    const flip = { ...installationRepositoriesPayload({ action: 'removed', selection: 'all' }), repository_selection: 'selected' };
    expect(translate('installation_repositories', flip)).toMatchObject({
      action: 'repositories_removed',
      installation: { repository_selection: 'selected' },
      removed: [],
    });
  });
});

describe('repository', () => {
  const user = { login: 'octocat', id: 1, type: 'User' };
  test.each([
    ['renamed', { repository: { name: { from: 'old' } } }, { name: 'old' }],
    ['edited', { default_branch: { from: 'master' }, description: { from: null } }, { default_branch: 'master', description: null }],
    ['edited', { topics: { from: ['a'] } }, {}],
    ['transferred', { owner: { from: { user } } }, { owner: { github_id: '1', login: 'octocat', type: 'User' } }],
    [
      'transferred',
      { owner: { from: { organization: { login: 'o', id: 2 } } } },
      { owner: { github_id: '2', login: 'o', type: 'Organization' } },
    ],
    ['archived', undefined, {}],
    ['unarchived', undefined, {}],
    ['deleted', undefined, {}],
    ['created', 'nonsense' as unknown as Payload, {}],
  ])('%s with %j', (action, changes, from) => {
    expect(translate('repository', repositoryPayload({ action, ...(changes && { changes }) }))).toMatchObject({
      result: 'repository',
      action,
      installation: { github_id: '77' },
      from,
    });
  });
});

describe('what is not ours', () => {
  test.each([
    'star',
    'github_app_authorization',
    'installation_target',
    'brand_new_event',
    '__proto__',
    'constructor',
    'toString',
    '*',
    'error',
    '',
  ])('the event %j is unhandled', (name) => {
    expect(answerOf(translate(name, pushPayload()))).toBe('ignored unhandled_event');
  });

  test.each(['installation', 'installation_repositories', 'repository'])('a new action of %s is unhandled', (name) => {
    const payload = name === 'repository' ? repositoryPayload({ action: 'blessed' }) : installationPayload({ action: 'blessed' });
    expect(translate(name, payload)).toMatchObject({ code: 'unhandled_action', reason: expect.stringContaining('"blessed"') });
    expect(answerOf(translate(name, { ...payload, action: undefined }))).toBe('ignored unhandled_action');
    expect(answerOf(translate(name, { ...payload, action: '__proto__' }))).toBe('ignored unhandled_action');
  });

  test.each([null, undefined, 7, 'text', true, [], [pushPayload()]])('the payload %j is not an object', (payload) => {
    expect(answerOf(translate('push', payload))).toBe('ignored unexpected_payload');
  });

  test('an action that is no text is refused before it is put into a text', () => {
    expect(answerOf(translate('repository', { action: { toString: 1, valueOf: 1 } }))).toBe('ignored unexpected_payload');
  });

  test('ping is noted', () => {
    expect(answerOf(translate('ping', pingPayload()))).toBe('noted hook_verified');
  });

  test('a long name is cut in the reason', () => {
    const translation = translate('x'.repeat(5000), {});
    expect(translation).toMatchObject({ result: 'ignored' });
    expect(JSON.stringify(translation).length).toBeLessThan(300);
  });
});

describe('hostile text', () => {
  const hostile = [
    `'; drop table refs; --`,
    '$(touch /tmp/x)',
    '`id`',
    '../../etc/passwd',
    'ünïcode/名前/🦊',
    'nul\u0000',
    'half \ud800',
    'a'.repeat(244),
    '{url}',
    '%2e%2e',
  ];
  test.each(hostile)('the branch %j stays as it is', (branch) => {
    expect(move(pushPayload({ branch, commits: [{ message: branch, added: [branch] }] }))).toMatchObject({
      name: branch,
      full: `refs/heads/${branch}`,
      commits: [{ message: branch, added: [branch] }],
    });
  });

  test('keys that reach for prototypes are just keys', () => {
    const poison = '"__proto__": { "polluted": true, "installation": { "id": 1 } }, "constructor": { "prototype": { "polluted": true } }';
    const text = JSON.stringify(pushPayload({ installation: null }))
      .replace('{', `{${poison},`)
      .replaceAll('"repository":{', `"repository":{${poison},`);
    expect(answerOf(translate('push', JSON.parse(text)))).toBe('ignored no_installation');
    const withInstallation = JSON.parse(text.replace('{', '{"installation":{"id":77},')) as Payload;
    expect(JSON.stringify(translate('push', withInstallation))).not.toContain('polluted');
    const permissions = JSON.parse('{"contents":"read","__proto__":"write"}') as Record<string, string>;
    const installation = translate('installation', installationPayload({ permissions }));
    expect(installation).toMatchObject({ installation: { permissions: { contents: 'read' } } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
