import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** What one git process answered. */
interface GitResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

interface GitRunOptions {
  input?: string | Buffer;
  /** Exit codes that are an answer and not a failure; 0 always is. */
  accept?: number[];
  environment?: Record<string, string>;
}

/** Starts git without a shell and with an environment of its own, so that nothing of the user's configuration leaks in. */
export interface Git {
  environment: Record<string, string>;
  run(gitDirectory: string, args: string[], options?: GitRunOptions): Promise<GitResult>;
  start(args: string[], environment: Record<string, string>): ChildProcessByStdio<Writable, Readable, Readable>;
}

/** A git command that ended with an exit code nobody expected; carries what git wrote to stderr. */
export class GitError extends Error {
  readonly stderr: string;
  constructor(args: string[], result: { code: number; stderr: string }) {
    super(`git ${args[0] ?? ''} ended with exit code ${result.code}: ${result.stderr.trim()}`);
    this.name = 'GitError';
    this.stderr = result.stderr;
  }
}

/** The environment of every git process: PATH as given, a HOME without configuration, no prompts, English messages. */
export function gitEnvironment(path: string, home: string): Record<string, string> {
  return {
    PATH: path,
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Octo Cat',
    GIT_AUTHOR_EMAIL: 'octocat@example.com',
    GIT_COMMITTER_NAME: 'Octo Cat',
    GIT_COMMITTER_EMAIL: 'octocat@example.com',
  };
}

/** Creates the git runner; at most `width` short commands run at once, because each is a process. */
export function createGit(options: { path: string; home: string; width?: number }): Git {
  const environment = gitEnvironment(options.path, options.home);
  const gate = createGate(options.width ?? 8);
  return {
    environment,
    run(gitDirectory, args, runOptions = {}) {
      return gate(async () => {
        const child = spawn('git', [`--git-dir=${gitDirectory}`, ...args], {
          env: { ...environment, ...runOptions.environment },
          stdio: ['pipe', 'pipe', 'pipe'],
        });
        const result = await collect(child, runOptions.input);
        if (result.code !== 0 && !runOptions.accept?.includes(result.code)) throw new GitError(args, result);
        return result;
      });
    },
    start(args, extra) {
      return spawn('git', args, { env: { ...environment, ...extra }, stdio: ['pipe', 'pipe', 'pipe'] });
    },
  };
}

function collect(child: ChildProcessByStdio<Writable, Readable, Readable>, input?: string | Buffer): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
    // A command that answers without reading its input closes the pipe early; its exit code says what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function createGate(width: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
