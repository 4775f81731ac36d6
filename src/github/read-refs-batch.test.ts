import { describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { mockedApi, mockedClients, mockToken, useMockedGitHub } from '../../test/support/github-mock.ts';
import { shaOf } from '../../test/support/payloads.ts';
import { createReader } from './reader.ts';

const begun = new Date('2026-11-21T10:00:00Z');

useMockedGitHub();

/** Expects one GraphQL query and answers it. Below `/api`, not `/api/v3`, as on Enterprise Server (handbook J1). */
function mockQuery(status: number, body: nock.Body, headers: Record<string, string> = {}): void {
  mockToken();
  nock(mockedApi.replace('/v3', '')).post('/graphql').reply(status, body, headers);
}

const read = (...ids: string[]) => createReader(mockedClients(), { now: () => begun }).readRefsBatch('77', ids);
const connection = (names: string[], hasNextPage = false) => ({
  nodes: names.map((name) => ({ name, target: { oid: shaOf(name) } })),
  pageInfo: { hasNextPage },
});
const repository = (branches: string[], tags: string[] = []) => ({
  pushedAt: '2026-11-20T09:00:00Z',
  branches: connection(branches),
  tags: connection(tags),
});

describe('reading refs in batches', () => {
  test('each repository has its own answer: refs, too many, not understood, or nothing', async () => {
    mockQuery(200, {
      data: {
        nodes: [
          repository(['main', 'a/b'], ['v1']),
          { ...repository([]), branches: connection(['x'], true) },
          { ...repository([]), tags: connection(['x'], true) },
          null,
          { ...repository(['main']), branches: null },
          {},
          repository([]),
        ],
      },
      errors: [{ type: 'NOT_FOUND', path: ['nodes', 3], message: "Could not resolve to a node with the global id of 'D'" }],
    });
    const answer = await read('A', 'B', 'C', 'D', 'E', 'F', 'G');
    expect(answer.ok && answer.value.observedAt).toEqual(begun);
    expect(answer.ok && Object.fromEntries(answer.value.repositories)).toEqual({
      A: {
        result: 'refs',
        pushedAt: new Date('2026-11-20T09:00:00Z'),
        refs: [
          { kind: 'branch', name: 'main', sha: shaOf('main') },
          { kind: 'branch', name: 'a/b', sha: shaOf('a/b') },
          { kind: 'tag', name: 'v1', sha: shaOf('v1') },
        ],
      },
      B: { result: 'alone' },
      C: { result: 'alone' },
      D: { result: 'missing', message: "Could not resolve to a node with the global id of 'D'" },
      E: { result: 'alone' },
      F: { result: 'alone' },
      G: { result: 'refs', pushedAt: new Date('2026-11-20T09:00:00Z'), refs: [] },
    });
  });

  test.each<[string, number, nock.Body, string]>([
    ['the ten seconds are over', 502, { message: 'Something went wrong' }, 'github_unavailable'],
    ['the same, said by the gateway', 504, '', 'github_unavailable'],
    [
      'the query failed inside',
      200,
      { data: null, errors: [{ message: 'Something went wrong while executing your query.' }] },
      'github_unavailable',
    ],
    ['it costs too much', 200, { errors: [{ type: 'MAX_NODE_LIMIT_EXCEEDED', message: 'too many nodes' }] }, 'github_unavailable'],
    ['fewer answers than questions', 200, { data: { nodes: [repository(['main'])] } }, 'github_unavailable'],
    ['cut off half-way', 200, '{"data":{"nodes":[', 'github_unavailable'],
    [
      'not allowed',
      200,
      { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] },
      'github_forbidden',
    ],
    [
      'the primary limit, with status 200',
      200,
      { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
      'github_rate_limited',
    ],
  ])('%s', async (_, ...[status, body, code]) => {
    mockQuery(status, body);
    expect(await read('A', 'B')).toMatchObject({ ok: false, code });
  });
});
