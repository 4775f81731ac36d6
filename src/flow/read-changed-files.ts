import type { RefChange } from '../changes/change.ts';
import { isZeroSha, type ChangedFiles } from '../changes/ref-change.ts';
import { ok } from '../core/outcome.ts';
import type { Read } from '../github/ask.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { placeOf } from './place-of.ts';

/**
 * Asks GitHub which files a push changed, when the push itself could not say: by comparing the two heads, and where that does
 * not list them all, by comparing the two trees (handbook C7, C8). Null when GitHub cannot tell either.
 */
export async function readChangedFiles(context: Context, repository: Repository, change: RefChange): Promise<Read<ChangedFiles | null>> {
  const reader = context.reader.as('actions');
  const place = placeOf(repository);
  const { after } = change.data;
  if (isZeroSha(after)) return ok(null);
  // A new branch is compared with what it most likely came from.
  const before = isZeroSha(change.data.before) ? repository.defaultBranch : change.data.before;
  if (before === null || before === change.data.ref.name) return ok(null);
  const compared = await reader.readComparison(place, { before, after });
  if (compared.ok && compared.value.files && !compared.value.truncated) return ok(compared.value.files);
  if (!compared.ok && compared.code !== 'github_not_found') return compared;
  const old = await reader.readTree(place, before);
  const young = old.ok && old.value ? await reader.readTree(place, after) : undefined;
  for (const tree of [old, young]) if (tree && !tree.ok && tree.code !== 'github_not_found') return tree;
  if (!old.ok || !old.value || !young?.ok || !young.value) return ok(null);
  return ok(diffTrees(old.value, young.value));
}

function diffTrees(before: Map<string, string>, after: Map<string, string>): ChangedFiles {
  return {
    added: [...after.keys()].filter((path) => !before.has(path)),
    modified: [...after].filter(([path, id]) => before.has(path) && before.get(path) !== id).map(([path]) => path),
    removed: [...before.keys()].filter((path) => !after.has(path)),
  };
}
