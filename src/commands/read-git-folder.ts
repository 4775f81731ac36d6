import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** What the files of a git repository tell. Git itself is not run, so neither are hooks or anything its configuration names. */
export interface GitFolder {
  /** The top of the work tree; the folder itself outside of git. */
  root: string;
  /** owner/name by the remote; undefined when there is none on a GitHub. */
  repository: string | undefined;
  defaultBranch: string;
}

/** Looks at a folder and those above it for a git repository. */
export async function readGitFolder(folder: string): Promise<GitFolder> {
  const start = resolve(folder);
  for (let root = start; ; root = dirname(root)) {
    const git = await findGit(root);
    if (git !== undefined) return { root, repository: await readRemote(git), defaultBranch: await readDefaultBranch(git) };
    if (dirname(root) === root) return { root: start, repository: undefined, defaultBranch: 'main' };
  }
}

/** The folder of git's own files: `.git`, or for a linked work tree what it shares with the main one. */
async function findGit(root: string): Promise<string | undefined> {
  const path = join(root, '.git');
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return path;
  const link = found?.isFile() ? /^gitdir: (.+)$/m.exec(await readText(path))?.[1] : undefined;
  if (link === undefined) return undefined;
  const own = resolve(root, link.trim());
  const shared = (await readText(join(own, 'commondir'))).trim();
  return shared === '' ? own : resolve(own, shared);
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

async function readRemote(git: string): Promise<string | undefined> {
  const sections = (await readText(join(git, 'config'))).split(/^(?=\[)/m);
  const remotes = sections.filter((section) => section.startsWith('[remote '));
  const section = remotes.find((text) => text.startsWith('[remote "origin"]')) ?? remotes[0];
  const url = /^\s*url\s*=\s*(\S+)\s*$/m.exec(section ?? '')?.[1];
  const name = /^(?:[a-z+]+:\/\/[^/]+\/|[^/@]+@[^/:]+:|[^/@:]+:(?!\/))([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(url ?? '')?.[1];
  return name !== undefined && isRepositoryName(name) ? name : undefined;
}

/** True for owner/name as GitHub has them. */
export function isRepositoryName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9_])?\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/.test(name);
}

/** What the remote called its default branch when it was cloned; else one of the usual names that is there; else the branch that is checked out. */
async function readDefaultBranch(git: string): Promise<string> {
  const remote = /^ref: refs\/remotes\/origin\/(\S+)$/m.exec(await readText(join(git, 'refs', 'remotes', 'origin', 'HEAD')))?.[1];
  if (remote !== undefined) return remote;
  const packed = await readText(join(git, 'packed-refs'));
  for (const name of ['main', 'master']) {
    const loose = await stat(join(git, 'refs', 'heads', name)).catch(() => undefined);
    if (loose || packed.includes(` refs/heads/${name}\n`)) return name;
  }
  return /^ref: refs\/heads\/(\S+)$/m.exec(await readText(join(git, 'HEAD')))?.[1] ?? 'main';
}
