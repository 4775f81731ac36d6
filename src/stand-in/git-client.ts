import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GitError, gitEnvironment } from './git-process.ts';

/** Where a working copy comes from and goes to. */
export interface WorkingCopyOptions {
  /** Clone address. */
  url: string;
  /** Made by the clone. */
  directory: string;
  /** Login that the stand-in shows as the pusher; nobody is asked for a password. */
  user?: string;
  /** PATH on which git is found. */
  path?: string;
}

/** A clone made with the real git client, independent of the user's git configuration. */
export interface WorkingCopy {
  readonly directory: string;
  /** Writes files (`null` removes one), commits them on the branch (made where HEAD is when missing), and answers the sha. */
  commit(files: Record<string, string | null>, message: string, options?: { branch?: string }): Promise<string>;
  /** Pushes refspecs, by default the current branch. */
  push(refspecs?: string[], options?: { force?: boolean }): Promise<void>;
  tag(name: string, options?: { annotated?: boolean; message?: string }): Promise<void>;
  /** Deletes a branch or tag on the server; a full ref or a branch name. */
  deleteRemote(ref: string): Promise<void>;
  /** Any git command in the working copy; answers its trimmed output, throws `GitError` when it fails. */
  run(...args: string[]): Promise<string>;
}

/** Clones a repository (an empty one is fine) and answers what a person would do with it. */
export async function createWorkingCopy(options: WorkingCopyOptions): Promise<WorkingCopy> {
  const { directory } = options;
  const environment = gitEnvironment(options.path ?? '/usr/local/bin:/usr/bin:/bin', dirname(directory));
  const identify = options.user === undefined ? [] : ['-c', `http.extraHeader=Authorization: Basic ${btoa(`${options.user}:`)}`];
  await mkdir(dirname(directory), { recursive: true });
  await runGit(dirname(directory), environment, ['-c', 'init.defaultBranch=main', ...identify, 'clone', '--quiet', options.url, directory]);
  const run = (...args: string[]): Promise<string> => runGit(directory, environment, [...identify, ...args]);
  return {
    directory,
    run,
    commit: (files, message, { branch } = {}) =>
      commit({ directory, run }, { files, message, ...(branch === undefined ? {} : { branch }) }),
    async push(refspecs = ['HEAD'], { force = false } = {}) {
      await run('push', '--quiet', ...(force ? ['--force'] : []), 'origin', ...refspecs);
    },
    async tag(name, { annotated = false, message = name } = {}) {
      await run('tag', ...(annotated ? ['--annotate', '--message', message] : []), '--', name);
    },
    async deleteRemote(ref) {
      await run('push', '--quiet', 'origin', `:${ref.startsWith('refs/') ? ref : `refs/heads/${ref}`}`);
    },
  };
}

async function commit(
  { directory, run }: Pick<WorkingCopy, 'directory' | 'run'>,
  { files, message, branch }: { files: Record<string, string | null>; message: string; branch?: string },
): Promise<string> {
  if (branch !== undefined) await switchTo(run, branch);
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await (content === null ? rm(file) : writeFile(file, content));
  }
  await run('add', '--all');
  await run('commit', '--quiet', '--allow-empty', '--message', message);
  return run('rev-parse', 'HEAD');
}

async function switchTo(run: WorkingCopy['run'], branch: string): Promise<void> {
  const current = await run('symbolic-ref', '--short', 'HEAD');
  if (current === branch) return;
  const known = await run('for-each-ref', '--format=x', `refs/heads/${branch}`);
  await run('switch', '--quiet', '--no-guess', ...(known === '' ? ['--create'] : []), branch);
}

function runGit(directory: string, environment: Record<string, string>, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(stdout).toString().trim());
      else reject(new GitError(args, { code: code ?? -1, stderr: Buffer.concat(stderr).toString() }));
    });
  });
}
