import type { SinkRequest } from './sink.ts';
import type { ApiObject, TestApp } from './test-app.ts';

/** A watch as the configuration file has it. */
type Watch = Record<string, unknown>;

/** A configuration file; JSON is YAML too. `top` adds keys beside `watches`. */
export function configOf(watches: Record<string, Watch>, top: Record<string, unknown> = {}): string {
  return JSON.stringify({ version: 1, ...top, watches }, null, 2);
}

/** A watch with one webhook step. */
export function webhookWatch(url: string, watch: Watch = {}, input: Record<string, unknown> = {}): Watch {
  return { on: 'push', steps: [{ uses: 'webhook', with: { url, ...input } }], ...watch };
}

/** The `data` of the default body of a webhook. */
export function dataOf(request: SinkRequest): ApiObject {
  return request.json!['data'] as ApiObject;
}

/** Texts in order, for comparing what came in any order. */
export function sorted(values: unknown[]): string[] {
  return values.map(String).sort();
}

/** A repository of acme with these files, installed, tracked, its baseline taken and its configuration read. */
export async function track(
  world: TestApp,
  name: string,
  files: Record<string, string> = {},
): Promise<{ id: number; fullName: string; head: string; installation: number }> {
  const github = world.github!;
  const first = await github.createAccount('acme', 'Organization').then(
    () => true,
    () => false,
  );
  const { id, fullName } = await github.createRepository({ owner: 'acme', name, files: { 'README.md': `# ${name}`, ...files } });
  if (first) await github.installApp('acme', 'all');
  const repository = await world.eventually(`${fullName} tracked`, async () => {
    const found = await world.api(`/api/repos/${fullName}`).catch(() => undefined);
    return found?.['config_status'] !== 'unknown' && found?.['baseline_at'] ? found : undefined;
  });
  const { rows } = await world.database.db.raw<{ rows: { github_id: string }[] }>('select github_id from installations where id = ?', [
    String(repository['installation_id']),
  ]);
  return { id, fullName, head: (await github.refs(fullName))['refs/heads/main']!, installation: Number(rows[0]!.github_id) };
}

/**
 * Waits until GitHub has sent everything, every delivery is settled, no run is due, and the comparisons that new branches
 * ask for a few seconds later are made: what did not happen by now does not happen. Those comparisons leave time for a push
 * that is still on its way; once nothing is under way any more, they need not wait longer.
 */
export async function quiet(world: TestApp): Promise<void> {
  await world.github?.settled();
  await world.eventually('everything settled', async () => {
    const { rows } = await world.database.db.raw<{ rows: { open: string; compared: string }[] }>(
      `select (select count(*) from deliveries where status in ('unprocessed', 'processing', 'reprocessing'))
         + (select count(*) from runs where status in ('queued', 'running') or (status = 'waiting' and due_at < now() + interval '5 seconds')) as open,
         (select count(*) from repositories r join installations i on i.id = r.installation_id
            where r.reconcile_due_at < now() + interval '5 seconds' and r.removed_at is null and not r.archived and not r.disabled and r.enabled
              and i.deleted_at is null and i.suspended_at is null) as compared`,
    );
    const { open, compared } = rows[0]!;
    if (open === '0' && compared !== '0') await compareNow(world);
    return open === '0' && compared === '0';
  });
}

/** Comparisons that were to come a few seconds later come now; those that failed before keep their time. */
async function compareNow(world: TestApp): Promise<void> {
  await world.database.db.raw(
    `update repositories set reconcile_due_at = now(), refs_due_at = case when refs_due_at < now() + interval '5 seconds' then now() else refs_due_at end
     where reconcile_due_at > now() and reconcile_due_at < now() + interval '5 seconds' and reconcile_failures = 0`,
  );
}

/** Compares a repository with GitHub now and answers when that is done. */
export async function reconcile(world: TestApp, fullName: string): Promise<void> {
  const before = await reconcileState(world, fullName);
  await world.api('/api/reconcile', { method: 'POST', body: { repository: fullName } });
  await world.eventually(`${fullName} compared`, async () => {
    const now = await reconcileState(world, fullName);
    return now.last_at !== before.last_at || now.failures !== before.failures;
  });
  await quiet(world);
}

async function reconcileState(world: TestApp, fullName: string): Promise<{ last_at: string | null; failures: number }> {
  return (await world.api<{ reconcile: { last_at: string | null; failures: number } }>(`/api/repos/${fullName}`)).reconcile;
}

/** The changes of a repository's refs, oldest first, as `type ref before..after` with heads by their names in `names`, else cut to 7. */
export async function listMoves(world: TestApp, fullName: string, names: Record<string, string> = {}): Promise<string[]> {
  const short = (sha: unknown) => names[String(sha)] ?? String(sha).slice(0, 7);
  const changes = await world.list(`/api/changes?repository=${fullName}&limit=100`);
  return changes
    .filter((change) => change['ref'] !== null)
    .toReversed()
    .map(
      (change) =>
        `${String(change['type'])} ${(change['ref'] as { name: string }).name} ${short(change['before'])}..${short(change['after'])}`,
    );
}
