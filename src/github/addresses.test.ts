import { describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { mockedClients, useMockedGitHub } from '../../test/support/github-mock.ts';

useMockedGitHub();

const token = { token: 'ghs_x', expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} };

describe('the three kinds of GitHub', () => {
  test.each(
    [
      ['github.com', 'https://api.github.com', 'https://api.github.com', '', '/graphql'],
      ['Enterprise Server', 'https://ghe.example/api/v3', 'https://ghe.example', '/api/v3', '/api/graphql'],
      [
        'Enterprise Server on a port, with a slash at the end',
        'https://ghe.example:8443/api/v3/',
        'https://ghe.example:8443',
        '/api/v3',
        '/api/graphql',
      ],
      ['data residency', 'https://api.acme.ghe.com', 'https://api.acme.ghe.com', '', '/graphql'],
    ].map(([name, apiUrl, origin, rest, graphql]) => ({ name, apiUrl: apiUrl!, origin: origin!, rest: rest!, graphql: graphql! })),
  )('$name: REST, tokens and GraphQL at their addresses, with the version pinned', async ({ apiUrl, origin, rest, graphql }) => {
    const headers = { reqheaders: { 'x-github-api-version': '2022-11-28' } };
    nock(origin, headers).post(`${rest}/app/installations/77/access_tokens`).reply(201, token);
    nock(origin, headers).get(`${rest}/app`).reply(200, { id: 1 });
    nock(origin, headers).get(`${rest}/repos/acme/app`).reply(200, { id: 1 });
    nock(origin, headers)
      .post(graphql)
      .reply(200, { data: { viewer: { login: 'acme' } } });
    const clients = mockedClients({ apiUrl });
    await (await clients.app()).request('GET /app');
    const client = await clients.installation('77');
    await client.request('GET /repos/acme/app');
    expect(await client.graphql('query { viewer { login } }')).toEqual({ viewer: { login: 'acme' } });
  });
});
