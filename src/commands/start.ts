import { setTimeout as pause } from 'node:timers/promises';
import { createLog } from '../core/log.ts';
import { loadServer, type ServerSettings } from '../env.ts';
import { startRepoWatch, type RepoWatch } from '../main.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { serveSetup } from './serve-setup.ts';
import { untilStop } from './stop-signal.ts';

/** The longest a clean stop may take before the process ends anyway; what is left is taken over at the next start. Milliseconds. */
const longestStopMs = 28_000;

const withoutPage =
  'RepoWatch has no GitHub App yet, and this process does not have the role web to register one. Run "repowatch register", or set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.';

/** `repowatch start`: runs the roles that the settings ask for until it is told to stop. The log goes to standard output as JSON lines. */
export async function start(context: CommandContext): Promise<ExitCode> {
  const loaded = loadServer(context.environment);
  if (loaded.state === 'invalid') {
    context.tell(loaded.message);
    return 1;
  }
  const log = createLog({ level: loaded.settings.logLevel });
  const say = (line: string) => {
    log.info(line);
    if (context.attended) context.tell(line);
  };
  const signal = context.listenForStop();
  let settings: ServerSettings | string | undefined;
  if (loaded.state === 'registered') settings = loaded.settings;
  else if (!loaded.settings.roles.includes('web')) settings = withoutPage;
  else settings = await serveSetup(context, { settings: loaded.settings, log, say, signal });
  if (typeof settings === 'string') {
    context.tell(settings);
    return 1;
  }
  const repowatch = settings && (await startUntilStopped({ settings, log, version: context.version, report: say, signal }));
  if (settings === undefined || repowatch === undefined) {
    say('RepoWatch was stopped before it was ready.');
    return 0;
  }
  const where = repowatch.url === undefined ? '' : ` at ${repowatch.url}`;
  // The log has had its line from the start itself.
  if (context.attended) context.tell(`RepoWatch ${context.version} is running${where} (${settings.roles.join(', ')}).`);
  await untilStop(signal);
  say('RepoWatch is stopping.');
  const late = pause(longestStopMs, 'late' as const, { ref: false });
  if ((await Promise.race([repowatch.stop(), late])) === 'late') {
    context.tell('RepoWatch did not stop in time and ends now; the next start takes over what is left.');
    return 1;
  }
  say('RepoWatch has stopped.');
  return 0;
}

/** Starts; undefined when it was told to stop while it waited for Postgres, which is no failure. */
async function startUntilStopped(options: Parameters<typeof startRepoWatch>[0] & { signal: AbortSignal }): Promise<RepoWatch | undefined> {
  try {
    return await startRepoWatch(options);
  } catch (error) {
    if (options.signal.aborted && Error.isError(error) && error.name === 'AbortError') return undefined;
    throw error;
  }
}
