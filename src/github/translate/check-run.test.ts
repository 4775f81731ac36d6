import { describe, expect, test } from '@jest/globals';
import { examplesOf } from '../../../test/support/github-events.ts';
import { repositoryObject } from '../../../test/support/payloads.ts';
import { translate } from './translate.ts';

const sha = 'c'.repeat(40);
const subject = { repository: repositoryObject(), installation: { id: 77 } };
const run = { id: 5, name: 'repowatch/config', head_sha: sha, check_suite: { head_branch: 'topic' } };

describe('buttons of checks', () => {
  test.each(['rerequested', 'requested_action'])('%s asks for one check of a commit', (action) => {
    expect(translate('check_run', { action, check_run: run, ...subject })).toMatchObject({
      result: 'recheck',
      installation: { github_id: '77' },
      request: { name: 'repowatch/config', sha, ref: 'topic' },
    });
  });

  test('a suite asks for all checks of a commit; of a fork GitHub names no branch', () => {
    const suite = { head_sha: sha, head_branch: null };
    expect(translate('check_suite', { action: 'rerequested', check_suite: suite, ...subject })).toMatchObject({
      result: 'recheck',
      request: { name: null, sha, ref: null },
    });
  });

  test('what GitHub publishes is understood, and an echo of our own writing is nothing', () => {
    const results = ['check_run', 'check_suite'].flatMap((event) =>
      examplesOf(event).map(
        (payload) => `${event}.${String(payload['action'])} ${translate(event, { ...payload, installation: { id: 77 } }).result}`,
      ),
    );
    expect([...new Set(results)].sort()).toEqual([
      'check_run.completed ignored',
      'check_run.created ignored',
      'check_run.requested_action recheck',
      'check_run.rerequested recheck',
      'check_suite.completed ignored',
      'check_suite.requested ignored',
      'check_suite.rerequested recheck',
    ]);
  });

  test.each([
    [{ action: 'rerequested', check_run: { ...run, head_sha: 'x' }, ...subject }, 'unexpected_payload'],
    [{ action: 'rerequested', check_run: run, repository: subject.repository }, 'no_installation'],
    [{ action: 'exploded', ...subject }, 'unhandled_action'],
  ])('%#: what cannot be used is refused with a reason', (payload, code) => {
    expect(translate('check_run', payload)).toMatchObject({ result: 'ignored', code });
  });
});
