import { expect, test } from '@jest/globals';
import { redactPayload } from './redact-payload.ts';

test('credentials are left out, wherever they are', () => {
  const payload = {
    token: 'abc',
    access_token: 'abc',
    accessToken: 'abc',
    webgmeToken: 'abc',
    hook: { config: { url: 'https://x.example', secret: 'abc', insecure_ssl: '0' } },
    client_secret: 'abc',
    nested: [{ password: 'abc', authorization: 'Bearer abc', name: 'kept' }],
    access_tokens_url: 'https://api.github.com/app/installations/7/access_tokens',
    has_secrets: true,
    issue: { title: 'The token is gone', body: `I used ghp_${'a'.repeat(36)} for it` },
  };
  expect(redactPayload(payload)).toEqual({
    hook: { config: { url: 'https://x.example', insecure_ssl: '0' } },
    nested: [{ name: 'kept' }],
    access_tokens_url: 'https://api.github.com/app/installations/7/access_tokens',
    has_secrets: true,
    issue: { title: 'The token is gone', body: 'I used *** for it' },
  });
});

test('addresses of accounts are left out, those of a commit stay with it', () => {
  const person = { name: 'Mona', email: 'mona@example.com', username: 'mona' };
  const commit = { id: '1', tree_id: '2', message: 'x', timestamp: 't', author: person, committer: person };
  const account = { login: 'mona', email: 'private@example.com' };
  const redacted = redactPayload({
    pusher: { name: 'mona', email: 'private@example.com' },
    sender: account,
    repository: { owner: { ...account, name: 'acme' } },
    issue: { user: account, author: account },
    commits: [commit],
    head_commit: commit,
    author: account,
    organization_billing_email: 'private@example.com',
  });
  expect(JSON.stringify(redacted)).not.toContain('private@');
  expect(redacted).toMatchObject({ commits: [commit], head_commit: commit, pusher: { name: 'mona' } });
});

test('the payload itself is not touched, and depth has an end', () => {
  const payload: Record<string, unknown> = { token: 'abc' };
  let deepest = payload;
  for (let level = 0; level < 5_000; level += 1) deepest = deepest['child'] = {};
  expect(redactPayload(payload)).not.toHaveProperty('token');
  expect(payload['token']).toBe('abc');
});
