import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readBlocks, readPages } from '../support/docs-pages.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
/** What stands for the parameters of paths, from the answers so far. */
const ids: Record<string, string> = { ':hookId': 'ci', ':number': '1' };
let secret = '';

beforeAll(async () => {
  const permissions = {
    issues: 'write',
    pull_requests: 'write',
    administration: 'write',
    contents: 'write',
    metadata: 'read',
    members: 'read',
  };
  world = await startTestApp({ github: true, permissions });
  const github = world.github!;
  await github.createAccount('acme', 'Organization');
  await github.createAccount('ada', 'User');
  await github.createRepository({ owner: 'acme', name: 'app', files: { 'README.md': '# app\n' } });
  await github.installApp('acme', 'all');
  await world.eventually('acme/app is known', async () => (await world.list('/api/repos'))[0]);
  await world.eventually('the branch of acme/app', async () => (await world.list('/api/repos/acme/app/branches'))[0]);
  await world.eventually('everything is settled', async () => (await world.list('/api/deliveries?status=unprocessed')).length === 0);
});

afterAll(async () => await world[Symbol.asyncDispose]());

interface Row {
  call: string;
  body: string;
  status: number;
}

async function readRows(): Promise<Row[]> {
  const page = (await readPages()).get('docs/coming-from.md')!;
  const rows = page.matchAll(/^\|.*\| `(?<call>[A-Z]+ \/[^`]+)`\s*\| (?:`(?<body>[^`]+)`)?\s*\| (?<status>\d{3})\s*\|$/gm);
  return [...rows].map(({ groups = {} }) => ({ call: groups['call']!, body: groups['body'] ?? '', status: Number(groups['status']) }));
}

/** The noun of the first part of a path says whose id `:id` is. */
function fill(path: string): string {
  const [, , noun = ''] = path.split('/');
  const named = path.startsWith('/api/repos/') ? path.replace(':owner/:name', 'acme/app') : path.replace(':name', 'TOKEN');
  const whole = named.replace(':provider/:id', `github/${ids['triggers']}`).replace(':id', ids[noun] ?? '1');
  return whole.replaceAll(/:[A-Za-z]+/g, (name) => ids[name] ?? name);
}

async function send({ call, body: words }: Row): Promise<{ status: number; answer: ApiObject }> {
  const body = words.replace(':repo', ids[':repo'] ?? '');
  const [method = '', path = ''] = call.split(' ');
  const signed = path.startsWith('/webhooks/') && {
    'x-github-event': 'ping',
    'x-github-delivery': '0b9b3f0e-6a3c-4f0b-9d0e-6a2f3c1f7f11',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  const response = await fetch(`${world.url}${fill(path)}`, {
    method,
    headers: { ...(signed || { authorization: `Bearer ${adminToken}` }), ...(body !== '' && { 'content-type': 'application/json' }) },
    ...(body !== '' && { body }),
  });
  const text = await response.text();
  return { status: response.status, answer: (text.startsWith('{') ? JSON.parse(text) : {}) as ApiObject };
}

function keep(call: string, { id, secret: told }: ApiObject): void {
  const made = /^POST \/api\/(\w+)$/.exec(call)?.[1];
  if (made !== undefined && typeof id === 'string') ids[made] = id;
  if (call.startsWith('POST ') && call.endsWith('/actions')) Object.assign(ids, { ':actionId': id, actions: id });
  if (typeof told === 'string') secret = told;
}

test('every call of the page does its job', async () => {
  const rows = await readRows();
  expect(rows.length).toBeGreaterThan(50);
  const wrong: string[] = [];
  const { guid } = await world.deliver('watch', { action: 'started' });
  ids['deliveries'] = String((await world.settled(guid))['id']);
  ids[':repo'] = String((await world.list('/api/repos'))[0]!['github_id']);
  for (const row of rows) {
    // What begins an installation is no installation yet.
    const { status, answer } = await send(row);
    if (status !== row.status) wrong.push(`${row.call} ${row.body}: ${status} ${JSON.stringify(answer['detail'])}`);
    else if (row.call !== 'POST /api/installations') keep(row.call, answer);
  }
  expect(wrong).toEqual([]);
});

/** The calls with curl that the pages show, as one line each. */
async function readCalls(): Promise<{ place: string; method: string; path: string; body: string | undefined }[]> {
  const blocks = (await readBlocks()).filter(({ place, language }) => language === 'sh' && !place.startsWith('docs/stand-in.md'));
  return blocks.flatMap(({ place, text }) => {
    const lines = text
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .filter((line) => line.startsWith('curl '));
    return lines.map((line) => {
      const body = / (?:-d|--data) '([^']*)'/.exec(line)?.[1];
      const path = /(?:https?:\/\/[^/\s'"]+|\$REPOWATCH_URL)(\/[^\s'"]*)/.exec(line.replace(/ (?:-d|--data) '[^']*'/, ''))?.[1] ?? '';
      return { place, method: / -X (\w+)/.exec(line)?.[1] ?? (body === undefined ? 'GET' : 'POST'), path, body };
    });
  });
}

test('every call with curl in the pages can be made as it stands there', async () => {
  const calls = await readCalls();
  expect(calls.length).toBeGreaterThan(6);
  const wrong: string[] = [];
  for (const { place, method, path, body } of calls) {
    const response = await fetch(`${world.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
    });
    const { detail = '' } = (await response.json()) as { detail?: string };
    // A run that the page invents, or a trigger that is there already, is answered so.
    if (!response.ok && !detail.startsWith('There is no run 4711')) wrong.push(`${place} ${method} ${path}: ${response.status} ${detail}`);
  }
  expect(wrong).toEqual([]);
});
