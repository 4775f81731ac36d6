import { setTimeout as pause } from 'node:timers/promises';
import { createApp, type App } from './app.ts';
import { describeError, isRepoWatchError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './db/embedded-postgres.ts';
import type { ServerSettings } from './env.ts';

/** A RepoWatch that runs. */
export interface RepoWatch {
  app: App;
  /** Where it answers; undefined without the role web. */
  url: string | undefined;
  databaseUrl: string;
  stop(): Promise<void>;
}

/** How long a Postgres that cannot be reached is left alone before the next try. Milliseconds. */
const databasePauseMs = 2_000;

/** Starts the roles that the settings ask for, on the given Postgres or the embedded one. `report` gets plain sentences for people. */
export async function startRepoWatch(options: {
  settings: ServerSettings;
  log: Log;
  version: string;
  report?: (line: string) => void;
  signal?: AbortSignal;
}): Promise<RepoWatch> {
  const { settings, log, version } = options;
  const embedded = settings.databaseUrl === undefined ? await startEmbedded(settings, options.report) : undefined;
  const databaseUrl = settings.databaseUrl ?? embedded!.url;
  let app: App | undefined;
  const stop = async () => {
    await app?.stop();
    await embedded?.stop();
  };
  try {
    app = await createApp({ settings, databaseUrl, log, version });
    await prepareDatabase(app, { log, signal: options.signal });
    await app.startWork();
  } catch (error) {
    await stop().catch((stopError: unknown) => log.error({ error: describeError(stopError) }, 'Stopping after a failed start failed too'));
    throw error;
  }
  const url =
    app.http === undefined ? undefined : `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${app.http.port}`;
  log.info({ url, roles: settings.roles, version }, 'RepoWatch is running');
  return { app, url, databaseUrl, stop };
}

async function startEmbedded(settings: ServerSettings, report: ((line: string) => void) | undefined): Promise<EmbeddedPostgres> {
  return await startEmbeddedPostgres({ dataDir: settings.dataDir, ...(report ? { report } : {}) });
}

/** Migrates; while Postgres cannot be reached, waits for it, so that a start in the wrong order mends itself (threat model D18). */
async function prepareDatabase(app: App, options: { log: Log; signal: AbortSignal | undefined }): Promise<void> {
  for (;;) {
    try {
      await app.migrate();
      return;
    } catch (error) {
      if (isRepoWatchError(error, 'schema_newer') || !isUnreachable(error)) throw error;
      options.log.warn({ error: describeError(error) }, 'Postgres cannot be reached yet; trying again');
      await pause(databasePauseMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}

/** Connection refused, reset or not found; or a Postgres that is starting up or shutting down (class 57P). */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|57P0\d)$/.test(String(error.code));
}
