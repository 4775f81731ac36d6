import type { ActionTools } from '../../src/actions/action.ts';
import { createDoor, type Door } from '../../src/actions/door.ts';
import { parseOutboundAllow } from '../../src/actions/outbound-allow.ts';
import { failed } from '../../src/core/outcome.ts';

const unused = (what: string) => () => Promise.reject(new Error(`This test did not say what ${what} does`));

/** A door that lets through to these destinations on this machine, and to the open internet. */
export function createTestDoor(destinations = '127.0.0.1'): Door {
  const allow = parseOutboundAllow(destinations);
  if (!allow.ok) throw new Error(allow.message);
  return createDoor({ allow: allow.value });
}

/** The tools of action kinds for tests: what is not given fails loudly when a kind reaches for it. */
export function actionTools(given: Partial<ActionTools> & Pick<ActionTools, 'door'>): ActionTools {
  return {
    version: '1.2.3',
    scripts: { run: unused('a script'), warmUp: unused('a script'), close: () => Promise.resolve() },
    mail: { server: undefined, from: undefined, judgeHost: unused('a mail server') },
    readFile: async () => failed('github_not_found', 'no file'),
    github: { open: unused('GitHub'), botLogin: unused('GitHub') },
    narrowGitHub: { url: new URL('https://api.github.test'), request: unused('GitHub') },
    state: { read: unused('state'), write: unused('state'), list: unused('state') },
    allowsAccess: true,
    linkTo: (path) => `https://repowatch.test${path}`,
    tickets: { open: unused('the book of tickets') },
    ...given,
  };
}
