import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';

/** A token that `repowatch login` keeps for one server. */
export interface StoredLogin {
  token: string;
  login: string;
  /** When the token ends; null when it does not. */
  expires_at: string | null;
  /** True when signing in made the token, so that signing out ends it. */
  made: boolean;
}

/** The servers that somebody has signed in to from this machine. */
export interface StoredLogins {
  /** The address of the one that counts where REPOWATCH_URL is not set. */
  current: string | null;
  servers: Record<string, StoredLogin>;
}

type Environment = Record<string, string | undefined>;

/** Where they are kept, below XDG_CONFIG_HOME; undefined when this user has no folder for such things. */
function findLoginFile({ XDG_CONFIG_HOME: xdg, HOME: home, APPDATA: roaming }: Environment): string | undefined {
  const folder = xdg?.startsWith('/') ? xdg : home ? join(home, '.config') : roaming;
  return folder ? join(folder, 'repowatch', 'login.json') : undefined;
}

/** Reads them; a file that is not there, or was spoilt, holds none. */
export function readLogins(environment: Environment): StoredLogins {
  const file = findLoginFile(environment);
  try {
    const stored = JSON.parse(file === undefined ? '{}' : readFileSync(file, 'utf8')) as Partial<StoredLogins>;
    return { current: stored.current ?? null, servers: { ...stored.servers } };
  } catch {
    return { current: null, servers: {} };
  }
}

/** Writes them, readable by this user only, in one piece. */
export function writeLogins(environment: Environment, logins: StoredLogins): Outcome<string> {
  const file = findLoginFile(environment);
  if (file === undefined)
    return failed('settings_invalid', 'There is no folder to keep the token in. Set HOME, or XDG_CONFIG_HOME to one.');
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, file);
    return ok(file);
  } catch (error) {
    return failed('settings_invalid', `${file} cannot be written: ${describeError(error)}. Set XDG_CONFIG_HOME to another folder.`);
  }
}
