import { join } from 'node:path';
import { createWorkingCopy, type WorkingCopy } from '../stand-in/git-client.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { ChangeDetail } from '../http/schemas/change-detail.ts';
import type { RunDetail } from '../http/schemas/run.ts';
import { createRepositoryFiles, demoBranch, demoName, demoOwner, demoRepository, signingSecretName } from './repository-files.ts';
import type { DemoWorld } from './start-world.ts';
import { tellThread, type Telling } from './tell-thread.ts';
import { waitForFact } from './wait-for-fact.ts';

/** What the tour walks through. */
interface TourOptions {
  world: DemoWorld;
  narrator: Telling['narrator'];
  signal: AbortSignal;
}

/** What the chapters share. */
interface Tour extends Telling {
  world: DemoWorld;
  copy: WorkingCopy;
  /** Every change and run told so far. */
  threads: Thread[];
}

interface Thread {
  change: ChangeDetail;
  runs: RunDetail[];
}

/** Walks through what RepoWatch does, on real pushes. Throws `demo_failed` when something does not happen that should. */
export async function runTour({ world, narrator, signal }: TourOptions): Promise<void> {
  const began = performance.now();
  const telling: Telling = { api: world.api, narrator, signal };
  await installApp(telling, world);
  const url = `${world.github.url}/${demoRepository}.git`;
  const copy = await createWorkingCopy({
    url,
    directory: join(world.folder, demoName),
    ...(world.path === undefined ? {} : { path: world.path }),
  });
  const tour: Tour = { ...telling, world, copy, threads: [] };
  await pushCommit(tour);
  await pushBranchAndTag(tour);
  await forcePush(tour);
  await loseWebhook(tour);
  await meetTrouble(tour);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  narrator.line(`\n   The tour took ${seconds} s: ${summariseThreads(tour)}`);
}

/** Counts what was told, and holds it against what the receiver got: each webhook that is called delivered arrived, and exactly once. */
function summariseThreads({ threads, world }: Tour): string {
  const runs = threads.flatMap((thread) => thread.runs);
  const steps = runs.flatMap((run) => run.steps);
  const attempts = steps.reduce((count, step) => count + step.attempts.length, 0);
  const delivered = steps.filter((step) => step.kind === 'webhook').map((step) => step.idempotency_key);
  const arrived = world.receiver.received.filter(({ status }) => status === 200).map(({ id }) => id);
  const isEqual = arrived.length === delivered.length && delivered.every((id) => arrived.includes(id));
  if (!isEqual) throw fault(`${delivered.length} webhooks are called delivered, and the receiver took ${arrived.length}`);
  return `${threads.length} changes, ${runs.length} runs, ${attempts} attempts; ${arrived.length} webhooks delivered, each once.`;
}

async function installApp({ api, narrator, signal }: Telling, world: DemoWorld): Promise<void> {
  narrator.chapter('The App is installed', `${demoRepository} has .github/repowatch.yml with three watches: notify, review, release.`);
  const { github } = world;
  await github.createAccount(demoOwner, 'Organization');
  const made = await github.createRepository({ owner: demoOwner, name: demoName, files: createRepositoryFiles(world.receiver.url) });
  await github.installApp(demoOwner, 'all');
  narrator.command(`install the App on ${demoOwner}`);
  const what = `RepoWatch tracks ${demoRepository} and finds its configuration good`;
  const repository = await waitForFact({ what, signal }, async () => {
    const found = await api.findRepository(demoRepository);
    const isReady = found?.github_id === String(made.id) && found.baseline_at !== null && found.config_status !== 'unknown';
    return isReady ? found : undefined;
  });
  const config = await api.readConfig(demoRepository);
  if (config.status !== 'ok')
    throw fault(`the configuration is ${config.status}: ${config.problems.map((problem) => problem.message).join(' ')}`);
  narrator.fact('repository', `${repository.full_name} is tracked; its default branch is ${repository.default_branch}`, 'good');
  narrator.fact('config', config.watches.map(({ key, origin }) => `${key} (${origin.split('/').at(-1)})`).join(', '), 'good');
  const { host } = new URL(world.receiver.url);
  await api.putSecret(signingSecretName, { value: world.signingSecret, repository: demoRepository, destinations: [host] });
  narrator.fact('secret', `${signingSecretName} is stored encrypted, and may only be sent to ${host}`, 'good');
}

async function pushCommit(tour: Tour): Promise<void> {
  tour.narrator.chapter('A push', 'Each watch says whether it wants the change. One sends a signed webhook, one runs a script.');
  const sha = await tour.copy.commit({ 'src/hello.js': "export const hello = 'Hello';\n" }, 'Say hello', { branch: demoBranch });
  tour.narrator.command('git push origin main');
  await tour.copy.push();
  const { runs } = await tellChange(tour, { ref: `refs/heads/${demoBranch}`, after: sha });
  expectSteps(runs, { notify: 'webhook', review: 'script' });
  tellReceived(tour, '/notify');
}

async function pushBranchAndTag(tour: Tour): Promise<void> {
  const { copy, narrator } = tour;
  narrator.chapter('A branch and a tag', 'notify asks for main only, release for tags that begin with v.');
  const sha = await copy.commit({ 'src/login.js': 'export const login = () => {};\n' }, 'wip: login', { branch: 'feature/login' });
  narrator.command('git push origin feature/login');
  await copy.push();
  await tellChange(tour, { ref: 'refs/heads/feature/login', after: sha });
  narrator.line('');
  await copy.run('switch', '--quiet', demoBranch);
  await copy.tag('v1.0.0', { annotated: true, message: 'The first version' });
  const tag = await copy.run('rev-parse', 'v1.0.0');
  narrator.command('git push origin v1.0.0');
  await copy.push(['refs/tags/v1.0.0']);
  const { runs } = await tellChange(tour, { ref: 'refs/tags/v1.0.0', after: tag });
  expectSteps(runs, { release: 'webhook' });
  tellReceived(tour, '/release');
}

async function forcePush(tour: Tour): Promise<void> {
  const { copy, narrator } = tour;
  narrator.chapter('A force push', 'A rewritten branch is a change like any other, and known for what it is.');
  await copy.run('switch', '--quiet', 'feature/login');
  await copy.run('commit', '--quiet', '--amend', '--message', 'Add login');
  const sha = await copy.run('rev-parse', 'HEAD');
  narrator.command('git commit --amend && git push --force origin feature/login');
  await copy.push(['HEAD'], { force: true });
  await tellChange(tour, { ref: 'refs/heads/feature/login', after: sha });
}

async function loseWebhook(tour: Tour): Promise<void> {
  const { api, copy, narrator, world } = tour;
  narrator.chapter('A lost webhook', 'GitHub sends a webhook once. What gets lost, reconcile finds by comparing branches and tags.');
  await untilCompared(tour);
  await world.github.setWebhooks('off');
  const sha = await copy.commit({ 'src/bye.js': "export const bye = 'Bye';\n" }, 'Say goodbye', { branch: demoBranch });
  narrator.command('git push origin main      (GitHub is made to lose the webhook)');
  await copy.push();
  await world.github.settled();
  await world.github.setWebhooks('on');
  const [lost] = await world.github.deliveries({ state: 'lost', event: 'push' });
  if (!lost) throw fault('the stand-in GitHub did not lose the webhook it was told to lose');
  const arrived = await api.listDeliveries({ guid: lost.guid });
  const known = (await api.listBranches(demoRepository)).find(({ name }) => name === demoBranch)?.sha;
  if (arrived.length > 0 || known === sha) throw fault('RepoWatch heard of a push whose webhook was lost');
  narrator.fact(
    'delivery',
    `push ${lost.guid.slice(0, 8)} never arrived; RepoWatch still sees ${demoBranch} at ${known?.slice(0, 7)}`,
    'bad',
  );
  narrator.command('curl -X POST …/api/reconcile');
  await api.reconcile(demoRepository);
  const { change, runs } = await tellChange(tour, { ref: `refs/heads/${demoBranch}`, after: sha });
  if (change.origin !== 'reconcile') throw fault(`the change has the origin ${change.origin} instead of reconcile`);
  expectSteps(runs, { notify: 'webhook', review: 'script' });
}

/** A new branch or tag makes RepoWatch compare soon, in case its push gets lost. That would find the next push before it can be shown as unknown. */
async function untilCompared({ api, signal }: Tour): Promise<void> {
  await waitForFact({ what: 'the comparison after the new branch is over', signal }, async () => {
    const repository = await api.findRepository(demoRepository);
    const isFar = repository !== undefined && Date.parse(repository.reconcile.due_at) > Date.now() + 30_000;
    return isFar ? repository : undefined;
  });
}

async function meetTrouble(tour: Tour): Promise<void> {
  const { copy, narrator, world } = tour;
  narrator.chapter('A receiver in trouble', 'It answers 503 twice. The step is tried again by its schedule, under the same webhook-id.');
  world.receiver.answerNext('/notify', [503, 503]);
  const before = world.receiver.received.length;
  const sha = await copy.commit({ 'README.md': '# Hello\n\nThis is the demo.\n' }, 'Describe the demo', { branch: demoBranch });
  narrator.command('git push origin main');
  await copy.push();
  const { runs } = await tellChange(tour, { ref: `refs/heads/${demoBranch}`, after: sha });
  expectSteps(runs, { notify: 'webhook', review: 'script' });
  const tries = world.receiver.received.slice(before);
  const ids = new Set(tries.map(({ id }) => id));
  if (tries.length !== 3 || ids.size !== 1)
    throw fault(`the receiver got ${tries.length} requests with ${ids.size} ids instead of 3 with one`);
  narrator.fact('receiver', `got ${tries.map(({ status }) => status).join(', ')}: three requests, one webhook-id`, 'good');
}

/** Waits for the change that brought this ref to this sha, and tells it. */
async function tellChange(tour: Tour, { ref, after }: { ref: string; after: string }): Promise<Thread> {
  const { api, signal } = tour;
  const found = await waitForFact({ what: `the push to ${ref} becomes a change`, signal }, async () => {
    const changes = await api.listChanges({ repository: demoRepository, ref });
    return changes.find((change) => change.after === after);
  });
  const thread = await tellThread(tour, found.id);
  tour.threads.push(thread);
  const bad = thread.runs.find((run) => run.status !== 'succeeded');
  if (bad) throw fault(`the run of ${bad.watch.key} ended ${bad.status} (${bad.code}: ${bad.message})`);
  return thread;
}

/** The tour promises certain steps; one that silently did not run would be a lie. */
function expectSteps(runs: readonly RunDetail[], kinds: Record<string, string>): void {
  for (const [watch, kind] of Object.entries(kinds)) {
    const step = runs.find((run) => run.watch.key === watch)?.steps.find((each) => each.kind === kind);
    if (step?.status !== 'succeeded') throw fault(`the ${kind} of ${watch} did not succeed`);
  }
}

function tellReceived({ narrator, world }: Tour, path: string): void {
  const last = world.receiver.received.findLast((request) => request.path === path);
  if (last?.verified !== true) throw fault(`the receiver did not get a well signed request at ${path}`);
  narrator.fact('receiver', `got POST ${path}, the signature fits, webhook-id ${last.id}`, 'good');
}

function fault(what: string): RepoWatchError {
  return new RepoWatchError('demo_failed', `This went wrong: ${what}.`);
}
