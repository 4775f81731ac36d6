import { createDb, type Db } from '../src/db/connect.ts';

/** What was stored, by the names that pages are asked with. */
export interface StoredHistory {
  runs: number;
  /** Repositories by how much happens in them, the busiest first. */
  repositories: { id: string; githubId: string; installationGithubId: string; fullName: string }[];
  /** Thousands of rows further down: where a deep cursor points. */
  newest: { run: string; change: string; delivery: string };
  /** One of each in the second repository, which also those see who see little. */
  seen: { run: string; change: string; delivery: string };
}

/** Installations with how many of the 50 repositories each has. */
const accounts = [
  { login: 'acme', repositories: 25 },
  { login: 'globex', repositories: 15 },
  { login: 'initech', repositories: 10 },
];
const watchKeys = ['deploy', 'notify', 'tickets', 'audit'];
const branches = 16;

/** Rows without end: loaded without their indexes, which are built afterwards. */
const bigTables = ['deliveries', 'changes', 'runs', 'steps', 'attempts'];

/**
 * Stores a month of work, a tenth of it from the last day: so many runs with their steps and attempts, 2 changes for 5 runs with what the watches said, 5 deliveries
 * for 4 changes; 50 repositories of 3 accounts, some busier than others. One run in a hundred failed, died or waits. The database is migrated and empty.
 */
export async function storeHistory(url: string, runs: number): Promise<StoredHistory> {
  const db = createDb({ url, poolMax: 3, statementTimeoutMs: 0 });
  const repositories = await storeRepositories(db);
  const { rows: indexes } = await db.raw<{ rows: { name: string; definition: string }[] }>(
    `select i.indexname as name, i.indexdef as definition from pg_indexes i where i.schemaname = 'public' and i.tablename = any(?)
       and not exists (select 1 from pg_constraint c where c.conname = i.indexname)`,
    [bigTables],
  );
  for (const { name } of indexes) await db.raw(`drop index "${name}"`);
  const events = Math.round(runs / 2);
  await Promise.all([storeDeliveries(db, events).then(() => storeChanges(db, events)), storeRuns(db, events)]);
  await Promise.all(
    [
      [0, 2],
      [1, 2],
    ].map(async ([from, step]) => {
      for (let index = from!; index < indexes.length; index += step!) await runLong(db, indexes[index]!.definition);
    }),
  );
  for (const table of bigTables) {
    await db.raw(`select setval(pg_get_serial_sequence('${table}', 'id'), (select coalesce(max(id), 1) from ${table}))`);
    await db.raw(`vacuum analyze ${table}`);
  }
  await db.raw('analyze');
  const { rows } = await db.raw<{ rows: StoredHistory['newest'][] }>(
    'select (select max(id) from runs)::text as run, (select max(id) from changes)::text as change, (select max(id) from deliveries)::text as delivery',
  );
  const { rows: counts } = await db.raw<{ rows: { count: number }[] }>('select count(*)::int as count from runs');
  const seen = await findOfRepository(db, repositories[1]!.id);
  await db.destroy();
  return { runs: counts[0]!.count, repositories, newest: rows[0]!, seen };
}

/** The newest run of a repository with its change and its delivery. */
export async function findOfRepository(db: Db, repositoryId: string): Promise<StoredHistory['seen']> {
  const { rows } = await db.raw<{ rows: StoredHistory['seen'][] }>(
    `select n.id as run, c.id as change, c.delivery_id as delivery from runs n join changes c on c.id = n.change_id
     where n.repository_id = ? and c.delivery_id is not null order by n.id desc limit 1`,
    [repositoryId],
  );
  return rows[0]!;
}

/** One statement over all rows: the pool's settings are for requests. */
async function runLong(db: Db, sql: string, bindings: readonly string[][] = []): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.raw(
      `set local enable_seqscan = on; set local synchronous_commit = off; set local work_mem = '128MB'; set local maintenance_work_mem = '256MB'`,
    );
    await trx.raw(sql, bindings);
  });
}

async function storeRepositories(db: Db): Promise<StoredHistory['repositories']> {
  let place = 0;
  for (const [index, { login, repositories }] of accounts.entries()) {
    const account = `insert into accounts (host, github_id, login, type) values ('127.0.0.1', ${index + 1}, '${login}', 'Organization') returning id`;
    await db.raw(
      `with account as (${account}), installation as (
         insert into installations (host, github_id, account_id, repository_selection, permissions, events, listed_at, list_started_at)
         select '127.0.0.1', ${index + 101}, id, 'all', '{"contents": "read"}', '["push"]', now(), now() from account returning id)
       insert into repositories (host, github_id, installation_id, owner, name, full_name, default_branch, config_status, baseline_at, reconciled_at,
         reconcile_due_at, refs_due_at, config_checked_at, facts_due_at)
       select '127.0.0.1', 1000 + ${place} + g, installation.id, '${login}', 'app-' || g, '${login}/app-' || g, 'main', 'ok', now(), now(),
         now() + interval '1 day', now() + interval '1 day', now(), now() + interval '1 day' from installation, generate_series(1, ${repositories}) g`,
    );
    place += repositories;
  }
  const file = `version: 1\nwatches:\n${watchKeys.map((key) => `  ${key}:\n    on: { push: { branches: ['main', 'feature/**'] } }\n    steps: [{ uses: webhook, with: { url: "https://hooks.example.com/${key}" } }]\n`).join('')}`;
  await db.raw(
    `insert into configs (repository_id, installation_id, path, blob_sha, content, status) select id, installation_id, '.github/repowatch.yml', md5(id::text), ?, 'ok' from repositories`,
    [file],
  );
  await db.raw('update repositories r set config_id = g.id, config_blob_sha = g.blob_sha from configs g where g.repository_id = r.id');
  await db.raw(
    `insert into watches (repository_id, installation_id, key, name, managed_by, config_id, line)
     select r.id, r.installation_id, k.key, initcap(k.key), 'file', r.config_id, 3 * k.place::int from repositories r cross join unnest(cast(? as text[])) with ordinality k (key, place) order by r.id, k.place`,
    [watchKeys],
  );
  await db.raw(
    `insert into refs (repository_id, installation_id, kind, name, sha) select r.id, r.installation_id, 'branch', ${branchName('b')}, md5(r.id || 'b' || b) || '00000000'
     from repositories r, generate_series(0, ${branches - 1}) b order by r.id, b`,
  );
  const { rows } = await db.raw<{ rows: StoredHistory['repositories'] }>(
    `select r.id, r.github_id as "githubId", i.github_id as "installationGithubId", r.full_name as "fullName" from repositories r join installations i on i.id = r.installation_id order by r.id`,
  );
  return rows;
}

const branchName = (number: string): string => `case when ${number} = 0 then 'main' else 'feature/' || ${number} end`;

/** Events `e` by number: when it was, and in which repository and branch. A fifth is of no watch's interest, a fiftieth was never delivered. */
const eventsSql = (
  events: number,
): string => `(select n, case when n <= ${events} * 0.9 then now() - interval '30 days' + n / (${events} * 0.9) * interval '29 days'
      else now() - interval '1 day' + (n - ${events} * 0.9) / (${events} * 0.1) * interval '1 day' - interval '30 seconds' end as at,
    1 + floor(50 * power((n::bigint * 7919 % 10007) / 10007.0, 2))::int as repository, (n::bigint * 104729 % 1009 % ${branches})::int as branch, n % 5 = 0 as dull, n % 50 = 1 as unheard
  from generate_series(1, ${events}) n) e`;

async function storeDeliveries(db: Db, events: number): Promise<void> {
  await runLong(
    db,
    `insert into deliveries (id, source, sender, guid, event, action, headers, body, body_size, body_digest, lane, installation_github_id, repository_github_id,
       repository_full_name, status, code, reason, received_at, settled_at)
     overriding system value
     select e.n, 'webhook', 'app', md5('guid' || e.n), case when e.dull then 'check_run' else 'push' end, case when e.dull then 'created' end, '{"x-github-event": "push"}',
       convert_to('{"ref":"refs/heads/main","after":"' || md5(e.n::text) || '","filler":"' || repeat('x', 700) || '"}', 'utf8'), 750, '\\x00', 'repo:' || r.github_id,
       i.github_id, r.github_id, r.full_name, case when e.n % 5000 = 7 then 'errored' when e.dull then 'ignored' else 'processed' end,
       case when e.dull then 'event_not_watched' when e.n % 5000 = 7 then 'internal_error' end, case when e.dull then 'No watch asks for check runs.' when e.n % 5000 = 7 then 'The server broke.' end,
       e.at, e.at + interval '20 milliseconds'
     from ${eventsSql(events)} join repositories r on r.id = e.repository join installations i on i.id = r.installation_id where not e.unheard order by e.n`,
  );
}

async function storeChanges(db: Db, events: number): Promise<void> {
  const sha = (number: string) => `md5((${number})::text) || '00000000'`;
  await runLong(
    db,
    `insert into changes (id, repository_id, installation_id, ref_id, delivery_id, type, origin, ref_name, before, after, position, observed, actor, data, considered, happened_at, created_at)
     overriding system value
     select e.n, r.id, r.installation_id, f.id, case when not e.unheard then e.n end, 'branch.updated', case when e.unheard then 'reconcile' else 'webhook' end, f.name,
       ${sha('e.n - 1')}, ${sha('e.n')}, 0, false, '{"id": "7", "login": "mona", "type": "User"}',
       jsonb_build_object('ref', jsonb_build_object('kind', 'branch', 'name', f.name, 'full', 'refs/heads/' || f.name), 'before', ${sha('e.n - 1')}, 'after', ${sha('e.n')}, 'forced', false,
         'head_commit', jsonb_build_object('id', ${sha('e.n')}, 'message', 'Change number ' || e.n || ' makes it faster', 'timestamp', null, 'url', null,
           'author', '{"name": "Mona", "email": null, "username": "mona"}'::jsonb, 'distinct', true, 'added', '[]'::jsonb, 'modified', '["README.md", "src/a.ts"]'::jsonb, 'removed', '[]'::jsonb),
         'commits', '[]'::jsonb, 'commit_count', 1, 'truncated', false, 'commits_unknown', false, 'compare_url', null),
       jsonb_build_array(
         jsonb_build_object('watch', 'deploy', 'matched', true, 'config', r.config_id::text), jsonb_build_object('watch', 'notify', 'matched', true, 'config', r.config_id::text),
         jsonb_build_object('watch', 'tickets', 'matched', e.n % 2 = 1, 'config', r.config_id::text, 'clause', 'branches', 'reason', 'the branch does not match'),
         jsonb_build_object('watch', 'audit', 'matched', false, 'clause', 'branches', 'reason', 'the branch ' || f.name || ' does not match release/**', 'config', r.config_id::text)),
       e.at, e.at + interval '10 milliseconds'
     from ${eventsSql(events)} join repositories r on r.id = e.repository join refs f on f.repository_id = r.id and f.name = ${branchName('e.branch')}
     where not e.dull order by e.n`,
  );
}

/** Two or three runs of each change: run ids follow from the number of the event, in the order of time. */
async function storeRuns(db: Db, events: number): Promise<void> {
  const status = `case x.id % 1000 when 1 then 'failed' when 2 then 'failed' when 3 then 'failed' when 4 then 'dead' when 5 then 'dead' when 6 then 'dead' when 7 then 'dead'
    when 8 then 'waiting' when 9 then 'waiting' when 10 then 'cancelled' else 'succeeded' end`;
  const code = `case when x.status in ('failed', 'dead', 'waiting') then 'http_status' end, case when x.status in ('failed', 'dead', 'waiting') then 'The receiver answered 500.' end`;
  const ended = `case when x.status <> 'waiting' then x.at + interval '80 milliseconds' + (x.id % 97) * interval '7 milliseconds' end`;
  await runLong(
    db,
    `insert into runs (id, change_id, watch_id, config_id, repository_id, installation_id, watch_key, lane, seq, status, code, message, due_at, created_at, started_at, finished_at)
     overriding system value
     select x.id, x.n, w.id, w.config_id, w.repository_id, w.installation_id, w.key, w.id || ':' || x.branch, x.id, x.status, ${code},
       case when x.status = 'waiting' then now() + interval '1 day' else x.at end, x.at, x.at + interval '30 milliseconds', ${ended}
     from (select x.*, ${status} as status from (select e.n::bigint * 3 + k as id, e.n, e.branch, e.repository, k, e.at + interval '12 milliseconds' as at
       from ${eventsSql(events)} cross join generate_series(0, 2) k where not e.dull and (k < 2 or e.n % 2 = 1)) x) x
     join watches w on w.repository_id = x.repository and w.key = (cast(? as text[]))[x.k + 1] order by x.id`,
    [watchKeys],
  );
  await runLong(
    db,
    `insert into lanes (key, installation_id, last_seq) select lane, min(installation_id), max(seq) from runs group by lane`,
  );
  await Promise.all([
    runLong(
      db,
      `insert into steps (id, run_id, installation_id, position, kind, status, outputs, idempotency_key, attempts, started_at, finished_at)
       overriding system value
       select n.id, n.id, n.installation_id, 0, 'webhook', case n.status when 'waiting' then 'waiting' else n.status end, '{"status": 200}', 'rw_' || n.id || '_0', 1, n.started_at, n.finished_at
       from runs n order by n.id`,
    ),
    runLong(
      db,
      `insert into attempts (run_id, installation_id, position, number, status, code, message, request, response, retry_at, started_at, finished_at)
       select n.id, n.installation_id, 0, a, case when n.status = 'succeeded' then 'succeeded' else 'failed' end, n.code, n.message,
         jsonb_build_object('method', 'POST', 'url', 'https://hooks.example.com/' || n.watch_key, 'headers', '{"content-type": "application/json", "webhook-id": "rw"}'::jsonb,
           'body', '{"type":"branch.updated","id":"' || n.change_id || '","filler":"' || repeat('y', 200) || '"}'),
         jsonb_build_object('status', case when n.status = 'succeeded' then 200 else 500 end, 'headers', '{"content-type": "text/plain"}'::jsonb, 'body', 'ok'),
         null, n.started_at + a * interval '1 minute' - interval '1 minute', n.started_at + a * interval '1 minute' - interval '1 minute' + interval '50 milliseconds' + (n.id % 97) * interval '7 milliseconds'
       from runs n cross join lateral generate_series(1, case when n.status in ('dead', 'waiting') then 3 else 1 end) a order by n.id, a`,
    ),
  ]);
}
