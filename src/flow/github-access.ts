import { z } from 'zod';
import type { GitHubAccess, GitHubAnswer, GitHubPermissions, GitHubRepository } from '../actions/github-access.ts';
import type { RunFacts } from '../actions/run-facts.ts';
import { failed, ok } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { takeClaim } from '../github/claims.ts';
import { isGranted } from '../github/needed-permissions.ts';
import type { RepositoryPlace } from '../github/repository-path.ts';
import type { Writer } from '../github/writer.ts';
import { findApp } from '../mirror/app.ts';
import { findRepositoryByName } from '../mirror/find-repository-by-name.ts';
import { findInstallation } from '../mirror/installation.ts';
import { hearOf } from './hear-of.ts';

/** What steps reach GitHub with: the writer, and the mirror to know what belongs to whom. */
interface GitHubAccessTools {
  db: Db;
  host: string;
  writer: Writer;
  /** The address of GitHub's API. */
  apiUrl: string;
}

/** GitHub for steps: only repositories of the run's own installation, and only with what that installation has granted. */
export function createGitHubAccess(tools: GitHubAccessTools): GitHubAccess {
  const { db, host } = tools;
  return {
    async open(facts, { repository, permissions, signal }) {
      const installation = await findInstallation(db, host, String(facts.installation['id']));
      if (!installation) return failed('no_installation', 'The installation of this run is not known any more.');
      const missing = findUngranted(installation.permissions, permissions);
      if (missing !== undefined) {
        const message = `The installation on ${installation.login} has not granted \`${missing}\`. Add it to the App and let an owner accept it; docs/registering.md says how.`;
        return failed('github_forbidden', message);
      }
      const place = await findPlace(db, { facts, wanted: repository, installation });
      return place.ok ? ok(openPlace(tools, { place: place.value, installation, signal })) : place;
    },
    async botLogin() {
      const app = await findApp(db, host);
      return app && `${app.slug}[bot]`;
    },
  };
}

function findUngranted(granted: Readonly<Record<string, string>>, needed: GitHubPermissions): string | undefined {
  const missing = Object.entries(needed).find(([name, access]) => !isGranted(granted[name], access));
  return missing && `${missing[0]}: ${missing[1]}`;
}

/** A name of another account is no repository of this installation, whatever lies there. */
async function findPlace(
  db: Db,
  wish: { facts: RunFacts; wanted: string | undefined; installation: { id: string; githubId: string; login: string } },
): Promise<GitHubAnswer<RepositoryPlace>> {
  const { facts, wanted, installation } = wish;
  const own = facts.repository;
  if (wanted === undefined || wanted.toLowerCase() === String(own['full_name']).toLowerCase()) {
    const { owner, name, id } = own;
    return ok({ installation: installation.githubId, owner: String(owner), name: String(name), github_id: String(id) });
  }
  const [owner, name, ...more] = wanted.split('/');
  const found =
    more.length === 0 && name !== undefined && owner?.toLowerCase() === installation.login.toLowerCase()
      ? await findRepositoryByName(db, { installationId: installation.id, name })
      : undefined;
  if (found) return ok({ installation: installation.githubId, owner: installation.login, name: name!, github_id: found.githubId });
  return failed('github_not_found', `${wanted} is no repository of the installation on ${installation.login}. Write OWNER/NAME of one.`);
}

interface OpenPlace {
  place: RepositoryPlace;
  installation: { id: string; accountType: string };
  signal: AbortSignal | undefined;
}

function openPlace({ db, writer, apiUrl }: GitHubAccessTools, { place, installation, signal }: OpenPlace): GitHubRepository {
  const { id: installationId, accountType: ownerType } = installation;
  return {
    owner: place.owner,
    ownerType,
    name: place.name,
    apiUrl,
    read: (path, answer) => writer.read(place, { path, signal }, answer),
    list: (path, item, params) =>
      writer.list(place, path, { page: z.array(item), itemsOf: (page) => page, ...(params && { params }), ...(signal && { signal }) }),
    write: (request) => writer.write(place, request, signal),
    hear: (event, token) => hearOf(db, { installationId, repositoryGithubId: place.github_id!, event, token }),
    claim: (key, forMs) => takeClaim(db, { installationId, repositoryGithubId: place.github_id!, key, forMs }),
  };
}
