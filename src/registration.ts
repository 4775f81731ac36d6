import { randomBytes } from 'node:crypto';
import { isRepoWatchError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { failed, ok } from './core/outcome.ts';
import { convertManifest, type ConvertedManifest } from './github/convert-manifest.ts';
import { readManifest } from './github/manifest.ts';
import { appFileOf, ensureKeys, keysFileOf, writeApp } from './stored-settings.ts';
import type { SetupChoices } from './web/setup/setup-choices.ts';
import { startSetupServer, type SetupServer } from './web/setup/setup-server.ts';

/** How an App is registered from here. */
export interface RegistrationOptions {
  host: string;
  port: number;
  githubUrl: string;
  githubApiUrl: string;
  dataDir: string;
  /** What is set already: SECRETS_KEY and ADMIN_TOKEN are made only when they are not in it. */
  environment: Record<string, string | undefined>;
  choices: SetupChoices;
  /** Where people reach the page; without it HOST and the port. */
  reachedAt?: string | undefined;
  /** True when credentials that are there may be replaced. */
  force: boolean;
  version: string;
  log: Log;
  announce: (address: string) => void;
  /** What the page says about how it goes on. */
  next: string[];
}

/** Serves the page that registers the App and keeps what GitHub gives out in DATA_DIR. */
export async function startRegistration(options: RegistrationOptions): Promise<SetupServer> {
  const { dataDir, environment } = options;
  const keep = async (app: ConvertedManifest, { publicUrl }: { publicUrl: string | undefined }) => {
    try {
      await writeApp(dataDir, toStored(app, { ...options, publicUrl }), { force: options.force });
      const made = await ensureKeys(dataDir, environment);
      options.log.info(
        { app: app.slug, id: app.id, file: appFileOf(dataDir), made },
        'The App was registered and its credentials are kept',
      );
      const token = made.includes('ADMIN_TOKEN')
        ? [`ADMIN_TOKEN, with which you sign in, was made and stands in ${keysFileOf(dataDir)}.`]
        : [];
      const key = made.includes('SECRETS_KEY') ? [`Keep a copy of SECRETS_KEY from ${keysFileOf(dataDir)}: stored secrets need it.`] : [];
      return ok({ next: [...options.next, ...token, ...key] });
    } catch (error) {
      if (isRepoWatchError(error)) return failed(error.code, error.message);
      throw error;
    }
  };
  return await startSetupServer({
    host: options.host,
    port: options.port,
    githubUrl: options.githubUrl,
    manifest: readManifest(),
    defaults: options.choices,
    file: appFileOf(dataDir),
    version: options.version,
    log: options.log,
    convert: (code) => convertManifest(options.githubApiUrl, code),
    keep,
    reachedAt: options.reachedAt,
    announce: options.announce,
  });
}

function toStored(
  app: ConvertedManifest,
  options: RegistrationOptions & { publicUrl: string | undefined },
): Parameters<typeof writeApp>[1] {
  return {
    APP_ID: app.id,
    PRIVATE_KEY: app.pem,
    // Some servers make none; without one the server does not start.
    WEBHOOK_SECRET: app.webhook_secret ?? randomBytes(32).toString('hex'),
    CLIENT_ID: app.client_id,
    CLIENT_SECRET: app.client_secret,
    GITHUB_URL: options.githubUrl,
    GITHUB_API_URL: options.githubApiUrl,
    ...(options.publicUrl === undefined ? { INTAKE: 'poll' as const } : { PUBLIC_URL: options.publicUrl }),
    APP_SLUG: app.slug,
    REGISTERED_AT: new Date().toISOString(),
  };
}
