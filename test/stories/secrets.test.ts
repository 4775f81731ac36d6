import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { configOf, quiet, sorted, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

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

/** Every row of every table as text, and every line of the log. */
async function dump(world: TestApp): Promise<string> {
  const { db } = world.database;
  const { rows: tables } = await db.raw<{ rows: { name: string }[] }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')`,
  );
  const texts = [...world.logs];
  for (const { name } of tables) {
    const { rows } = await db.raw<{ rows: { line: string }[] }>(`select row_to_json(t)::text as line from ${name} t`);
    texts.push(...rows.map(({ line }) => line));
  }
  return texts.join('\n');
}

describe('secrets', () => {
  test('reach the receiver and the script, and are nowhere else in any spelling', async () => {
    await using world = await startTestApp({ github: true });
    const base64 = Buffer.from(value).toString('base64');
    // A receiver that repeats what it was told.
    world.sink.answer(() => ({
      status: 200,
      headers: { 'x-request-id': base64, location: `/${encodeURIComponent(value)}`, server: value },
    }));
    const script = `export default async ({ secrets, env, log }) => {
      log('token ' + secrets.TOKEN, env.COPY, JSON.stringify({ v: secrets.TOKEN }), encodeURIComponent(secrets.TOKEN));
      return { token: secrets.TOKEN, inside: { deep: ['x' + env.COPY] } };
    }`;
    await putSecret(world, 'TOKEN', { value });
    await putSecret(world, 'SIGNING', { value: signing });
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
      }),
    });
    await push(world);
    expect(await runOf(world, 'w')).toMatchObject({ status: 'succeeded' });
    const bad = await runOf(world, 'bad');
    expect(bad.code).toBe('script_failed');
    expect(bad.message).toContain('no luck with ***');
    const [request] = world.sink.requests;
    expect(request!.headers['authorization']).toBe(`Bearer ${value}`);
    // Outputs are kept, so they carry no secrets to the steps after them.
    expect(request!.json).toEqual({ token: value, from_script: '***' });
    expect(request!.headers['webhook-signature']).toMatch(/^v1,/);
    await quiet(world);
    await world.api('/api/secrets/TOKEN');

    const all = await dump(world);
    expect(all).toContain('no luck with ***');
    const spellings = {
      plain: value,
      base64: base64.replace(/=+$/, ''),
      url: encodeURIComponent(value),
      hex: Buffer.from(value).toString('hex'),
      signing,
      signingKey: signing.slice('whsec_'.length),
    };
    expect(Object.entries(spellings).filter(([, text]) => all.includes(text))).toEqual([]);
    expect(sorted((await world.list('/api/secrets')).map(({ name }) => name))).toEqual(['SIGNING', 'TOKEN']);
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
