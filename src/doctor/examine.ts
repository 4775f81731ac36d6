import type { Log } from '../core/log.ts';
import { describeError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import type { Clients } from '../github/clients.ts';
import type { HookDeliveries } from '../github/hook-deliveries.ts';
import type { Reader } from '../github/reader.ts';
import type { InstallationFacts } from '../github/translation.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { checkApp, settingsPage } from './check-app.ts';
import { checkDatabase } from './check-database.ts';
import { checkInstallations } from './check-installations.ts';
import { checkFiles, checkPublicUrl } from './check-server.ts';
import { checkWebhook } from './check-webhook.ts';
import { fine, summarize, warning, type DoctorReport, type Finding } from './finding.ts';

/** What the examination works with. */
export interface Patient {
  appId: string;
  clientId: string | undefined;
  githubUrl: string;
  publicUrl: string | undefined;
  intake: 'webhook' | 'poll';
  keyRing: KeyRing;
  /** Files that nobody else may read. */
  files: readonly string[];
  clients: Pick<Clients, 'app' | 'installation'>;
  reader: Pick<Reader, 'listInstallations'>;
  deliveries: Pick<HookDeliveries, 'listPage' | 'readConfig'>;
  isAllowed: (account: InstallationFacts['account']) => boolean;
  /** Undefined, with the reason, where there is no database to look at. */
  db: Db | { absent: string };
  log: Log;
}

/** A check that fails in a way that nobody expected must not hide what the others found. */
async function safely(id: string, log: Log, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    log.error(
      { check: id, error: describeError(error), stack: Error.isError(error) ? error.stack : undefined },
      'A check of the doctor failed',
    );
    return [
      warning(id, `This could not be looked at: ${describeError(error)}.`, {
        remedy: 'The log has more; this is a fault in RepoWatch.',
        code: 'internal_error',
      }),
    ];
  }
}

/** Looks at everything that has to be right: credentials, registration, webhook, installations, database, keys, address (handbook I4, A23, E13). */
export async function examine(patient: Patient): Promise<DoctorReport> {
  const { log, db } = patient;
  const [github, database, address, files] = await Promise.all([
    safely('github', log, () => examineGitHub(patient)),
    safely('database', log, async () =>
      'absent' in db
        ? [warning('database', db.absent, 'Start RepoWatch and ask again, or set DATABASE_URL.')]
        : await checkDatabase(db, patient.keyRing),
    ),
    safely('public_url', log, async () => [await checkPublicUrl(patient)]),
    safely('files', log, () => checkFiles(patient.files)),
  ]);
  const signIn =
    patient.clientId === undefined
      ? [
          warning(
            'sign_in',
            'CLIENT_ID and CLIENT_SECRET are not set: nobody can prove on GitHub that an installation is theirs.',
            'Set both from the App’s page on GitHub.',
          ),
        ]
      : [fine('sign_in', 'People can prove on GitHub who they are.')];
  return summarize([...github, ...signIn, ...database, ...address, ...files], new Date());
}

async function examineGitHub(patient: Patient): Promise<Finding[]> {
  const { log, githubUrl } = patient;
  const { app, findings } = await checkApp(patient);
  // Without a key that GitHub takes, all the other questions get the same refusal.
  if (app === undefined) return findings;
  const [webhook, installations] = await Promise.all([
    safely('webhook', log, () => checkWebhook({ ...patient, settings: settingsPage(githubUrl, app) })),
    safely('installations', log, () => checkInstallations({ ...patient, app })),
  ]);
  return [...findings, ...webhook, ...installations];
}
