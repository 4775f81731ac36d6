import { createDb, type Db } from '../src/db/connect.ts';
import type { BenchResult, Goal } from './bench-result.ts';
import { createWorld, webhookConfig } from './bench-world.ts';
import { serverSettings, type Lab } from './lab.ts';
import { median, now } from './measure.ts';
import { readCpuMs } from './process-figures.ts';

const changes = 1_000;
const watches = 50;

/** Bytes of each stored payload that a watch can look at. */
const payloadBytes = 8_000;

/** A file of 50 watches tried on the 1,000 last changes of a repository, over HTTP at a server with all roles: what it costs with and without the raw payloads. */
export async function benchSimulate(lab: Lab): Promise<BenchResult> {
  await using world = await createWorld(lab, [webhookConfig(1)]);
  const db = createDb({ url: world.databaseUrl, poolMax: 2 });
  const repository = await seedChanges(db);
  const runsBefore = await countRuns(db);
  const times: Record<string, number[]> = { plain: [], event: [], full: [], cpu: [] };
  for (let round = 0; round <= lab.options.rounds; round += 1) {
    const cpuBefore = readCpuMs(world.server.pid);
    const plain = await simulate(world.server.url, { repository, content: createFile(false) });
    const cpu = readCpuMs(world.server.pid) - cpuBefore;
    const event = await simulate(world.server.url, { repository, content: createFile(true) });
    const full = await simulate(world.server.url, { repository, content: createFile(false), verdicts: 'all' });
    // The first round warms up.
    if (round > 0) for (const [name, ms] of Object.entries({ plain, event, full, cpu })) times[name]!.push(ms);
  }
  const begun = (await countRuns(db)) - runsBefore;
  await db.destroy();
  const [plain, event, full] = [median(times['plain']!), median(times['event']!), median(times['full']!)];
  const goal = (what: string, value: number, of: { unit: string; reach: number }): Goal => ({
    what,
    measured: value,
    value,
    better: 'less',
    ...of,
  });
  return {
    name: 'simulate',
    figures: {
      plain_ms: plain,
      event_ms: event,
      every_verdict_ms: full,
      server_cpu_ms: median(times['cpu']!),
      judgements: changes * watches,
    },
    yardstick: {},
    ratio: 2_000 / plain,
    unit: 'ms',
    goals: [
      goal('1,000 stored changes × a file of 50 watches', plain, { unit: 'ms', reach: 2_000 }),
      goal('the same, with a watch that looks at the payloads', event, { unit: 'ms', reach: 2_000 }),
      goal('the same, with all 50,000 verdicts in the answer', full, { unit: 'ms', reach: 4_000 }),
      goal('the first of these: CPU of the server', median(times['cpu']!), { unit: 'ms', reach: 2_000 }),
      goal('runs that began by it', begun, { unit: 'runs', reach: 0 }),
    ],
  };
}

/** Watches of every sort: by branch, by path, by a condition, by author. */
function createFile(looksAtEvent: boolean): string {
  const kinds = [
    `on: { push: { branches: ['main', 'release/**', '!release/**/tmp'] } }`,
    `on: { push: { paths: ['src/**', '!**/*.md'] } }`,
    `on: push\n    if: \${{ !contains(commit.message, '[skip]') && actor.type != 'Bot' }}`,
    `on: { push: { authors: ['*', '!dependabot[bot]'] } }\n    if: \${{ startsWith(ref.name, 'branch-1') }}`,
    `on: [tag, pull_request, release]`,
  ];
  const file = Array.from({ length: watches }, (_, index) => {
    const rule = looksAtEvent && index === 0 ? `on: push\n    if: \${{ event.compare != '' }}` : kinds[index % kinds.length];
    return `  watch-${index}:\n    ${rule}\n    steps: [{ uses: webhook, with: { url: "https://hooks.example.com/${index}" } }]\n`;
  });
  return `version: 1\nwatches:\n${file.join('')}`;
}

/** Stored as pushes leave them: deliveries with their bodies, changes with their commits. */
async function seedChanges(db: Db): Promise<string> {
  const { rows } = await db.raw<{ rows: { id: string; installation_id: string; full_name: string }[] }>(
    'select id, installation_id, full_name from repositories limit 1',
  );
  const { id, installation_id: installationId, full_name: fullName } = rows[0]!;
  const commit = (index: number) => ({
    id: String(index).padStart(40, '0'),
    message: `Change number ${index}`,
    timestamp: null,
    url: null,
    author: { name: 'Mona', email: null, username: 'mona' },
    distinct: true,
    added: [`src/part-${index % 50}/new.ts`],
    modified: ['README.md', `docs/page-${index}.md`],
    removed: [],
  });
  const body = JSON.stringify({ compare: 'https://github.example/compare', filler: 'x'.repeat(payloadBytes) });
  for (let index = 1; index <= changes; index += 1) {
    const [before, after] = [String(index).padStart(40, '0'), String(index + 1).padStart(40, '0')];
    const ref = { kind: 'branch', name: `branch-${index % 20}`, full: `refs/heads/branch-${index % 20}` };
    const commits = [commit(index + 1), commit(index + 1)];
    const data = {
      ref,
      before,
      after,
      forced: false,
      head_commit: commits[0],
      commits,
      commit_count: 2,
      truncated: false,
      commits_unknown: false,
      compare_url: null,
    };
    await db.raw(
      `with delivery as (
         insert into deliveries (guid, sender, source, event, lane, headers, body, body_size, body_digest, status, settled_at)
         values (?, 'bench', 'webhook', 'push', 'bench', '{}', ?, ?, '\\x00', 'processed', now()) returning id
       )
       insert into changes (repository_id, installation_id, delivery_id, type, origin, ref_name, before, after, meaning, actor, data, happened_at)
       select ?, ?, delivery.id, 'branch.updated', 'webhook', ?, ?, ?, ?, '{"id":"1","login":"mona","type":"User"}', ?, now() from delivery`,
      [
        `bench-${index}`,
        Buffer.from(body),
        body.length,
        id,
        installationId,
        ref.name,
        before,
        after,
        `bench:${index}`,
        JSON.stringify(data),
      ],
    );
  }
  return fullName;
}

async function countRuns(db: Db): Promise<number> {
  return (await db.raw<{ rows: { count: number }[] }>('select count(*)::int as count from runs')).rows[0]!.count;
}

/** One trial; answers how long it took with the whole answer read. Milliseconds. */
async function simulate(url: string, trial: { repository: string; content: string; verdicts?: 'all' }): Promise<number> {
  const began = now();
  const response = await fetch(`${url}/api/config/simulate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serverSettings()['ADMIN_TOKEN']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...trial, changes }),
  });
  const answer = (await response.json()) as {
    status?: string;
    complete?: boolean;
    changes?: unknown[];
    watches?: unknown[];
    detail?: string;
  };
  const took = now() - began;
  if (answer.status !== 'ok' || answer.complete !== true || answer.changes?.length !== changes || answer.watches?.length !== watches)
    throw new Error(
      `The trial answered ${response.status}: ${answer.detail ?? `${answer.changes?.length} changes, ${answer.watches?.length} watches`}`,
    );
  return took;
}
