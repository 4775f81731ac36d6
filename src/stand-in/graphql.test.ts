import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GraphqlSyntaxError, parseQuery } from './graphql-query.ts';
import { createTestBench, type TestBench } from './test-bench.ts';

let bench: TestBench;
let token: string;
let sha: string;

beforeAll(async () => {
  bench = await createTestBench();
  const { standIn } = bench;
  for (const name of ['app', 'other', 'secret']) await standIn.createRepository({ owner: 'acme', name, files: { a: name } });
  await standIn.installApp('acme', ['app', 'other']);
  sha = (await standIn.refs('acme/app'))['refs/heads/main'] ?? '';
  for (const ref of ['heads/a/b', 'heads/c', 'tags/v1']) await standIn.updateRef({ repo: 'acme/app', ref: `refs/${ref}`, sha });
  token = await bench.installationToken('acme');
});
afterAll(async () => bench[Symbol.asyncDispose]());

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<{ data?: unknown; errors?: { message: string }[] }> {
  // Where Octokit looks for it when the REST base is /api/v3.
  const response = await fetch(`${bench.standIn.url}/api/graphql`, {
    method: 'POST',
    headers: { authorization: `bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data?: unknown; errors?: { message: string }[] };
}

describe('graphql', () => {
  test('refs of a repository in pages', async () => {
    const query = `query Refs($owner: String!, $name: String!, $after: String) {
      repository(owner: $owner, name: $name) {
        refs(refPrefix: "refs/heads/", first: 2, after: $after) { nodes { name target { oid } } pageInfo { hasNextPage endCursor } }
      }
    }`;
    const page = (names: string[], info: object): object => ({
      data: {
        repository: { refs: { nodes: names.map((name) => ({ name, target: { oid: sha } })), pageInfo: expect.objectContaining(info) } },
      },
    });
    const first = await ask(query, { owner: 'acme', name: 'app' });
    expect(first).toEqual(page(['a/b', 'c'], { hasNextPage: true }));
    const { endCursor } = (first.data as { repository: { refs: { pageInfo: { endCursor: string } } } }).repository.refs.pageInfo;
    expect(await ask(query, { owner: 'acme', name: 'app', after: endCursor })).toEqual(page(['main'], { hasNextPage: false }));
  });

  test('many repositories by node id, with fragments and aliases', async () => {
    const { repositories } = (await bench.call('/installation/repositories', { token })).json as { repositories: { node_id: string }[] };
    const query = `
      query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Repository { ...Refs nameWithOwner } } rateLimit { cost } }
      fragment Refs on Repository { heads: refs(refPrefix: "refs/heads/", first: 100) { totalCount } tags: refs(refPrefix: "refs/tags/", first: 1) { nodes { name } } }`;
    expect(await ask(query, { ids: repositories.map(({ node_id }) => node_id) })).toEqual({
      data: {
        nodes: [
          { __typename: 'Repository', nameWithOwner: 'acme/app', heads: { totalCount: 3 }, tags: { nodes: [{ name: 'v1' }] } },
          { __typename: 'Repository', nameWithOwner: 'acme/other', heads: { totalCount: 1 }, tags: { nodes: [] } },
        ],
        rateLimit: { cost: 1 },
      },
    });
  });

  test('what may not be seen is null with an error, what does not exist is an error', async () => {
    const hidden = await ask('{ a: repository(owner: "acme", name: "secret") { id } b: repository(owner: "acme", name: "app") { name } }');
    expect(hidden).toMatchObject({ data: { a: null, b: { name: 'app' } }, errors: [{ type: 'NOT_FOUND' }] });
    expect(await ask('{ repository(owner: "acme", name: "app") { stars } }')).toEqual({
      errors: [{ message: "Field 'stars' doesn't exist on type 'Repository'" }],
    });
    expect(
      (await ask('{ repository(owner: "acme", name: "app") { refs(refPrefix: "refs/heads/", first: 101) { totalCount } } }')).errors,
    ).toHaveLength(1);
  });
});

describe('parseQuery', () => {
  test('reads values, defaults and comments', () => {
    const text = 'query Q($a: [Int!]! = [1, 2], $b: String) { # why\n x: y(a: $a, b: $b, c: {d: "e\\n", f: null}, g: true) }';
    expect(parseQuery(text, { b: 'B' })).toEqual([
      { kind: 'field', alias: 'x', name: 'y', args: { a: [1, 2], b: 'B', c: { d: 'e\n', f: null }, g: true }, selection: [] },
    ]);
  });

  test.each(['', '{', '{ a(b: ) }', 'mutation { a }', 'query ('])('refuses %p', (text) => {
    expect(() => parseQuery(text, {})).toThrow(GraphqlSyntaxError);
  });
});
