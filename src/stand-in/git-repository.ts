import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git-process.ts';

/** A git directory and the runner to read it with. */
export interface GitPlace {
  git: Git;
  gitDirectory: string;
}

/** One ref: `sha` is what it points at, `peeled` the commit behind an annotated tag (equal to `sha` otherwise). */
export interface Ref {
  name: string;
  sha: string;
  peeled: string;
  type: string;
}

/** An object as `git cat-file` gives it. */
export interface GitObject {
  sha: string;
  type: string;
  content: Buffer;
}

/** Forty zeros: "no object" in a push payload. */
export const zeroSha = '0'.repeat(40);

const configuration = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	fsync = none
[http]
	receivepack = true
[uploadpack]
	allowAnySHA1InWant = true
[receive]
	autogc = false
[gc]
	auto = 0
`;

/** Makes an empty bare repository that accepts pushes over HTTP; written by hand, because a process per repository adds up. */
export async function initialiseRepository(gitDirectory: string, defaultBranch: string): Promise<void> {
  await Promise.all(['objects', 'refs/heads', 'refs/tags'].map((name) => mkdir(join(gitDirectory, name), { recursive: true })));
  await writeFile(join(gitDirectory, 'config'), configuration);
  await setHead(gitDirectory, defaultBranch);
}

/** Points HEAD at the default branch. */
export async function setHead(gitDirectory: string, branch: string): Promise<void> {
  await writeFile(join(gitDirectory, 'HEAD'), `ref: refs/heads/${branch}\n`);
}

/** The refs below these prefixes (all refs without one), by name. */
export async function listRefs(place: GitPlace, ...prefixes: string[]): Promise<Ref[]> {
  const format = '--format=%(refname)%00%(objectname)%00%(*objectname)%00%(objecttype)';
  const { stdout } = await place.git.run(place.gitDirectory, ['for-each-ref', format, ...prefixes]);
  const lines = stdout.toString().split('\n').slice(0, -1);
  return lines.map((line) => {
    const [name = '', sha = '', peeled = '', type = ''] = line.split('\0');
    return { name, sha, peeled: peeled || sha, type };
  });
}

/** One ref by its exact full name. */
export async function findRef(place: GitPlace, name: string): Promise<Ref | undefined> {
  if (!isRefName(name)) return undefined;
  // for-each-ref takes patterns; the characters that make one are not allowed in ref names.
  return (await listRefs(place, name)).find((ref) => ref.name === name);
}

/** True for names that git accepts, and that are safe to hand to it on a line of its own. */
function isRefName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- exactly what git check-ref-format refuses
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/.test(name)) return false;
  return name.startsWith('refs/') && name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** The commit that a branch name, tag name, full ref or sha stands for; branches win, as on GitHub. */
export async function resolveCommit(place: GitPlace, name: string): Promise<string | undefined> {
  const candidates = [`refs/heads/${name}`, `refs/tags/${name}`, name.startsWith('refs/') ? name : `refs/${name}`].filter(isRefName);
  if (/^[0-9a-f]{7,64}$/.test(name)) candidates.push(name);
  if (name === 'HEAD') candidates.push('HEAD');
  if (candidates.length === 0) return undefined;
  const { stdout } = await place.git.run(place.gitDirectory, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    input: candidates.map((candidate) => `${candidate}^{commit}\n`).join(''),
  });
  const hit = stdout
    .toString()
    .split('\n')
    .find((line) => line.endsWith(' commit'));
  return hit?.split(' ')[0];
}

/** Reads objects by sha in one process; unknown ones are left out. */
export async function readObjects(place: GitPlace, shas: string[]): Promise<GitObject[]> {
  const known = shas.filter((sha) => /^[0-9a-f]{40,64}$/.test(sha));
  if (known.length === 0) return [];
  const { stdout } = await place.git.run(place.gitDirectory, ['cat-file', '--batch'], { input: `${known.join('\n')}\n` });
  const objects: GitObject[] = [];
  let offset = 0;
  while (offset < stdout.length) {
    const end = stdout.indexOf(0x0a, offset);
    const [sha = '', type = '', size = '0'] = stdout.toString('utf8', offset, end).split(' ');
    offset = end + 1;
    if (type === 'missing') continue;
    const length = Number(size);
    objects.push({ sha, type, content: stdout.subarray(offset, offset + length) });
    offset += length + 1;
  }
  return objects;
}

/** One entry of a tree. */
export interface TreeEntry {
  mode: string;
  type: string;
  sha: string;
  size: number | null;
  path: string;
}

/** Entries of a tree; with `recursive` all the way down, subtrees included; with `path` only what is exactly there. */
export async function listTree(place: GitPlace, tree: string, options: { recursive?: boolean; path?: string } = {}): Promise<TreeEntry[]> {
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '-l', '--full-tree', ...(options.recursive ? ['-r', '-t'] : []), tree];
  if (options.path !== undefined && options.path !== '') args.push('--', options.path);
  const { stdout } = await place.git.run(place.gitDirectory, args);
  const lines = stdout.toString().split('\0').slice(0, -1);
  return lines.map((line) => {
    const tab = line.indexOf('\t');
    const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/);
    return { mode, type, sha, size: size === '-' ? null : Number(size), path: line.slice(tab + 1) };
  });
}

/** What a commit made on the server consists of; `null` content removes the file. */
export interface ServerCommit {
  branch: string;
  /** The full ref that gets the commit instead of the branch. */
  ref?: string;
  message: string;
  files: Record<string, string | null>;
  author: { name: string; email: string };
  at: Date;
  /** The branch's head so far; absent for a first commit. */
  parent?: string | undefined;
}

/** Makes a commit on top of a branch (or its first one) in one process, and answers its sha. */
export async function writeCommit(place: GitPlace, commit: ServerCommit): Promise<string> {
  const ref = commit.ref ?? `refs/heads/${commit.branch}`;
  if (!isRefName(ref)) throw new Error(`${commit.branch} is not a branch name that git accepts.`);
  const person = `${commit.author.name.replaceAll(/[<>\n]/g, '')} <${commit.author.email.replaceAll(/[<>\n]/g, '')}>`;
  const when = `${Math.floor(commit.at.getTime() / 1000)} +0000`;
  const parts = [
    'feature done\n',
    `commit ${ref}\nmark :1\n`,
    `author ${person} ${when}\ncommitter ${person} ${when}\n`,
    data(commit.message),
  ];
  if (commit.parent !== undefined) parts.push(`from ${commit.parent}\n`);
  for (const [path, content] of Object.entries(commit.files)) {
    parts.push(content === null ? `D ${quote(path)}\n` : `M 100644 inline ${quote(path)}\n${data(content)}`);
  }
  parts.push('\nget-mark :1\ndone\n');
  const { stdout } = await place.git.run(place.gitDirectory, ['fast-import', '--quiet'], { input: parts.join('') });
  return stdout.toString().trim();
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function quote(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}

/** Moves, makes or (with `zeroSha`) deletes a ref; refuses what git refuses. */
export async function writeRef(place: GitPlace, name: string, sha: string): Promise<void> {
  if (!isRefName(name)) throw new Error(`${name} is not a ref name that git accepts.`);
  if (!/^[0-9a-f]{40,64}$/.test(sha)) throw new Error(`${sha} is not a full sha.`);
  await place.git.run(place.gitDirectory, sha === zeroSha ? ['update-ref', '-d', name] : ['update-ref', name, sha]);
}
