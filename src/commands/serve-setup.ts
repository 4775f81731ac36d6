import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../core/log.ts';
import { loadServer, type ServerSettings, type SetupSettings } from '../env.ts';
import { startRegistration } from '../registration.ts';
import type { CommandContext } from './command-context.ts';
import { untilStop } from './stop-signal.ts';

/** How long the page that tells of the success still gets its style and icon before the server makes room. Milliseconds. */
export const lingerMs = 1_500;

/** How often an App is looked for that was registered elsewhere, as by `repowatch register`. Milliseconds. */
const lookMs = 1_000;

/**
 * Serves the setup page until there is an App, registered by the page or kept by somebody else, and answers the settings of
 * the server that can start now; a sentence when they are wrong, undefined when the process was told to stop.
 */
export async function serveSetup(
  context: CommandContext,
  options: { settings: SetupSettings; log: Log; say: (line: string) => void; signal: AbortSignal },
): Promise<ServerSettings | string | undefined> {
  const { settings, log, say, signal } = options;
  say('RepoWatch has no GitHub App yet: it serves the page that registers one, and nothing else.');
  const server = await startRegistration({
    ...settings,
    environment: context.environment,
    choices: { publicUrl: settings.publicUrl, tiers: [] },
    reachedAt: settings.publicUrl,
    force: false,
    version: context.version,
    log,
    announce(address) {
      const line = `Register RepoWatch within an hour at ${address}`;
      say(line);
      // A quiet log must not keep the only way in to itself.
      if (!log.isLevelEnabled('info') && !context.attended) context.tell(line);
    },
    next: ['RepoWatch starts now, which takes a few seconds.'],
  });
  const over = new AbortController();
  try {
    const byPage = server.registered.then(async () => {
      await pause(lingerMs);
      return loadServer(context.environment);
    });
    const found = await Promise.race([byPage, findKept(context, over.signal), untilStop(signal).then(() => undefined)]);
    if (found === undefined) return undefined;
    if (found.state === 'registered') return found.settings;
    return found.state === 'invalid' ? found.message : 'The App was registered, but its credentials are not there any more.';
  } finally {
    over.abort();
    await server.close();
  }
}

/** Looks again and again until the settings are whole or wrong. */
async function findKept(context: CommandContext, signal: AbortSignal): Promise<ReturnType<typeof loadServer> | undefined> {
  while (!signal.aborted) {
    await pause(lookMs, undefined, { signal }).catch(() => undefined);
    const loaded = loadServer(context.environment);
    if (loaded.state === 'registered') {
      // When it was our own page: give it its time.
      await pause(lingerMs + lookMs, undefined, { signal }).catch(() => undefined);
      return loaded;
    }
  }
  return undefined;
}
