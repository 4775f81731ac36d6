import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { installationPayload, pingPayload, pushPayload, repositoryPayload, type Payload } from '../../../test/support/payloads.ts';
import { isErrorCode } from '../../core/error-catalogue.ts';
import type { Translation } from '../translation.ts';
import { handledEvents, translate } from './translate.ts';

const require = createRequire(import.meta.url);
interface Example {
  name: string;
  examples: Payload[];
}
const servers = ['ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];
const cloud = require('@octokit/webhooks-examples') as Example[];
const examplesOf = (server: string) => require(`@octokit/webhooks-examples/${server}/index.json`) as Example[];

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
    expect(tally(cloud)).toEqual({
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
      'organization: account': 1,
      'organization: ignored unhandled_action': 4,
      'public: sighting': 1,
      'public: ignored no_installation': 2,
      'pull_request: noun': 24,
      'pull_request: ignored no_installation': 5,
      'issues: noun': 5,
      'issues: ignored no_installation': 24,
      'issue_comment: noun': 1,
      'issue_comment: ignored no_installation': 8,
      'release: noun': 3,
      'release: ignored no_installation': 10,
      'member: noun': 1,
      'member: ignored no_installation': 3,
      'check_run: recheck': 3,
      'check_run: ignored nothing_to_tell': 6,
      'check_suite: recheck': 2,
      'check_suite: ignored nothing_to_tell': 7,
      'github_app_authorization: person_left': 2,
      'ignored unhandled_event': 172,
      'repository_dispatch: ignored unhandled_event': 2,
    });
  });

  test('every example is understood once it names an installation', () => {
    const counts = tally(cloud, (payload) => ({ installation: { id: 7 }, ...payload }));
    const translated = Object.fromEntries(Object.entries(counts).filter(([key]) => /^(?:push|create|delete|repository):/.test(key)));
    expect(translated).toEqual({ 'push: ref_move': 7, 'create: ref_hint': 5, 'delete: ref_hint': 4, 'repository: repository': 13 });
  });

  test.each(servers)('no example of Enterprise Server (%s) lacks something that is needed', (server) => {
    const counts = tally(examplesOf(server), (payload) => ({ installation: { id: 7 }, ...payload }));
    // Members of an organisation come and go with no word of ours for it.
    const known = Object.keys(counts).filter((key) => key !== 'organization: ignored unhandled_action');
    expect(known.filter((key) => key.includes('unexpected_payload') || key.includes('unhandled_action'))).toEqual([]);
  });

  test('every ignored example carries a reason and a code of the catalogue', () => {
    const answers = cloud.flatMap(({ name, examples }) => examples.map((payload) => translate(name, payload)));
    const reasons = answers.filter((answer) => answer.result === 'ignored' || answer.result === 'noted');
    expect(reasons.filter((answer) => answer.reason.length < 20 || !isErrorCode(answer.code))).toEqual([]);
  });
});

describe('what is not ours', () => {
  test.each(['star', 'meta', 'brand_new_event', '__proto__', 'constructor', 'toString', '*', 'error', ''])(
    'the event %j is unhandled',
    (name) => {
      expect(answerOf(translate(name, pushPayload()))).toBe('ignored unhandled_event');
    },
  );

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
