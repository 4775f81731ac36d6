import type { ActionTools } from './actions/action.ts';
import type { Door } from './actions/door.ts';
import { createHostJudge } from './actions/email/mail-tools.ts';
import type { ScriptPool } from './actions/script/pool.ts';
import type { Db } from './db/connect.ts';
import type { ServerSettings } from './env.ts';
import { createGitHubAccess } from './flow/github-access.ts';
import { createNarrowGitHub } from './flow/narrow-github.ts';
import { createPeopleMap } from './flow/people-map.ts';
import { createTicketBook } from './flow/ticket-book.ts';
import { readScriptFile } from './flow/read-script-file.ts';
import { createWatchState } from './flow/watch-state.ts';
import type { Clients } from './github/clients.ts';
import type { Reader } from './github/reader.ts';
import { createWriter } from './github/writer.ts';

/** The pool of a process without the role worker: nothing is run there. */
const noScripts: ScriptPool = {
  run: () =>
    Promise.resolve({ ok: false, code: 'scripts_unavailable', message: 'Scripts run in processes with the role worker.', log: [] }),
  warmUp: () => Promise.resolve('no worker'),
  close: () => Promise.resolve(),
};

/** What the action kinds of this process work with; part of the composition root. */
export function createActionTools(
  { settings, version }: { settings: ServerSettings; version: string },
  made: { door: Door; scripts: ScriptPool | undefined; reader: Reader; db: Db; clients: Clients },
): ActionTools {
  const { door, db, clients } = made;
  const host = new URL(settings.githubUrl).hostname;
  const reader = made.reader.as('actions');
  return {
    door,
    version,
    scripts: made.scripts ?? noScripts,
    mail: { server: settings.smtpUrl, from: settings.mailFrom, judgeHost: createHostJudge(settings.outboundAllow) },
    narrowGitHub: createNarrowGitHub({ db, host, clients, apiUrl: settings.githubApiUrl }),
    state: createWatchState(db),
    allowsAccess: settings.allowAccessAction === 'true',
    linkTo: (path) => settings.publicUrl && `${settings.publicUrl}${path}`,
    readFile: (facts, path) => readScriptFile({ reader, db }, facts, path),
    tickets: createTicketBook(db),
    people: createPeopleMap(db, host),
    github: createGitHubAccess({
      db,
      host,
      apiUrl: settings.githubApiUrl,
      writer: createWriter({ clients, db, host, appId: settings.appId }),
    }),
  };
}
