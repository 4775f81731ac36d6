import { z } from 'zod';
import type { Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';
import { githubIdSchema } from './facts.ts';
import { readPages } from './read-pages.ts';
import { repositoryRoute, type RepositoryPlace } from './repository-path.ts';

/** Somebody with access to a repository. `role` is GitHub's own name of it; older servers tell single permissions only. */
export interface Collaborator {
  github_id: string;
  login: string;
  type: string;
  role: string | null;
}

/** GitHub's permissions, the strongest first, with the names that their roles have. */
const roles = [
  ['admin', 'admin'],
  ['maintain', 'maintain'],
  ['push', 'write'],
  ['triage', 'triage'],
  ['pull', 'read'],
] as const;

const collaborator = z
  .object({
    id: githubIdSchema,
    login: z.string(),
    type: z.string().optional(),
    role_name: z.string().max(200).nullish(),
    permissions: z.record(z.string(), z.boolean()).optional(),
  })
  .transform(({ id, login, type, role_name: role, permissions }): Collaborator => {
    const strongest = roles.find(([permission]) => permissions?.[permission] === true)?.[1];
    return { github_id: id, login, type: type ?? 'User', role: role ?? strongest ?? null };
  });

/** Lists everybody with access to a repository, or fails: absence from it is taken for access that ended (handbook F10). */
export async function listCollaborators(client: GitHubClient, place: RepositoryPlace): Promise<Read<Collaborator[]>> {
  return await readPages(client, {
    route: repositoryRoute(place, '/collaborators'),
    params: { per_page: '100' },
    page: z.array(collaborator),
    itemsOf: (page) => page,
  });
}
