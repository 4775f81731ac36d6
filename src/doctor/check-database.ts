import { describeError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { readSchemaState } from '../db/migrate.ts';
import { readKeyReport } from '../flow/rotate-keys.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { listUnreadableSecrets } from '../vault/secrets.ts';
import { listEndingConnections } from '../tickets/ticket-connections.ts';
import { fine, problem, warning, type Finding } from './finding.ts';

/** Work that waits longer than this is worth a word. Seconds. */
const longWaitSeconds = 300;

/** Looks at Postgres, the schema, the queue, and the secrets that are stored. */
export async function checkDatabase(db: Db, keyRing: KeyRing): Promise<Finding[]> {
  let schema: Awaited<ReturnType<typeof readSchemaState>>;
  try {
    schema = await readSchemaState(db);
  } catch (error) {
    const remedy = 'Check that it runs and that DATABASE_URL is right: host, port, user, password, name.';
    return [problem('database', `Postgres cannot be reached: ${describeError(error)}.`, { remedy, code: 'database_unavailable' })];
  }
  const { version, isOld, pending, unknown } = schema;
  if (isOld)
    return [
      problem('database', `Postgres is ${version}; RepoWatch needs 15 or later.`, {
        remedy: 'Use a newer Postgres.',
        code: 'database_unavailable',
      }),
    ];
  const reached = fine('database', `Postgres ${version} is reached.`);
  if (unknown.length > 0) {
    const what = `The database has migrations that this version does not know: ${unknown.join(', ')}.`;
    return [reached, problem('migrations', what, { remedy: 'Start the newer RepoWatch.', code: 'schema_newer' })];
  }
  if (pending.length > 0) {
    const what = `The database lacks ${pending.length} migrations: ${pending.join(', ')}.`;
    return [reached, warning('migrations', what, 'Start RepoWatch, or run "repowatch migrate".')];
  }
  return [
    reached,
    fine('migrations', 'The schema is that of this version.'),
    await checkQueue(db),
    await checkSecrets(db, keyRing),
    ...(await checkConnections(db)),
  ];
}

async function checkQueue(db: Db): Promise<Finding> {
  const { rows: tables } = await db.raw<{ rows: { found: string | null }[] }>(`select to_regclass('pgboss.job')::text as found`);
  if (tables[0]?.found === null) return warning('queue', 'The queue is not set up yet.', 'Start RepoWatch; it sets it up by itself.');
  const { rows } = await db.raw<{ rows: { waiting: number; seconds: number }[] }>(
    `select count(*)::int as waiting, coalesce(extract(epoch from now() - min(received_at)), 0)::int as seconds from deliveries
     where status in ('unprocessed', 'reprocessing')`,
  );
  const { waiting = 0, seconds = 0 } = rows[0] ?? {};
  if (seconds < longWaitSeconds) return fine('queue', waiting === 0 ? 'No delivery waits.' : `${waiting} deliveries wait, none for long.`);
  const what = `${waiting} deliveries wait, the oldest for ${Math.round(seconds / 60)} minutes.`;
  return warning('queue', what, 'Check that processes with the roles worker and scheduler run; GET /api/deliveries says why each waits.');
}

/** Tokens for Jira that have ended or end soon (handbook K6); nothing when there is time. */
async function checkConnections(db: Db): Promise<Finding[]> {
  const soon = new Date(Date.now() + 30 * 86_400_000);
  const ending = await listEndingConnections(db, soon);
  const [first] = ending;
  if (!first) return [];
  const list = ending.map(({ url, expiresAt }) => `${url} (${expiresAt.toISOString().slice(0, 10)})`).join(', ');
  const remedy = 'Make new tokens, and set the secrets of the connections again with their new expires_at.';
  if (first.expiresAt > new Date()) return [warning('ticket_connections', `Tokens for Jira end within 30 days: ${list}.`, remedy)];
  return [problem('ticket_connections', `Tokens for Jira have ended or end soon: ${list}.`, { remedy, code: 'ticket_unauthorized' })];
}

/** Keys that rows hang on and SECRETS_KEY lacks; and older keys that can go, or that rows still hang on. */
async function checkSecrets(db: Db, keyRing: KeyRing): Promise<Finding> {
  const { total, unreadable } = await listUnreadableSecrets(db, keyRing);
  if (unreadable.length > 0) {
    const what = `SECRETS_KEY lacks the key of ${unreadable.length} of ${total} stored secrets: ${unreadable.slice(0, 10).join(', ')}.`;
    return problem('secrets_key', what, {
      remedy: 'Put the old key behind the current one (SECRETS_KEY=new:…,old:…), or set them again.',
      code: 'secrets_key_missing',
    });
  }
  const { keys } = await readKeyReport(db, keyRing);
  const unknown = keys.filter(({ state }) => state === 'unknown');
  if (unknown.length > 0) {
    const list = unknown.map(({ id, by }) => `"${id}" (${by.map(({ what, rows }) => `${rows} ${what}`).join(', ')})`).join(', ');
    const remedy =
      'Put the key back behind the current one. Where it is lost for good: people sign in again, secrets of triggers are rotated, tokens of installations come back by themselves.';
    return warning('secrets_key', `SECRETS_KEY lacks keys that encrypted values hang on: ${list}.`, {
      remedy,
      code: 'secrets_key_missing',
    });
  }
  const older = keys.filter(({ state }) => state === 'older');
  const hanging = older.filter(({ removable }) => !removable);
  const opened = `SECRETS_KEY opens all ${total} stored secrets.`;
  if (hanging.length > 0) {
    const list = hanging.map(({ id, rows }) => `"${id}" (${rows})`).join(', ');
    return warning('secrets_key', `${opened} Values still hang on older keys: ${list}.`, 'Run "repowatch secrets rotate-key".');
  }
  if (older.length > 0) return fine('secrets_key', `${opened} Nothing hangs on ${older.map(({ id }) => `"${id}"`).join(', ')} any more.`);
  return fine('secrets_key', opened);
}
