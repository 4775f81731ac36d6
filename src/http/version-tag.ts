import { createHash } from 'node:crypto';

/**
 * The ETag of something with a version: it changes with every byte of the answer, and begins with the version, which is what edits are
 * judged by. So what only goes by, such as the time of the last check, stands in nobody's way.
 */
export function versionTag(item: { id: string; version: number }): string {
  const digest = createHash('sha256').update(JSON.stringify(item)).digest('base64url').slice(0, 22);
  return `"${item.id}.${item.version}.${digest}"`;
}

/** The version that `If-Match` asks for; undefined when it asks for none or any, 0, which nothing has, for the tag of something else. */
export function wantedVersion(id: string, ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tags = ifMatch.split(',').map((tag) => /^"(\d+)\.(\d+)\.[\w-]+"$/.exec(tag.trim()));
  // Versions only grow: of several the latest is the one that can still be there.
  return Math.max(0, ...tags.map((found) => (found?.[1] === id ? Number(found[2]) : 0)));
}
