import { describe, expect, test } from '@jest/globals';
import { pushPayload, shaOf, type PushOptions } from '../support/payloads.ts';
import { configOf, dataOf, quiet, reconcile, sorted, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const long = `${'x'.repeat(127)}/${'y'.repeat(127)}`;

/** Names that git takes. */
const gitNames = [
  "';drop-table-runs;--",
  '$(touch${IFS}pwned)',
  '`id`',
  'ünï/日本語/🦀',
  `it's-"quoted"`,
  '%2e%2e/%2e%2e',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '--force',
  '${{secrets.TOKEN}}',
  long,
];

/** Names that only a payload can carry. */
const madeUpNames = ["'; drop table runs;--", '../../etc/passwd', 'a\u0000b', 'line\nbreak', 'lone \ud800', ' ', '\\', 'z'.repeat(3000)];

const script = `export default ({ ref, change, commit }) => ({ name: ref.name, message: commit === null ? null : commit.message, type: change.type })`;

async function startWorld(): Promise<{ world: TestApp; send: (options: PushOptions) => Promise<ApiObject>; head: string }> {
  const world = await startTestApp({ github: true });
  const config = configOf({
    hook: webhookWatch(`${world.sink.url}/hook`, { on: 'branch' }, { headers: { 'x-ref': '${{ change.type }}' } }),
    raw: webhookWatch(`${world.sink.url}/raw`, { on: 'branch', if: "${{ toJSON(event) != '' }}" }, { body: '${{ toJSON(event) }}' }),
    look: { on: 'branch', steps: [{ id: 'look', uses: 'script', with: { run: script } }] },
  });
  const tracked = await track(world, 'app', { '.github/repowatch.yml': config });
  const send = async (options: PushOptions) => {
    const { guid, status } = await world.deliver(
      'push',
      pushPayload({ repository: { id: tracked.id, owner: 'acme', name: 'app' }, installation: tracked.installation, ...options }),
    );
    expect(status).toBe(202);
    return world.settled(guid);
  };
  return { world, send, head: tracked.head };
}

const sentNames = (world: TestApp) =>
  world.sink.requests.filter(({ path }) => path === '/hook').map((request) => (dataOf(request)['ref'] as ApiObject)['name']);

/** What the script steps saw, by the API. */
async function scriptOutputs(world: TestApp): Promise<ApiObject[]> {
  const runs = await world.list('/api/runs?watch=look&limit=100');
  return Promise.all(
    runs.map(async ({ id }) => (await world.api<{ steps: { outputs: ApiObject }[] }>(`/api/runs/${String(id)}`)).steps[0]!.outputs),
  );
}

describe('text of strangers', () => {
  test('branches with hostile names come and go like any other, byte for byte', async () => {
    const { world: opened, head } = await startWorld();
    await using world = opened;
    const github = world.github!;
    for (const name of gitNames) await github.updateRef({ repo: 'acme/app', ref: `refs/heads/${name}`, sha: head });
    await quiet(world);
    expect(sorted(sentNames(world))).toEqual(sorted(gitNames));
    expect(sorted((await scriptOutputs(world)).map(({ name }) => name))).toEqual(sorted(gitNames));
    const branches = (await world.list('/api/repos/acme/app/branches?limit=100')).map((branch) => branch['name']);
    expect(branches).toEqual(expect.arrayContaining(gitNames));
    for (const name of gitNames) expect(await world.list(`/api/changes?ref=${encodeURIComponent(name)}`)).toHaveLength(1);

    // Their disappearance is found by comparing, which asks GitHub for each by its name.
    await github.setWebhooks('off');
    // Before they go: the comparison that the new branches' hints asked for may find some of them already.
    world.sink.requests.length = 0;
    for (const name of gitNames) await github.deleteRef({ repo: 'acme/app', ref: `refs/heads/${name}` });
    await reconcile(world, 'acme/app');
    await world.sink.waitUntil(() => sentNames(world).length >= gitNames.length);
    expect(sorted(sentNames(world))).toEqual(sorted(gitNames));
    expect(world.sink.requests.flatMap(({ path, json }) => (path === '/hook' ? [json?.['type']] : []))).toEqual(
      gitNames.map(() => 'branch.deleted'),
    );
    const { rows } = await world.database.db.raw<{ rows: { runs: string }[] }>('select count(*) as runs from runs where status <> ?', [
      'succeeded',
    ]);
    expect(rows[0]!.runs).toBe('0');
  });

  test('names that no git would take, and texts that Postgres cannot hold, settle and are kept exactly', async () => {
    const { world: opened, send } = await startWorld();
    await using world = opened;
    for (const [index, name] of madeUpNames.entries()) {
      const message = `\u0000 nul, \udfff lone, "quotes" ${'€'.repeat(10)} <b> \${{ secrets.X }}`;
      const delivery = await send({ branch: name, before: '0'.repeat(40), after: shaOf(`made up ${index}`), commits: [{ message }] });
      expect(delivery['reason']).toEqual(expect.stringMatching(/./));
      expect(['processed', 'ignored']).toContain(delivery['status']);
      const detail = await world.api(`/api/deliveries/${String(delivery['id'])}`);
      expect((detail['payload'] as ApiObject)['ref']).toBe(`refs/heads/${name}`);
    }
    await quiet(world);
    const outputs = await scriptOutputs(world);
    expect(outputs.length).toBeGreaterThanOrEqual(madeUpNames.length - 1);
    expect(outputs.every(({ message }) => String(message).includes('nul'))).toBe(true);
    expect(await world.list('/api/runs?status=failed')).toEqual([]);
    expect(await world.list('/api/runs?status=dead')).toEqual([]);
    const page = await fetch(`${world.url}/`, { headers: { authorization: 'Bearer admin-token-for-tests-only' } });
    expect(page.status).toBeLessThan(500);
  });

  test('keys such as __proto__ in a payload, twice-named keys and deep nesting change nothing', async () => {
    const { world: opened } = await startWorld();
    await using world = opened;
    const repository = await world.database.db('repositories').first<{ github_id: string }>('github_id');
    const installation = await world.database.db('installations').first<{ github_id: string }>('github_id');
    const base = JSON.stringify(
      pushPayload({
        branch: 'odd',
        before: '0'.repeat(40),
        after: shaOf('odd'),
        repository: { id: Number(repository.github_id), owner: 'acme', name: 'app' },
        installation: Number(installation.github_id),
      }),
    );
    const odd = [
      base.replace('{', '{"__proto__":{"polluted":true,"ref":"refs/heads/evil"},"constructor":{"prototype":{"polluted":true}},'),
      base.replace('{"ref":"refs/heads/odd"', '{"ref":"refs/heads/first","ref":"refs/heads/twice"'),
      base.replace('{', `{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},`).replace('heads/odd', 'heads/deep'),
      base.replace('{', `{"deep":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},`).replace('heads/odd', 'heads/deeper'),
    ];
    for (const text of odd) {
      const { guid, status } = await world.deliver('push', null, { body: Buffer.from(text) });
      expect(status).toBe(202);
      const delivery = await world.settled(guid);
      expect(delivery).toMatchObject({ status: 'processed' });
      const detail = await fetch(`${world.url}/api/deliveries/${String(delivery['id'])}`, {
        headers: { authorization: 'Bearer admin-token-for-tests-only' },
      });
      expect(detail.status).toBe(200);
      await detail.text();
    }
    await quiet(world);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(sorted(sentNames(world))).toEqual(['deep', 'deeper', 'odd', 'twice']);
    expect(sorted((await scriptOutputs(world)).map(({ name }) => name))).toEqual(['deep', 'deeper', 'odd', 'twice']);
  });

  test('events named like parts of every object are ignored with a reason', async () => {
    await using world = await startTestApp();
    for (const event of ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'push.', 'PUSH']) {
      const { guid, status } = await world.deliver(event, pushPayload());
      expect(status).toBe(202);
      expect(await world.settled(guid)).toMatchObject({ status: 'ignored', code: 'unhandled_event', event });
    }
    expect((await world.deliver('*', pushPayload())).status).toBe(400);
  });
});
