import { z } from 'zod';
import { ok } from '../core/outcome.ts';
import { confirmAbsence, readOne, unlessMissing, type Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';
import { encodePath, repositoryRoute, type RepositoryPlace } from './repository-path.ts';

/** The largest file that is read as text, in bytes (handbook H6). */
const maxTextFileBytes = 128 * 1024;

/** What is at a path. `not_a_file` says what it is instead: dir, symlink, submodule, or binary for bytes that are no UTF-8. */
export type TextFile =
  | { kind: 'file'; sha: string; text: string }
  | { kind: 'absent' }
  | { kind: 'not_a_file'; type: string }
  | { kind: 'too_large'; size: number };

const contentSchema = z.object({
  type: z.string(),
  path: z.string().optional(),
  size: z.number().optional(),
  sha: z.string().optional(),
  encoding: z.string().optional(),
  content: z.string().optional(),
  submodule_git_url: z.string().nullish(),
});
type Content = z.output<typeof contentSchema>;

/** The object form of the answer: the default form follows symbolic links and gives a directory as a bare list (handbook H6). */
const objectForm = { accept: 'application/vnd.github.object+json' };

function decode(content: Content): TextFile {
  const bytes = Buffer.from(content.content ?? '', 'base64');
  // The size is what the server says; the bytes are what came.
  if (bytes.length > maxTextFileBytes) return { kind: 'too_large', size: bytes.length };
  try {
    return { kind: 'file', sha: content.sha ?? '', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'not_a_file', type: 'binary' };
  }
}

function judgeContent(content: Content, path: string): TextFile {
  // Servers before 2026-03-10 call a submodule a file, and a link to a file by the file's own path.
  if (content.submodule_git_url) return { kind: 'not_a_file', type: 'submodule' };
  if (content.type !== 'file') return { kind: 'not_a_file', type: content.type };
  if (content.path !== undefined && content.path !== path) return { kind: 'not_a_file', type: 'symlink' };
  if (content.size !== undefined && content.size > maxTextFileBytes) return { kind: 'too_large', size: content.size };
  return decode(content);
}

/** Reads a small text file through the contents API; a missing one is confirmed before it is believed. */
export async function readTextFile(
  client: GitHubClient,
  place: RepositoryPlace,
  file: { path: string; ref?: string | undefined },
): Promise<Read<TextFile>> {
  const path = encodePath(file.path);
  if (path === undefined || file.ref?.isWellFormed() === false) return ok({ kind: 'absent' });
  const params = { headers: objectForm, request: { remember: true }, ...(file.ref !== undefined && { ref: file.ref }) };
  const read = await unlessMissing(readOne(client, { route: repositoryRoute(place, `/contents/${path}`), params }, contentSchema));
  if (!read) return confirmAbsence<TextFile>(client, place, { kind: 'absent' });
  if (!read.ok) return read;
  const content = read.value;
  // An empty file has an empty content; no content at all is an answer we cannot read.
  if (content.type === 'file' && content.encoding !== 'base64' && (content.size ?? 0) <= maxTextFileBytes && !content.submodule_git_url) {
    return { ok: false, code: 'github_unavailable', message: `GitHub sent ${file.path} without its content` };
  }
  return ok(judgeContent(content, file.path));
}
