import { afterAll, beforeAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { mockedApi, mockedClients, mockToken, nextPage, useMockedGitHub } from '../../test/support/github-mock.ts';
import { seedInstallation } from '../../test/support/seed.ts';
import { parseKeyRing } from '../vault/key-ring.ts';
import type { Clients } from './clients.ts';
import { createReader } from './reader.ts';

useMockedGitHub();

let base: TestDatabase;
let clients: Clients;

beforeAll(async () => {
  base = await createTestDatabase();
  await seedInstallation(base.db, 'acme', { github_id: 77 });
  const keyRing = parseKeyRing(`k1:${Buffer.alloc(32, 1).toString('base64')}`);
  if (!keyRing.ok) throw new Error(keyRing.message);
  clients = mockedClients({ store: { db: base.db, keyRing: keyRing.value, host: 'github.com' } });
});

afterAll(async () => {
  await clients.close();
  await base[Symbol.asyncDispose]();
});

const place = { installation: '77', owner: 'acme', name: 'app' };
const path = '/repos/acme/app/branches?per_page=100';
const branches = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ name: `b${from + index}`, commit: { sha: 'a'.repeat(40) }, protected: false }));

/** Answers a page once, when it is asked for on exactly this condition (undefined: on none). */
function answerPage(
  address: string,
  condition: string | undefined,
  answer: [status: number, body?: nock.Body, headers?: Record<string, string>],
) {
  const [status, body = '', headers = {}] = answer;
  const scope =
    condition === undefined ? nock(mockedApi, { badheaders: ['if-none-match'] }) : nock(mockedApi).matchHeader('if-none-match', condition);
  scope.get(address).reply(status, body, headers);
}

async function list(): Promise<string | number> {
  const read = await createReader(clients).listBranches(place);
  return read.ok ? read.value.refs.length : read.code;
}

test('a last page that is full is asked for in full, because another may have come after it', async () => {
  mockToken();
  answerPage(path, undefined, [200, branches(100), { etag: '"full"' }]);
  expect(await list()).toBe(100);
  answerPage(path, undefined, [200, branches(100), { etag: '"full"', ...nextPage(`${path}&page=2`) }]);
  answerPage(`${path}&page=2`, undefined, [200, branches(1, 100), { etag: '"second"' }]);
  expect(await list()).toBe(101);
});

test('each page is asked for on its own condition, and every kept page is there in full', async () => {
  answerPage(path, '"full"', [304]);
  answerPage(`${path}&page=2`, '"second"', [304]);
  expect(await list()).toBe(101);
});

test('what GitHub says of the next page now counts more than what was kept', async () => {
  answerPage(path, '"full"', [304, '', { link: `<${mockedApi}${path}>; rel="first"` }]);
  expect(await list()).toBe(100);
});

test('an answer that was cut off is not kept', async () => {
  answerPage(path, '"full"', [200, '[{"name":"b', { etag: '"cut"', 'content-type': 'application/json' }]);
  expect(await list()).toBe('listing_incomplete');
  answerPage(path, '"full"', [200, branches(2), { etag: '"two"' }]);
  expect(await list()).toBe(2);
});

test('another token asks in full: what was kept under the former one is gone', async () => {
  mockToken(77, 'ghs_another');
  await clients.renewToken('77');
  expect(await base.db('github_answers').pluck('url')).toEqual([]);
  answerPage(path, undefined, [200, branches(2), { etag: '"three"' }]);
  expect(await list()).toBe(2);
});
