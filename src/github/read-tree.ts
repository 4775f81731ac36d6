import { z } from 'zod';
import { isSha } from '../changes/ref-change.ts';
import { ok } from '../core/outcome.ts';
import { readOne, type Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';
import { repositoryRoute, type RepositoryPlace } from './repository-path.ts';

const treeSchema = z.object({
  truncated: z.boolean().optional(),
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string().refine(isSha).nullish() })),
});

/** The files of a commit by path, with the ids of their contents; null when there are too many for GitHub to list (handbook C8). */
export async function readTree(client: GitHubClient, place: RepositoryPlace, commit: string): Promise<Read<Map<string, string> | null>> {
  const read = await readOne(client, { route: repositoryRoute(place, `/git/trees/${commit}`), params: { recursive: '1' } }, treeSchema);
  if (!read.ok) return read;
  if (read.value.truncated === true) return ok(null);
  return ok(new Map(read.value.tree.flatMap(({ path, type, sha }) => (type === 'tree' ? [] : [[path, sha ?? type] as const]))));
}
