import { existsSync } from 'node:fs';
import { createLog } from '../core/log.ts';
import { loadSome } from '../env.ts';
import { findApiUrl } from '../core/github-address.ts';
import { startRegistration } from '../registration.ts';
import { appFileOf, isSet } from '../stored-settings.ts';
import { readChoices } from '../web/setup/setup-choices.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { lingerMs } from './serve-setup.ts';
import { untilStop } from './stop-signal.ts';
import { setTimeout as pause } from 'node:timers/promises';

/** What can be chosen on the command line; the page shows it and lets it be changed. */
export interface RegisterOptions {
  org?: string;
  publicUrl?: string;
  name?: string;
  with?: string;
  port?: string;
  force?: true;
}

/** `repowatch register`: serves the registration page on this machine until GitHub has sent the credentials, and keeps them. */
export async function register(context: CommandContext, options: RegisterOptions): Promise<ExitCode> {
  const { environment } = context;
  const settings = loadSome(environment, ['DATA_DIR', 'PUBLIC_URL', 'GITHUB_URL', 'GITHUB_API_URL', 'LOG_LEVEL']);
  const port = Number(options.port ?? 0);
  const given = {
    ...(options.org === undefined ? {} : { organization: options.org }),
    ...(options.publicUrl === undefined ? {} : { public_url: options.publicUrl }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.with === undefined ? {} : { tier: options.with.split(',').map((tier) => tier.trim()) }),
  };
  const { choices, problems } = readChoices(given, { publicUrl: settings.ok ? settings.value.publicUrl : undefined, tiers: [] });
  if (!settings.ok) problems.push(settings.message);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) problems.push('--port must be a number from 0 to 65535.');
  if (!settings.ok || problems.length > 0) {
    for (const problem of problems) context.tell(problem);
    return 1;
  }
  const { dataDir, githubUrl, githubApiUrl, logLevel } = settings.value;
  const file = appFileOf(dataDir);
  if (existsSync(file) && options.force !== true) {
    context.tell(`${file} has the credentials of an App already. Remove the file, or use --force to replace them.`);
    return 1;
  }
  const signal = context.listenForStop();
  const server = await startRegistration({
    host: '127.0.0.1',
    port,
    githubUrl,
    githubApiUrl: isSet(environment['GITHUB_API_URL']) ? githubApiUrl : findApiUrl(githubUrl),
    dataDir,
    environment,
    choices,
    force: options.force === true,
    version: context.version,
    log: createLog({ level: logLevel === 'info' ? 'warn' : logLevel, write: (line) => context.tell(line.trimEnd()) }),
    announce: (address) => context.print(`Open ${address}`),
    next: ['You can close this page. "repowatch start" starts RepoWatch; one that waits for its App goes on by itself.'],
  });
  context.tell(
    `It opens for an hour, on this machine only. From another one: ssh -L ${server.port}:127.0.0.1:${server.port} <this machine>.`,
  );
  const app = await Promise.race([server.registered, untilStop(signal).then(() => undefined)]);
  if (app !== undefined) await pause(lingerMs);
  await server.close();
  if (app === undefined) {
    context.tell('Nothing was registered.');
    return 1;
  }
  context.print(`${app.name ?? app.slug} (App ${app.id}) is registered. Its credentials are in ${file}.`);
  context.print(`Install it: ${githubUrl}/apps/${app.slug}/installations/new`);
  for (const name of overruling(environment)) context.tell(`${name} is set in the environment and wins over what was kept.`);
  return 0;
}

function overruling(environment: CommandContext['environment']): string[] {
  return ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET', 'CLIENT_ID', 'CLIENT_SECRET'].filter((name) =>
    isSet(environment[name]),
  );
}
