import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { repositoryPayload, senderObject, type Payload } from '../../../test/support/payloads.ts';
import { translateInstallationTarget, translateOrganization } from './account.ts';
import { translatePublic } from './public.ts';

const require = createRequire(import.meta.url);
const cloud = require('@octokit/webhooks-examples') as { name: string; examples: Payload[] }[];

const account = { id: 501, login: 'acme-two', node_id: 'O_501', type: 'Organization', avatar_url: 'https://avatars.example/501' };

function targetPayload(change: Payload = {}): Payload {
  return {
    action: 'renamed',
    account,
    changes: { login: { from: 'acme' } },
    target_type: 'Organization',
    installation: { id: 77, node_id: 'I_77' },
    sender: senderObject(),
    ...change,
  };
}

describe('an account', () => {
  test('with another login, as every App hears of it', () => {
    expect(translateInstallationTarget(targetPayload())).toEqual({
      result: 'account',
      action: 'renamed',
      account: { github_id: '501', login: 'acme-two', type: 'Organization', avatar_url: 'https://avatars.example/501' },
      from: 'acme',
      installation: { github_id: '77' },
      actor: { id: '9001', login: 'mona', type: 'User' },
    });
  });

  test('of an enterprise has a slug', () => {
    const enterprise = { id: 9, slug: 'big-two', node_id: 'E_9' };
    const payload = targetPayload({ account: enterprise, changes: { slug: { from: 'big' } }, target_type: 'Enterprise' });
    expect(translateInstallationTarget(payload)).toMatchObject({
      account: { github_id: '9', login: 'big-two', type: 'Enterprise' },
      from: 'big',
    });
  });

  test('without a word about what was before is renamed all the same', () => {
    expect(translateInstallationTarget(targetPayload({ changes: null }))).toMatchObject({ action: 'renamed', from: null });
  });

  test('in the examples of GitHub', () => {
    const examples = cloud.find(({ name }) => name === 'organization')!.examples.map((payload) => translateOrganization(payload));
    expect(examples.filter((translation) => translation.result === 'account')).toHaveLength(1);
  });

  test('that is an organisation was renamed or deleted', () => {
    const payload = (action: string) => ({ ...targetPayload({ action }), organization: { ...account, type: undefined } });
    expect(translateOrganization(payload('renamed'))).toMatchObject({
      action: 'renamed',
      account: { login: 'acme-two', type: 'Organization' },
    });
    expect(translateOrganization(payload('deleted'))).toMatchObject({ action: 'deleted', account: { github_id: '501' } });
    expect(translateOrganization(payload('member_added'))).toMatchObject({ result: 'ignored', code: 'unhandled_action' });
  });

  test('that is not there at all is said to be missing', () => {
    expect(translateInstallationTarget(targetPayload({ account: undefined }))).toMatchObject({ code: 'unexpected_payload' });
    expect(translateInstallationTarget(targetPayload({ action: 'blessed' }))).toMatchObject({ code: 'unhandled_action' });
  });
});

test('a repository that was made public is only shown', () => {
  const payload = { ...repositoryPayload({ repository: { private: false } }), action: undefined };
  expect(translatePublic(payload)).toMatchObject({ result: 'sighting', repository: { private: false }, installation: { github_id: '77' } });
  expect(translatePublic({ ...payload, installation: undefined })).toMatchObject({ code: 'no_installation' });
});
