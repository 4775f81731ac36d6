import { createConnection } from 'node:net';
import { resolve } from 'node:path';
import { createLog } from '../core/log.ts';
import { createDb } from '../db/connect.ts';
import { addressOf, findCredentials } from '../db/embedded-credentials.ts';
import { examine } from '../doctor/examine.ts';
import { problem, summarize, type DoctorReport } from '../doctor/finding.ts';
import { loadServer, type ServerSettings } from '../env.ts';
import { createClients } from '../github/clients.ts';
import { createHookDeliveries } from '../github/hook-deliveries.ts';
import { createReader } from '../github/reader.ts';
import { isAllowedAccount } from '../mirror/allowed-accounts.ts';
import { appFileOf, keysFileOf } from '../stored-settings.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

/** `repowatch doctor`: looks at everything that has to be right, beside a running server or without one. Exit code 1 when something does not work. */
export async function doctor(context: CommandContext, options: { json?: true }): Promise<ExitCode> {
  const report = await look(context);
  if (options.json)
    context.print(JSON.stringify({ status: report.status, checked_at: report.checkedAt, findings: report.findings }, null, 2));
  else tell(context, report);
  return report.status === 'problem' ? 1 : 0;
}

async function look(context: CommandContext): Promise<DoctorReport> {
  const loaded = loadServer(context.environment);
  if (loaded.state === 'invalid') {
    const findings = loaded.message.split('\n').map((line) => {
      const [, what = line, remedy = 'docs/settings.md explains every setting.'] = /^(.*?\.)\s+(.+)$/.exec(line) ?? [];
      return problem('settings', what, { remedy, code: 'settings_invalid' });
    });
    return summarize(findings, new Date());
  }
  if (loaded.state === 'unregistered') {
    const what = 'RepoWatch has no GitHub App yet: neither the environment nor DATA_DIR has the credentials of one.';
    const remedy = 'Run "repowatch register", open the page that "repowatch start" prints, or set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.';
    return summarize([problem('registration', what, { remedy, code: 'not_registered' })], new Date());
  }
  return await lookAt(context, loaded.settings);
}

async function lookAt(context: CommandContext, settings: ServerSettings): Promise<DoctorReport> {
  const log = createLog({ level: 'error', write: (line) => context.tell(line.trimEnd()) });
  const clients = createClients({ appId: settings.appId, privateKey: settings.privateKey, apiUrl: settings.githubApiUrl, log });
  const url = settings.databaseUrl ?? (await findRunningEmbedded(settings.dataDir));
  const db = url === undefined ? undefined : createDb({ url, poolMax: 2 });
  try {
    return await examine({
      ...settings,
      keyRing: settings.secretsKey,
      files: [appFileOf(settings.dataDir), keysFileOf(settings.dataDir)],
      clients,
      reader: createReader(clients),
      deliveries: createHookDeliveries(clients),
      isAllowed: (account) => isAllowedAccount(settings.allowedAccounts, account),
      db: db ?? {
        absent: `The embedded Postgres in ${settings.dataDir} does not run, so that database, queue and secrets are not looked at.`,
      },
      log,
    });
  } finally {
    await db?.destroy();
    await clients.close();
  }
}

/** The address of the embedded Postgres, while a RepoWatch keeps it running. */
export async function findRunningEmbedded(dataDir: string): Promise<string | undefined> {
  const credentials = await findCredentials(resolve(dataDir));
  if (credentials === undefined || credentials.port === 0) return undefined;
  const listens = await new Promise<boolean>((settle) => {
    const socket = createConnection({ port: credentials.port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      settle(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
    socket.setTimeout(2_000, () => end(false));
  });
  return listens ? addressOf(credentials) : undefined;
}

const words = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' };

const verdicts = {
  ok: 'Everything is in order.',
  warning: 'It works; the warnings are worth a look.',
  problem: 'Something does not work.',
};

function tell(context: CommandContext, report: DoctorReport): void {
  for (const { level, id, what, remedy } of report.findings) {
    context.print(`${words[level]}  ${id}: ${what}`);
    if (remedy !== null) context.print(`         → ${remedy}`);
  }
  context.print(verdicts[report.status]);
}
