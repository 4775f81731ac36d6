import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { describeRefName, type SeededRef } from './seed-refs.ts';
import type { RefChangeData } from '../../src/changes/ref-change.ts';
import type { ChangeOrigin, DeliveryStatus, RunStatus } from '../../src/core/statuses.ts';
import type { Db } from '../../src/db/connect.ts';

/** A tracked repository with a good configuration and its watches, as rows. */
export interface SeededRepository {
  id: string;
  githubId: string;
  installationId: string;
  fullName: string;
  configId: string;
  /** Ids of watches by key. */
  watches: Record<string, string>;
}

// Counted from the moment, so that two processes may seed one database.
let lastGithubId = Date.now();

/** A commit id that no other call answers. */
export function someSha(): string {
  return randomBytes(20).toString('hex');
}

async function insert(db: Db, table: string, row: Record<string, unknown>): Promise<string> {
  const [inserted] = (await db(table).insert(row).returning('id')) as { id: string }[];
  return inserted!.id;
}

/** Adds an account with the App installed. */
export async function seedInstallation(db: Db, login = 'acme', more: Record<string, unknown> = {}): Promise<string> {
  lastGithubId += 1;
  const account = { host: 'github.com', github_id: lastGithubId, login, type: 'Organization' };
  const accountId = await insert(db, 'accounts', account);
  return insert(db, 'installations', {
    host: 'github.com',
    github_id: lastGithubId,
    account_id: accountId,
    repository_selection: 'all',
    permissions: JSON.stringify({ contents: 'read' }),
    events: JSON.stringify(['push']),
    ...more,
  });
}

/** Adds a repository whose file declares these watches. */
export async function seedRepository(
  db: Db,
  fullName: string,
  options: { installationId?: string; watches?: string[]; more?: Record<string, unknown> } = {},
): Promise<SeededRepository> {
  const [owner = '', name = ''] = fullName.split('/');
  const installationId = options.installationId ?? (await seedInstallation(db, owner));
  lastGithubId += 1;
  const id = await insert(db, 'repositories', {
    host: 'github.com',
    github_id: lastGithubId,
    installation_id: installationId,
    owner,
    name,
    full_name: fullName,
    default_branch: 'main',
    config_status: 'ok',
    ...options.more,
  });
  const keys = options.watches ?? ['deploy'];
  const content = `version: 1\nwatches:\n${keys.map((key) => `  ${key}: {}\n`).join('')}`;
  const blobSha = someSha();
  const owned = { repository_id: id, installation_id: installationId };
  const config = { ...owned, path: '.github/repowatch.yml', blob_sha: blobSha, content, status: 'ok' };
  const configId = await insert(db, 'configs', config);
  await db('repositories').where({ id }).update({ config_id: configId, config_blob_sha: blobSha });
  const watches: Record<string, string> = {};
  for (const [index, key] of keys.entries()) {
    const watch = { ...owned, key, name: key, managed_by: 'file', config_id: configId, line: index + 3 };
    watches[key] = await insert(db, 'watches', watch);
  }
  return { id, githubId: String(lastGithubId), installationId, fullName, configId, watches };
}

/** Adds a delivery. */
export async function seedDelivery(
  db: Db,
  repository: SeededRepository | null,
  options: { guid?: string; event?: string; status?: DeliveryStatus; body?: Buffer | string; more?: Record<string, unknown> } = {},
): Promise<string> {
  const body = Buffer.from(options.body ?? JSON.stringify({ ref: 'refs/heads/main' }));
  const status = options.status ?? 'processed';
  return insert(db, 'deliveries', {
    source: 'webhook',
    sender: 'app',
    guid: options.guid ?? randomUUID(),
    event: options.event ?? 'push',
    headers: JSON.stringify({ 'x-github-event': options.event ?? 'push' }),
    body,
    body_size: body.length,
    body_digest: createHash('sha256').update(body).digest(),
    lane: `repository:${repository?.githubId ?? 'none'}`,
    repository_github_id: repository?.githubId ?? null,
    repository_full_name: repository?.fullName ?? null,
    status,
    settled_at: status === 'processed' || status === 'ignored' || status === 'errored' ? new Date() : null,
    ...options.more,
  });
}

/** Adds a change to a branch or a tag: one commit pushed to main, when nothing else is said. */
export async function seedChange(
  db: Db,
  repository: SeededRepository,
  options: {
    deliveryId?: string | null;
    origin?: ChangeOrigin;
    ref?: SeededRef;
    login?: string;
    message?: string;
    considered?: unknown[];
    data?: Partial<RefChangeData>;
    at?: Date;
  } = {},
): Promise<string> {
  const { ref, type, before, after } = describeRefName(options.ref ?? { name: 'main' });
  const message = options.message ?? 'Make it faster';
  const author = { name: 'Mona', email: null, username: 'mona' };
  const commit = {
    id: after,
    message,
    timestamp: null,
    url: null,
    author,
    distinct: true,
    added: [],
    modified: ['README.md'],
    removed: [],
  };
  const data = {
    ref,
    before,
    after,
    forced: false,
    head_commit: commit,
    commits: [commit],
    commit_count: 1,
    truncated: false,
    commits_unknown: false,
    compare_url: null,
    ...options.data,
  };
  return insert(db, 'changes', {
    repository_id: repository.id,
    installation_id: repository.installationId,
    delivery_id: options.deliveryId ?? null,
    type,
    origin: options.origin ?? 'webhook',
    ref_name: ref.name,
    before,
    after,
    // Seeded refs have no rows, so the text identifies the change.
    meaning: `${ref.full}:${before}:${after}:0`,
    actor: JSON.stringify({ id: '1', login: options.login ?? 'mona', type: 'User' }),
    data: JSON.stringify(data),
    considered: JSON.stringify(options.considered ?? []),
    happened_at: options.at ?? new Date(),
    ...(options.at === undefined ? {} : { created_at: options.at }),
  });
}

/** Adds a run of a watch on a change. */
export async function seedRun(
  db: Db,
  repository: SeededRepository,
  options: { changeId: string; watch?: string; status?: RunStatus; more?: Record<string, unknown> },
): Promise<string> {
  const watch = options.watch ?? 'deploy';
  const status = options.status ?? 'succeeded';
  const over = ['succeeded', 'failed', 'dead', 'cancelled'].includes(status);
  return insert(db, 'runs', {
    change_id: options.changeId,
    watch_id: repository.watches[watch],
    config_id: repository.configId,
    repository_id: repository.id,
    installation_id: repository.installationId,
    watch_key: watch,
    lane: `${repository.id}:${watch}:${randomUUID()}`,
    seq: 1,
    status,
    started_at: status === 'queued' ? null : new Date(),
    finished_at: over ? new Date() : null,
    ...options.more,
  });
}

/** Adds a step with its attempts to a run. */
export async function seedStep(
  db: Db,
  runId: string,
  step: {
    installationId: string;
    position: number;
    kind: string;
    status: string;
    attempts?: Record<string, unknown>[];
    more?: Record<string, unknown>;
  },
): Promise<void> {
  const { installationId, position, kind, status, attempts = [], more = {} } = step;
  const owned = { run_id: runId, installation_id: installationId, position };
  const over = status !== 'running' && status !== 'waiting';
  const row = {
    ...owned,
    kind,
    status,
    idempotency_key: `rw_${runId}_${position}`,
    attempts: attempts.length,
    finished_at: over ? new Date() : null,
  };
  await insert(db, 'steps', { ...row, ...more });
  for (const [index, attempt] of attempts.entries()) {
    const json = Object.fromEntries(
      Object.entries(attempt).map(([key, value]) => [key, ['request', 'response', 'log'].includes(key) ? JSON.stringify(value) : value]),
    );
    await insert(db, 'attempts', { ...owned, number: index + 1, finished_at: new Date(), ...json });
  }
}

/** What a thread is made of: delivery, change, run with one delivered webhook. */
export interface SeededThread {
  deliveryId: string;
  changeId: string;
  runId: string;
}

/** Adds a whole thread: a push that was delivered to a receiver at the second try. */
export async function seedThread(db: Db, repository: SeededRepository, options: { message?: string } = {}): Promise<SeededThread> {
  const deliveryId = await seedDelivery(db, repository);
  const considered = [{ watch: 'deploy', key: 'deploy', matched: true }];
  const changeId = await seedChange(db, repository, { deliveryId, considered, ...options });
  const runId = await seedRun(db, repository, { changeId });
  const request = { method: 'POST', url: 'https://hooks.example.com/deploy', headers: { 'webhook-id': 'rw_1' }, body: '{"sha":"abc"}' };
  await seedStep(db, runId, {
    installationId: repository.installationId,
    position: 0,
    kind: 'webhook',
    status: 'succeeded',
    attempts: [
      {
        status: 'failed',
        code: 'webhook_failed',
        message: 'The receiver answered 503.',
        request,
        response: { status: 503, headers: {}, body: 'busy', truncated: false },
      },
      { status: 'succeeded', request, response: { status: 200, headers: {}, body: 'ok', truncated: false } },
    ],
  });
  return { deliveryId, changeId, runId };
}

/** Adds a project that follows a repository, with one action. */
export async function seedProject(db: Db, repository: SeededRepository): Promise<{ id: string; actionId: string }> {
  const owner = { installation_id: repository.installationId };
  const id = await insert(db, 'projects', { ...owner, name: 'Website', branches: '["main"]', check_interval: 5, created_by: 'admin' });
  await db('project_repositories').insert({ project_id: id, repository_id: repository.id, following: true, changed_by: 'admin' });
  const definition = JSON.stringify({ uses: 'webhook', with: { url: 'https://example.com/' }, parameters: [] });
  const actionId = await insert(db, 'project_actions', { ...owner, project_id: id, name: 'Tell', definition });
  return { id, actionId };
}
