import { createLog } from '../core/log.ts';
import { createDb, type Db } from '../db/connect.ts';
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts';
import { readSchemaState } from '../db/migrate.ts';
import { loadSomeStored } from '../env.ts';
import { explainKeyNotShared } from '../flow/key-jobs.ts';
import { readKeyReport, wrapEverything, type KeyReport, type KeyUse } from '../flow/rotate-keys.ts';
import { recordAudit } from '../people/audit.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { findRunningEmbedded } from './doctor.ts';
import { printJson, refuse } from './print-list.ts';
import { createProgress } from './progress.ts';
import { createPaint } from './show-problem.ts';
import { drawTable, type Column } from './show-table.ts';

/**
 * `repowatch secrets rotate-key`: encrypts everything with the first key of SECRETS_KEY, beside a running server or without one. It can be
 * stopped anywhere and begun again. Exit code 1 when something is left.
 */
export async function rotateKey(context: CommandContext, options: { json?: true }): Promise<ExitCode> {
  const settings = loadSomeStored(context.environment, ['SECRETS_KEY', 'DATABASE_URL', 'DATA_DIR']);
  if (!settings.ok) return refuse(context, settings);
  const { secretsKey: keyRing, databaseUrl, dataDir } = settings.value;
  const known = databaseUrl ?? (await findRunningEmbedded(dataDir));
  const embedded = known === undefined ? await startEmbeddedPostgres({ dataDir, report: (line) => context.tell(line) }) : undefined;
  const log = createLog({ level: 'error', write: (line) => context.tell(line.trimEnd()) });
  const db = createDb({ url: known ?? embedded!.url, poolMax: 2, log });
  try {
    return await rotate(context, { db, keyRing, json: options.json === true });
  } finally {
    await db.destroy();
    await embedded?.stop();
  }
}

async function rotate(context: CommandContext, { db, keyRing, json }: { db: Db; keyRing: KeyRing; json: boolean }): Promise<ExitCode> {
  const { pending } = await readSchemaState(db);
  if (pending.length > 0) return refuse(context, 'The database is older than this version. Start RepoWatch, or run "repowatch migrate".');
  const before = await readKeyReport(db, keyRing);
  if (before.remaining > 0) {
    const why = await explainKeyNotShared({ db, keyRing });
    if (why !== undefined) return refuse(context, { ok: false, code: 'conflict', message: why });
  }
  const stop = context.listenForStop();
  const progress = createProgress(context);
  const show = (done: number) => progress.show({ done, total: before.remaining, note: `encrypted with "${before.current}"` });
  const { rewrapped, unreadable } = await wrapEverything(db, keyRing, {
    after(so) {
      if (before.remaining > 0) show(so.rewrapped);
      return !stop.aborted;
    },
  });
  progress.end();
  if (rewrapped > 0) await note(db, { key: before.current, rewrapped });
  const report = await readKeyReport(db, keyRing);
  if (json) printJson(context, { rewrapped, stopped: stop.aborted, ...report });
  else tell(context, report, { rewrapped, stopped: stop.aborted });
  return report.remaining > 0 || unreadable > 0 || stop.aborted ? 1 : 0;
}

async function note(db: Db, after: { key: string; rewrapped: number }): Promise<void> {
  const target = { kind: 'key', name: `key ${after.key}` };
  await recordAudit(db, { by: undefined, action: 'secrets_key.rotated', target, installationId: null, after });
}

const states: Record<KeyUse['state'], string> = { current: 'current', older: 'older', unknown: 'not in SECRETS_KEY' };

const columns: Column<KeyUse>[] = [
  { title: 'key', cell: ({ id }) => id },
  { title: 'state', cell: ({ state }) => states[state], colour: ({ state }) => (state === 'unknown' ? 'red' : undefined) },
  { title: 'values', cell: ({ rows }) => rows },
  { title: 'of them', cell: ({ by }) => by.map(({ what, rows }) => `${rows} ${what}`).join(', ') },
];

function tell(context: CommandContext, report: KeyReport, done: { rewrapped: number; stopped: boolean }): void {
  const paint = createPaint(context.coloured === true, context.environment);
  for (const line of drawTable(report.keys, columns, { paint, width: context.screen?.()?.columns })) context.print(line);
  context.print('');
  context.print(`${done.rewrapped} values were encrypted with "${report.current}" now; ${report.remaining} are left under older keys.`);
  if (done.stopped) context.print('It was stopped. Run it again to go on.');
  const removable = report.keys.filter((key) => key.removable).map(({ id }) => `"${id}"`);
  if (removable.length > 0)
    context.print(`${removable.join(', ')} can leave SECRETS_KEY, once no backup is needed any more that was made before this moment.`);
  const inUse = report.keys.filter(({ state, rows, processes }) => state === 'older' && rows === 0 && processes > 0);
  for (const { id, processes } of inUse)
    context.print(
      `${processes} running processes still encrypt with "${id}": put "${report.current}" first in their SECRETS_KEY, then it can go.`,
    );
  if (report.unreadable > 0)
    context.print(
      `${report.unreadable} values hang on keys that SECRETS_KEY lacks. Put them back at its end and run this again, or set the values anew.`,
    );
}
