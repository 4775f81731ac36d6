import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { refreshTokens } from './oauth.ts';

let server: Server;
let answer: Record<string, unknown>;

beforeAll(async () => {
  server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

test.each([
  [{ error: 'bad_refresh_token' }, 'github_refused'],
  // The operator's mistake, which must cost nobody what GitHub gave them.
  [{ error: 'incorrect_client_credentials' }, 'github_unavailable'],
  [{ nothing: 'known' }, 'github_unavailable'],
])('next tokens, when GitHub answers %j', async (given, code) => {
  answer = given;
  const githubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await refreshTokens({ githubUrl, clientId: 'id', clientSecret: 'a secret' }, 'ghr_old')).toMatchObject({ ok: false, code });
});
