import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import type { ActionKind } from './action.ts';

/** The folder in which kinds lie, this one. */
const actionsFolder = new URL('./', import.meta.url);

/** `.ts` from source, `.js` from a build. */
const extension = extname(import.meta.url);

/**
 * Finds every action kind by its folder: `webhook/index.ts` is the kind `webhook`, `github/issue/index.ts` is `github/issue`.
 * Sorted by name. A folder whose index exports no `kind`, or one of another name, is a bug and throws.
 */
export async function loadKinds(folder: URL = actionsFolder): Promise<readonly ActionKind[]> {
  const names = await listFolders(folder);
  return await Promise.all(names.map((name) => loadKind(folder, name)));
}

async function listFolders(folder: URL): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const index = `/index${extension}`;
  const paths = entries.map((entry) => entry.replaceAll('\\', '/')).filter((path) => path.endsWith(index));
  return paths.map((path) => path.slice(0, -index.length)).toSorted();
}

async function loadKind(folder: URL, name: string): Promise<ActionKind> {
  const { kind } = (await import(new URL(`${name}/index${extension}`, folder).href)) as { kind?: ActionKind };
  if (kind?.name === name) return kind;
  throw new Error(`actions/${name}/index${extension} must export a kind with the name ${name}, not ${kind?.name ?? 'nothing'}`);
}
