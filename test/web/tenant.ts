import { createHmac } from 'node:crypto';
import { issuesPayload, pullRequestPayload } from '../support/github-events.ts';
import { pushPayload } from '../support/payloads.ts';
import { seedDelivery, type SeededRepository } from '../support/seed.ts';
import type { ApiObject, TestApp } from '../support/test-app.ts';
import { brokenConfig, tenantConfig, type Receivers } from './tenant-config.ts';
import type { Words } from './words.ts';

const file = '.github/repowatch.yml';

/** What stands for the parameters of the pages' paths. */
export interface TenantThings {
  words: Words;
  installation: string;
  /** `owner/name` of the repository in which everything happens, and of the others. */
  repository: string;
  repositoryId: string;
  broken: string;
  off: string;
  removed: string;
  /** The branch whose page is looked at. */
  branch: string;
  /** The push to main that every kind of run comes from, and its delivery. */
  change: string;
  delivery: string;
  ignoredDelivery: string;
  erroredDelivery: string;
  /** Runs by how they ended. */
  runs: Record<'succeeded' | 'failed' | 'dead' | 'waiting' | 'cancelled' | 'script' | 'blocked', string>;
  project: string;
  action: string;
  trigger: string;
  ticket: string;
  validation: string;
  destination: string;
  job: string;
}

/** Who a tenant's people are on GitHub. */
export interface TenantPeople {
  owner: string;
  maintainer?: string;
  viewer?: string;
}

type Tools = { world: TestApp; words: Words; receivers: Receivers };

/** Makes the account with its repositories and people, and installs the App there; what it sends is not waited for. */
export async function foundTenant({ world, words, receivers }: Tools, people: TenantPeople): Promise<void> {
  const github = world.github!;
  const owner = words.account;
  await github.createAccount(owner, 'Organization');
  await github.createAccount(words.actor, 'User');
  const config = tenantConfig(words, receivers);
  const files: Record<string, Record<string, string>> = {
    [words.repository]: { [file]: config, 'README.md': '# Shop' },
    [words.broken]: { [file]: brokenConfig },
    [words.off]: { [file]: config },
    [words.removed]: { 'README.md': '# Gone' },
  };
  await Promise.all(Object.entries(files).map(([name, contents]) => github.createRepository({ owner, name, files: contents })));
  await github.joinOrganization(people.owner, owner, 'admin');
  const repo = `${owner}/${words.repository}`;
  if (people.maintainer !== undefined) await github.addCollaborator({ repo, login: people.maintainer, role: 'maintain' });
  if (people.viewer !== undefined) {
    await github.addCollaborator({ repo, login: people.viewer, role: 'read' });
    await github.addCollaborator({ repo: `${owner}/${words.broken}`, login: people.viewer, role: 'read' });
  }
  await github.installApp(owner, 'all', { sender: people.owner });
}

/** Waits until the tenant's repositories are known, and does everything that its pages show. */
export async function liveThroughEverything(tools: Tools): Promise<TenantThings> {
  const { world, words } = tools;
  const repository = `${words.account}/${words.repository}`;
  await Promise.all(
    [words.repository, words.broken, words.off, words.removed].map((name) =>
      world.eventually(`${words.account}/${name} known`, async () => {
        const found = await world.api(`/api/repos/${words.account}/${name}`).catch(() => undefined);
        return found?.['config_status'] !== 'unknown' && found?.['baseline_at'];
      }),
    ),
  );
  const config = await world.api<{ problems: unknown[]; status: string }>(`/api/repos/${repository}/config`);
  if (config.status !== 'ok') throw new Error(`${repository} has no good configuration: ${JSON.stringify(config.problems)}`);
  const made = await makeThings(tools, repository);
  await happen(tools, repository);
  await tellByTrigger(world, made.triggerSecret);
  await comeToRest(world);
  const deliveries = await deliverTroubles(tools, repository);
  return { ...made.things, ...(await readThings(tools, repository)), ...deliveries, words, repository };
}

async function makeThings({ world, words, receivers }: Tools, repository: string) {
  const github = world.github!;
  const of = (way: string, path: string, body: unknown) => world.api(path, { method: way, body });
  const [known] = await world.list(`/api/installations?account=${words.account}`);
  const installation = String(known!['id']);
  const full = (name: string) => `${words.account}/${name}`;
  const [value, ofProject, ofInstallation] = words.secretValues;
  await Promise.all([
    of('PUT', '/api/secrets/DEPLOYER', { value, scope: 'repository', repository, destinations: [new URL(receivers.url).host] }),
    of('PUT', '/api/secrets/SIGNING', { value: ofInstallation, scope: 'installation', installation_id: installation }),
    of('PATCH', `/api/repos/${full(words.off)}`, { enabled: false }),
    github.removeRepositories(words.account, [full(words.removed)]).catch(() => github.deleteRepository(full(words.removed))),
  ]);
  const project = await of('POST', '/api/projects', {
    name: words.projectName,
    repository,
    branches: ['main', 'feature/**'],
    check_interval: 10,
  });
  const base = `/api/projects/${String(project['id'])}`;
  const action = await of('POST', `${base}/actions`, {
    name: words.actionName,
    uses: 'webhook',
    with: { url: `${receivers.url}/campaign` },
  });
  await of('POST', `${base}/secrets`, { name: 'CAMPAIGN', value: ofProject });
  await of('POST', `${base}/actions/${String(action['id'])}/parameters`, { branch: 'main', name: 'channel', value: words.note });
  const trigger = await of('POST', '/api/triggers', { provider: 'generic', repository, name: words.triggerName });
  const ticket = await of('POST', '/api/tickets', { repository, title: words.ticketTitle });
  const things = {
    installation,
    project: String(project['id']),
    action: String(action['id']),
    trigger: String(trigger['id']),
    ticket: String(ticket['id']),
    broken: full(words.broken),
    off: full(words.off),
    removed: full(words.removed),
    branch: words.branches[0],
  };
  return { things, triggerSecret: { uri: String(trigger['uri']), secret: String(trigger['secret']) } };
}

/** Everything that people do on GitHub. */
async function happen({ world, words }: Tools, repo: string): Promise<void> {
  const github = world.github!;
  const [first, ...others] = words.branches;
  const head = await github.commitFile({ repo, branch: 'main', path: 'index.html', content: 'one', message: words.messages[0] });
  await comeToRest(world);
  for (const name of words.branches) await github.updateRef({ repo, ref: `refs/heads/${name}`, sha: head, sender: words.actor });
  await github.commitFile({ repo, branch: first, path: 'checkout.html', content: 'two', message: words.messages[1] });
  await github.commitFile({ repo, branch: others[0]!, path: file, content: brokenConfig, message: 'Try another configuration' });
  await github.updateRef({ repo, ref: `refs/tags/${words.tag}`, sha: head });
  await github.deleteRef({ repo, ref: `refs/heads/${others.at(-1)!}`, sender: words.actor });
  const pull = pullRequestPayload({ action: 'opened', fields: { title: words.pullTitle, body: words.note } });
  await github.announceEvent({ repo, event: 'pull_request', payload: pull, sender: words.actor });
  const issue = issuesPayload({ action: 'opened', fields: { title: words.issueTitle, body: words.note } });
  await github.announceEvent({ repo, event: 'issues', payload: issue });
  await github.commitFile({ repo, branch: 'main', path: 'theme.css', content: 'three', message: words.messages[2] });
  await world.api('/api/reconcile', { method: 'POST', body: { repository: repo } });
  await comeToRest(world);
  const previews = await world.list(`/api/runs?repository=${repo}&watch=preview&limit=10`);
  const settling = previews.find(({ status }) => status !== 'cancelled');
  await world.api(`/api/runs/${String(settling!['id'])}/cancel`, { method: 'POST' });
}

async function tellByTrigger(world: TestApp, { uri, secret }: { uri: string; secret: string }): Promise<void> {
  const text = JSON.stringify({ type: 'pipeline.done', status: 'passed' });
  const signature = `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'x-signature-256': signature };
  await fetch(new URL(uri, world.url), { method: 'POST', body: text, headers });
}

/** A delivery that nothing is done with, and one that was given up and can be tried again. */
async function deliverTroubles({ world, words }: Tools, repo: string): Promise<{ ignoredDelivery: string; erroredDelivery: string }> {
  const { rows } = await world.database.db.raw<{ rows: (SeededRepository & { owner: string; ownerId: string; installation: string })[] }>(
    `select r.id, r.github_id as "githubId", r.full_name as "fullName", r.owner, r.owner_github_id as "ownerId", i.github_id as installation
     from repositories r join installations i on i.id = r.installation_id where r.full_name = ?`,
    [repo],
  );
  const row = rows[0]!;
  const place = { id: Number(row.githubId), owner: row.owner, ownerId: Number(row.ownerId), name: words.repository, private: true };
  const refs = await world.github!.refs(repo);
  const sha = refs['refs/heads/main']!;
  const payload = pushPayload({
    repository: place,
    installation: Number(row.installation),
    branch: 'hotfix',
    before: '0'.repeat(40),
    after: sha,
    commits: [{ id: sha, message: words.messages[1] }],
  });
  const { guid } = await world.deliver('star', { ...payload, action: 'created' });
  const ignored = await world.settled(guid);
  const reason = 'gave up after 8 tries: GitHub answered 502 (Bad Gateway)';
  const more = { code: 'processing_failed', reason, attempts: 8, installation_github_id: row.installation };
  const erroredDelivery = await seedDelivery(world.database.db, row, { status: 'errored', body: JSON.stringify(payload), more });
  return { ignoredDelivery: String(ignored['id']), erroredDelivery };
}

async function readThings({ world }: Tools, repo: string) {
  const idOf = (found: ApiObject | undefined, what: string) => {
    if (found === undefined) throw new Error(`${repo} has no ${what}: the pages would be shown without it.`);
    return String(found['id']);
  };
  const runs = await world.list(`/api/runs?repository=${repo}&limit=100`);
  const watchOf = (each: ApiObject) => String((each['watch'] as ApiObject)['key']);
  const run = (watch: string, status: string) => {
    const found = runs.find((each) => watchOf(each) === watch && each['status'] === status);
    const there = runs.map((each) => `${watchOf(each)} ${String(each['status'])}`).join(', ');
    return idOf(found, `run of ${watch} that is ${status}, only ${there}`);
  };
  const pushes = await world.list(`/api/changes?repository=${repo}&ref=main&type=branch.updated&limit=10`);
  const push = pushes.at(-1);
  const destinations = await world.list('/api/destinations?state=resting');
  const [validation] = await world.list(`/api/repos/${repo}/config/validations`);
  const job = (await world.list('/api/jobs')).find(({ target }) => target === repo);
  const repository = await world.api(`/api/repos/${repo}`);
  const resting = destinations.find((each) => each['installation_id'] === repository['installation_id']);
  return {
    repositoryId: String(repository['id']),
    change: idOf(push, 'push to main'),
    delivery: String(push!['delivery_id'] ?? (push!['delivery'] as ApiObject | null)?.['id']),
    runs: {
      succeeded: run('deploy', 'succeeded'),
      failed: run('refused', 'failed'),
      dead: run('mirror', 'dead'),
      waiting: run('archive', 'waiting'),
      cancelled: run('preview', 'cancelled'),
      script: run('build', 'succeeded'),
      blocked: run('mirror', 'queued'),
    },
    destination: idOf(resting, 'destination that rests'),
    validation: idOf(validation, 'validation'),
    job: idOf(job, 'job'),
  };
}

/** Waits until there is nothing left to do but what somebody has to decide, or a later hour brings. */
export async function comeToRest(world: TestApp): Promise<void> {
  await world.github!.settled();
  await world.eventually('everything at rest', async () => {
    const { rows } = await world.database.db.raw<{ rows: { open: string; coming: string }[] }>(
      `select (select count(*) from deliveries where status in ('unprocessed', 'processing', 'reprocessing'))
         + (select count(*) from runs where watch_key <> 'mirror' and (status in ('queued', 'running') or (status = 'waiting' and due_at < now())))
         + (select count(*) from runs where watch_key = 'mirror' and status = 'running')
         + (select count(*) from config_validations where status = 'waiting') as open,
         (select count(*) from repositories where removed_at is null and enabled and reconcile_due_at < now()) as coming`,
    );
    return rows[0]!.open === '0' && rows[0]!.coming === '0';
  });
}
