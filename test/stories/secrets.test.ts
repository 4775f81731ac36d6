import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { configOf, quiet, sorted, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const value = 'S3cr3t/Value+with=odd&chars-4711';
const signing = 'whsec_c2lnbmluZyBrZXkgZm9yIHRlc3RzIG9ubHkh';

interface Run {
  status: string;
  code: string | null;
  message: string | null;
  steps: { status: string; code: string | null; message: string | null; attempts: unknown[] }[];
}

const push = (world: TestApp) =>
  world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'file.txt', content: String(Math.random()) });

/** The only run of a watch, once it is over. */
const runOf = (world: TestApp, watch: string) =>
  world.eventually(`the run of ${watch}`, async () => {
    const [row] = await world.list(`/api/runs?watch=${watch}`);
    if (!row || !['succeeded', 'failed', 'dead'].includes(String(row['status']))) return undefined;
    return await world.api<Run>(`/api/runs/${String(row['id'])}`);
  });

const putSecret = (world: TestApp, name: string, body: ApiObject): Promise<ApiObject> =>
  world.api(`/api/secrets/${name}`, { method: 'PUT', body });

/** Every row of every table as text, bytes also as they are and as base64, and every line of the log. */
async function dump(world: TestApp): Promise<string> {
  const { db } = world.database;
  const { rows: tables } = await db.raw<{ rows: { name: string }[] }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')`,
  );
  const { rows: bytes } = await db.raw<{ rows: { name: string; column: string }[] }>(
    `select format('%I.%I', table_schema, table_name) as name, format('%I', column_name) as column from information_schema.columns
     where data_type = 'bytea' and table_schema in ('public', 'pgboss')`,
  );
  const texts = [...world.logs];
  for (const { name } of tables) {
    const { rows } = await db.raw<{ rows: { line: string }[] }>(`select row_to_json(t)::text as line from ${name} t`);
    texts.push(...rows.map(({ line }) => line));
  }
  for (const { name, column } of bytes) {
    const { rows } = await db.raw<{ rows: { line: string }[] }>(
      `select encode(${column}, 'escape') || ' ' || replace(encode(${column}, 'base64'), E'\\n', '') as line from ${name} where ${column} is not null`,
    );
    texts.push(...rows.map(({ line }) => line));
  }
  return texts.join('\n');
}

/** Whatever is shown: every list and every thing of it, pages, exports, metrics, for somebody who may see everything. */
async function shown(world: TestApp): Promise<string> {
  const texts: string[] = [];
  const page = async (path: string) => {
    const response = await fetch(`${world.url}${path}`, { headers: { authorization: `Bearer ${adminToken}` } });
    texts.push(`${path} ${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`);
  };
  const { paths } = await world.api<{ paths: Record<string, Record<string, unknown>> }>('/api/openapi.json');
  const plain = Object.entries(paths).filter(([path, item]) => 'get' in item && !/stream|follow/.test(path));
  for (const [path] of plain.filter(([path]) => !path.includes('{'))) await page(path);
  for (const noun of ['runs', 'deliveries', 'changes', 'installations', 'triggers', 'destinations'])
    for (const { id } of await world.list(`/api/${noun}`)) await page(`/api/${noun}/${String(id)}`);
  for (const { id } of await world.list('/api/runs')) await page(`/api/runs/${String(id)}/log`);
  for (const path of plain.map(([path]) => path).filter((path) => /^\/api\/repos\/\{owner\}\/\{name\}(?:\/[a-z-]+)*$/.test(path)))
    await page(path.replace('{owner}', 'acme').replace('{name}', 'app'));
  for (const path of ['/', '/destinations', '/doctor', '/metrics', '/healthz']) await page(path);
  return texts.join('\n');
}

/** The ways in which a text is written; of base64 the part that is the same at each of the three places where it may begin. */
function spellingsOf(name: string, text: string): [string, string][] {
  const base64 = [0, 1, 2].map((offset): [string, string] => {
    const whole = Buffer.from('x'.repeat(offset) + text).toString('base64');
    return [`${name} in base64 at ${offset}`, whole.slice(offset === 0 ? 0 : 4, Math.floor((offset + text.length) / 3) * 4)];
  });
  const spelt: [string, string][] = [
    [name, text],
    [`${name} in URLs`, encodeURIComponent(text)],
    [`${name} in hex`, Buffer.from(text).toString('hex')],
    [`${name} in JSON`, JSON.stringify(text).slice(1, -1)],
    [`${name} in HTML`, text.replaceAll('&', '&amp;')],
    ...base64,
  ];
  return [...spelt, ...base64.map(([what, one]): [string, string] => [`${what} for URLs`, one.replaceAll('+', '-').replaceAll('/', '_')])];
}

describe('secrets', () => {
  test('reach the receiver and the script, and are nowhere else in any spelling', async () => {
    await using world = await startTestApp({ github: true });
    const base64 = Buffer.from(value).toString('base64');
    // A receiver that repeats what it was told.
    world.sink.answer(({ path }) => ({
      status: 200,
      headers: path.startsWith('/hook') ? { 'x-request-id': base64, location: `/${encodeURIComponent(value)}`, server: value } : {},
    }));
    const script = `export default async ({ secrets, env, log }) => {
      log('token ' + secrets.TOKEN, env.COPY, JSON.stringify({ v: secrets.TOKEN }), encodeURIComponent(secrets.TOKEN));
      return { token: secrets.TOKEN, inside: { deep: ['x' + env.COPY] } };
    }`;
    await putSecret(world, 'TOKEN', { value });
    await putSecret(world, 'SIGNING', { value: signing });
    const others = {
      SLACK: 'xoxb-1234567890-Slack+Token/4712',
      MAIL: 'smtp://mona:Mail+Pass-4713@127.0.0.1:9',
      JIRA: JSON.stringify({ url: world.sink.url, token: 'Jira+Token/4714-long' }),
    };
    for (const [name, text] of Object.entries(others)) await putSecret(world, name, { value: text });
    const steps = [
      { id: 'look', uses: 'script', with: { run: script }, env: { COPY: '${{ secrets.TOKEN }}' } },
      {
        uses: 'webhook',
        with: {
          url: `${world.sink.url}/hook?token=\${{ secrets.TOKEN }}`,
          secret: '${{ secrets.SIGNING }}',
          headers: { authorization: 'Bearer ${{ secrets.TOKEN }}' },
          body: { token: '${{ secrets.TOKEN }}', from_script: '${{ steps.look.outputs.token }}' },
        },
      },
    ];
    const failing = `export default ({ secrets }) => { throw new Error('no luck with ' + secrets.TOKEN); }`;
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        w: { on: 'push', steps },
        bad: { on: 'push', steps: [{ uses: 'script', with: { run: failing } }] },
        slack: {
          on: 'push',
          steps: [
            {
              uses: 'slack',
              with: { api_url: `${world.sink.url}/api`, token: '${{ secrets.SLACK }}', channel: 'C1', text: 'hi ${{ secrets.TOKEN }}' },
            },
          ],
        },
        mail: {
          on: 'push',
          steps: [
            {
              uses: 'email',
              with: {
                connection: '${{ secrets.MAIL }}',
                from: 'a@acme.test',
                to: 'b@acme.test',
                subject: 'x',
                text: '${{ secrets.TOKEN }}',
              },
            },
          ],
        },
        jira: { on: 'push', steps: [{ uses: 'jira', with: { connection: 'JIRA', test: true } }] },
      }),
    });
    const hook = { url: `${world.sink.url}/own`, events: 'all', secret: 'hook+Signing/Key-4715-long' };
    await world.api('/api/repos/acme/app/hooks/own', { method: 'PUT', body: hook });
    const trigger = await world.api('/api/triggers', {
      method: 'POST',
      body: { provider: 'generic', repository: 'acme/app', repo_id: 'r1', repo_path: 'there/app' },
    });
    const token = await world.api('/api/tokens', { method: 'POST', body: { name: 'ci', scopes: ['read'] } });
    await push(world);
    expect(await runOf(world, 'w')).toMatchObject({ status: 'succeeded' });
    const bad = await runOf(world, 'bad');
    expect(bad.code).toBe('script_failed');
    expect(bad.message).toContain('no luck with ***');
    const request = world.sink.requests.find(({ path }) => path.startsWith('/hook'));
    expect(request!.headers['authorization']).toBe(`Bearer ${value}`);
    // Outputs are kept, so they carry no secrets to the steps after them.
    expect(request!.json).toEqual({ token: value, from_script: '***' });
    expect(request!.headers['webhook-signature']).toMatch(/^v1,/);
    await quiet(world);
    await world.api('/api/secrets/TOKEN');

    const [stored, told] = [await dump(world), await shown(world)];
    expect(stored).toContain('no luck with ***');
    expect(told).toContain('no luck with ***');
    const secrets = {
      ...others,
      value,
      signing,
      'signing key': signing.slice('whsec_'.length),
      mail: 'Mail+Pass-4713',
      jira: 'Jira+Token/4714-long',
      hook: hook.secret,
      trigger: String(trigger['secret']),
      token: String(token['token']),
    };
    expect(Object.values(secrets).filter((text) => text.length < 12)).toEqual([]);
    const spellings = Object.entries(secrets).flatMap(([name, text]) => spellingsOf(name, text));
    expect(spellings.filter(([, text]) => stored.includes(text) || told.includes(text)).map(([name]) => name)).toEqual([]);
    expect(sorted((await world.list('/api/secrets')).map(({ name }) => name))).toEqual(expect.arrayContaining(['SIGNING', 'TOKEN']));
    expect(JSON.stringify(await world.list('/api/secrets'))).not.toContain(value);
  });

  test('go only where an admin allowed, whatever the file says; a missing one fails clearly; none is ever shown', async () => {
    await using world = await startTestApp({ github: true });
    await putSecret(world, 'BOUND', { value, destinations: ['hooks.example.com'] });
    const stored = await putSecret(world, 'BOUND', { value: `${value}2`, destinations: ['hooks.example.com'] });
    expect(JSON.stringify(stored)).not.toContain(value);
    expect(stored).toMatchObject({ name: 'BOUND', destinations: ['hooks.example.com'] });
    const script = `export default async ({ secrets, fetch }) => {
      try { const answer = await fetch('${world.sink.url}/script', { method: 'POST', body: secrets.BOUND }); return { status: answer.status }; }
      catch (error) { return { refused: String(error.message) }; }
    }`;
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        header: webhookWatch(`${world.sink.url}/header`, {}, { headers: { authorization: '${{ secrets.BOUND }}' } }),
        signed: webhookWatch(`${world.sink.url}/signed`, {}, { secret: '${{ secrets.BOUND }}' }),
        script: { on: 'push', steps: [{ id: 's', uses: 'script', with: { run: script } }] },
        missing: webhookWatch(`${world.sink.url}/missing`, {}, { headers: { authorization: '${{ secrets.NOBODY_SET_IT }}' } }),
      }),
    });
    await push(world);
    for (const watch of ['header', 'signed'])
      expect(await runOf(world, watch)).toMatchObject({ status: 'failed', code: 'secret_destination_not_allowed' });
    expect(await runOf(world, 'script')).toMatchObject({
      status: 'succeeded',
      steps: [{ outputs: { refused: expect.stringContaining('secret_destination_not_allowed') } }],
    });
    expect(await runOf(world, 'missing')).toMatchObject({
      status: 'failed',
      code: 'secret_not_found',
      message: expect.stringContaining('PUT /api/secrets/NOBODY_SET_IT'),
    });
    expect(world.sink.requests).toEqual([]);
    await world.api('/api/secrets/BOUND', { method: 'DELETE', status: 204 });
    await world.api('/api/secrets/BOUND', { status: 404 });
  });

  test('an address inside is not called, by a webhook or a script, unless the operator listed it', async () => {
    await using world = await startTestApp({ github: true });
    const inside = createServer((_request, response) => {
      calls += 1;
      response.end();
    });
    let calls = 0;
    await new Promise<void>((resolve) => void inside.listen(0, '127.0.0.1', resolve));
    const { port } = inside.address() as AddressInfo;
    const script = `export default async ({ fetch }) => {
      const found = [];
      for (const url of ['http://127.0.0.1:${port}/', 'http://localhost:${port}/', 'http://169.254.169.254/latest', 'https://[::1]:${port}/', '${world.sink.url}/ok'])
        found.push(await fetch(url).then((answer) => String(answer.status), (error) => error.message.split(':')[0]));
      return { found };
    }`;
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        hook: webhookWatch(`http://127.0.0.1:${port}/hook`),
        script: { on: 'push', steps: [{ uses: 'script', with: { run: script } }] },
      }),
    });
    await push(world);
    expect(await runOf(world, 'hook')).toMatchObject({ status: 'failed', code: 'destination_not_allowed' });
    const refused = 'destination_not_allowed';
    expect(await runOf(world, 'script')).toMatchObject({ steps: [{ outputs: { found: [refused, refused, refused, refused, '200'] } }] });
    inside.close();
    expect(calls).toBe(0);
  });
});
