import type { GitHubPermissions } from '../actions/github-access.ts';
import type { NarrowGitHub } from '../actions/narrow-github.ts';
import { failed } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import type { Clients } from '../github/clients.ts';
import { createNarrowRequests } from '../github/narrow-requests.ts';
import { isGranted } from '../github/needed-permissions.ts';
import { findInstallation } from '../mirror/installation.ts';

/** What every script's token may do. */
const always: GitHubPermissions = { metadata: 'read', contents: 'read' };

/** GitHub for scripts: the repository of their run, and what their step declares as far as the installation has granted it. */
export function createNarrowGitHub(tools: { db: Db; host: string; clients: Clients; apiUrl: string }): NarrowGitHub {
  const { db, host } = tools;
  const send = createNarrowRequests(tools);
  return {
    url: new URL(tools.apiUrl),
    async request(facts, { permissions, ...request }) {
      const { repository } = facts;
      const installation = await findInstallation(db, host, String(facts.installation['id']));
      if (!installation) return failed('no_installation', 'The installation of this run is not known any more.');
      const wanted = { ...always, ...permissions };
      const missing = Object.entries(wanted).find(([name, access]) => !isGranted(installation.permissions[name], access));
      if (missing) {
        const message = `The installation on ${installation.login} has not granted \`${missing.join(': ')}\`. Add it to the App and let an owner accept it; docs/registering.md says how.`;
        return failed('github_forbidden', message);
      }
      const place = {
        installation: installation.githubId,
        owner: String(repository['owner']),
        name: String(repository['name']),
        github_id: String(repository['id']),
      };
      return await send(place, { ...request, permissions: wanted });
    },
  };
}
