import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, withToken, type TestHttpServer } from '../../../test/support/http.ts';
import { seedPerson } from '../../../test/support/people.ts';
import { seedChange, seedDelivery, seedRepository, seedRun, type SeededRepository } from '../../../test/support/seed.ts';
import { readSearchText } from '../read/search-text.ts';
import { searchResult, type SearchHit } from '../schemas/search.ts';

let base: TestDatabase;
let server: TestHttpServer;
let app: SeededRepository;
let rival: SeededRepository;
let viewer: string;
let run: string;
let change: string;
let delivery: string;
const guid = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const sha = 'ab12cd34'.repeat(5);

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
  app = await seedRepository(base.db, 'acme/app', { watches: ['deploy'] });
  rival = await seedRepository(base.db, 'rival/app-of-theirs', { watches: ['deploy-theirs'] });
  const [{ github_id: githubId }] = await base.db('installations').where({ id: app.installationId }).select('github_id');
  const repositories = [{ githubId: app.githubId, permission: 'read' as const }];
  viewer = (await seedPerson(base.db, 'viewer', [{ githubId, manages: false, repositories }])).token;
  delivery = await seedDelivery(base.db, app, { more: { guid, installation_github_id: githubId } });
  change = await seedChange(base.db, app, { deliveryId: delivery });
  await base.db('changes').where({ id: change }).update({ after: sha });
  run = await seedRun(base.db, app, { changeId: change, status: 'succeeded' });
  await seedDelivery(base.db, rival, { more: { guid: '72d3162e-0000-11e3-81ab-4c9367dc0958' } });
  const theirs = await seedChange(base.db, rival, { deliveryId: await seedDelivery(base.db, rival) });
  await base
    .db('changes')
    .where({ id: theirs })
    .update({ after: `${sha.slice(0, 12)}${'0'.repeat(28)}` });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await base[Symbol.asyncDispose]();
});

async function search(q: string, token?: string): Promise<SearchHit[]> {
  const headers = token === undefined ? withToken : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${server.base}/api/search?q=${encodeURIComponent(q)}`, { headers });
  expect([q, answer.status]).toEqual([q, 200]);
  return searchResult.strict().parse(await answer.json()).data;
}

const found = (hits: readonly SearchHit[]) => hits.map(({ kind, id, exact }) => `${kind} ${id}${exact ? '!' : ''}`);

describe('finding', () => {
  test('repositories and watches by a part of their names, the exact one first', async () => {
    expect(found(await search('APP'))).toEqual([`repository ${app.id}`, `repository ${rival.id}`]);
    expect(found(await search('acme/App'))).toEqual([`repository ${app.id}!`]);
    expect(found(await search('deploy'))).toEqual(['watch deploy!', 'watch deploy-theirs']);
  });

  test('runs, changes and deliveries by their numbers', async () => {
    expect(found(await search(`run ${run}`))).toEqual([`run ${run}!`]);
    expect(found(await search(`change:${change}`))).toEqual([`change ${change}!`]);
    expect(found(await search(`deliveries/${delivery}`))).toEqual([]);
    expect(found(await search(`delivery #${delivery}`))).toEqual([`delivery ${delivery}!`]);
    expect(new Set(found(await search(run)))).toEqual(new Set([`run ${run}!`, `change ${run}!`, `delivery ${run}!`]));
  });

  test('deliveries by GUID or its beginning, changes by their commit', async () => {
    expect(found(await search(guid))).toEqual([`delivery ${delivery}!`]);
    expect(found(await search(guid.toUpperCase()))).toEqual([`delivery ${delivery}!`]);
    expect((await search('72d3162e')).map(({ kind, exact }) => [kind, exact])).toEqual([
      ['delivery', false],
      ['delivery', false],
    ]);
    expect(found(await search(sha))).toEqual([`change ${change}!`]);
    expect(await search(sha.slice(0, 7))).toHaveLength(2);
  });

  test('secrets, people and tickets', async () => {
    const owner = { installation_id: app.installationId };
    await base.db('people').insert({ ...owner, github_login: 'Octavia', email: 'octavia@example.com' });
    await base
      .db('tickets')
      .insert({ ...owner, provider: 'builtin', connection: '', key: 'APP-12', title: 'Printer burns', repository_id: app.id });
    expect((await search('octavia@')).map(({ kind, title }) => [kind, title])).toEqual([['person', 'Octavia']]);
    expect((await search('app-12')).map(({ kind, exact }) => [kind, exact])).toEqual([['ticket', true]]);
    expect((await search('printer')).map(({ title }) => title)).toEqual(['Printer burns']);
  });
});

test('shows only what one may see', async () => {
  expect(found(await search('app', viewer))).toEqual([`repository ${app.id}`]);
  expect(found(await search('72d3162e', viewer))).toEqual([`delivery ${delivery}`]);
  expect(found(await search(sha.slice(0, 7), viewer))).toEqual([`change ${change}!`]);
  expect(await search('octavia', viewer)).toEqual([]);
  expect(await search('theirs', viewer)).toEqual([]);
});

test('takes every text for a text', async () => {
  for (const text of [
    '%',
    '_',
    "'; drop table runs; --",
    '\\',
    ':word',
    '?',
    '${x}',
    '<script>',
    '🦄'.repeat(40),
    'a/b:c d',
    '0'.repeat(40),
    '9'.repeat(18),
    'run 9',
  ])
    expect(await search(text)).toEqual([]);
});

test('looks millions of rows up by an index only', async () => {
  const statements: { sql: string; bindings: unknown[] }[] = [];
  const note = ({ sql, bindings }: { sql: string; bindings: unknown[] }) => statements.push({ sql, bindings });
  base.db.on('query', note);
  await search(sha);
  await search('72d3162e-cc78');
  await search('4711');
  base.db.removeListener('query', note);
  const questions = statements.filter(({ sql }) => /(?:from|join) (?:changes|deliveries|runs) \w/.test(sql));
  expect(questions.length).toBeGreaterThan(4);
  const scanned = await base.db.transaction(async (trx) => {
    await trx.raw('set local enable_seqscan = off');
    const plans = [];
    for (const { sql, bindings } of questions) plans.push(await trx.raw(`explain ${sql.replaceAll(/\$\d+/g, '?')}`, bindings as string[]));
    return plans
      .flatMap(({ rows }) => rows.map((row: Record<string, string>) => row['QUERY PLAN']))
      .filter((line) => /Seq Scan on (?:changes|deliveries|runs)\b/.test(line));
  });
  expect(scanned).toEqual([]);
});

test('reads what can be meant, and nothing else', () => {
  expect(readSearchText(' Runs 12 ')).toMatchObject({ word: 'runs 12', id: { value: '12', of: 'run' }, guid: undefined, sha: undefined });
  expect(readSearchText('acme/app@Feature/x')).toMatchObject({ place: { repository: 'acme/app', ref: 'Feature/x' } });
  expect(readSearchText('72d3162e')).toMatchObject({ guid: '72d3162e', sha: '72d3162e' });
  expect(readSearchText('72d3162e-cc7')).toMatchObject({ guid: '72d3162e-cc7', sha: undefined });
  expect(readSearchText('0000000')).toMatchObject({ sha: undefined });
});
