import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Git } from './git-process.ts';

/** A real bare repository that many show as their own until somebody writes into them. */
export interface Template {
  gitDirectory: string;
  /** What `git for-each-ref` says of it, in the format of git-repository.ts. */
  refs: { name: string; line: string }[];
}

/** Git for a world in which most repositories are copies of a few: as long as nobody writes into one, it costs neither a process nor a file. */
export interface CheapGit extends Git {
  /** Makes a directory that does not exist show what the template has. */
  borrow(gitDirectory: string, template: Template): void;
}

/** Commands that only read. */
const readers = new Set(['cat-file', 'ls-tree', 'log', 'rev-list', 'merge-base', 'diff-tree', 'show', 'rev-parse']);

/** Wraps the git runner. The first command that may write, and every clone or push, gives the repository a copy of its own. */
export function createCheapGit(git: Git): CheapGit {
  const borrowed = new Map<string, Template>();
  const copy = (gitDirectory: string, template: Template): void => {
    borrowed.delete(gitDirectory);
    if (existsSync(gitDirectory)) rmSync(gitDirectory, { recursive: true });
    mkdirSync(dirname(gitDirectory), { recursive: true });
    cpSync(template.gitDirectory, gitDirectory, { recursive: true });
  };
  return {
    environment: git.environment,
    borrow(gitDirectory, template) {
      borrowed.set(gitDirectory, template);
    },
    async run(gitDirectory, args, options) {
      const template = borrowed.get(gitDirectory);
      if (!template) return await git.run(gitDirectory, args, options);
      const [command = ''] = args;
      if (command === 'for-each-ref') return { code: 0, stdout: Buffer.from(matchRefs(template, args.slice(2))), stderr: '' };
      if (readers.has(args.find((arg) => !arg.startsWith('--')) ?? '')) return await git.run(template.gitDirectory, args, options);
      copy(gitDirectory, template);
      return await git.run(gitDirectory, args, options);
    },
    start(args, environment) {
      const { GIT_PROJECT_ROOT: root, PATH_INFO: path } = environment;
      const gitDirectory = root === undefined || path === undefined ? '' : join(root, basename(path.split('/')[1] ?? ''));
      const template = borrowed.get(gitDirectory);
      if (template) copy(gitDirectory, template);
      return git.start(args, environment);
    },
  };
}

/** What `for-each-ref` answers to these patterns: a whole name, or the parts that it begins with. */
function matchRefs(template: Template, args: string[]): string {
  const count = Number(args.find((arg) => arg.startsWith('--count='))?.slice('--count='.length) ?? Number.POSITIVE_INFINITY);
  const patterns = args.filter((arg) => !arg.startsWith('--'));
  const fits = (name: string): boolean =>
    patterns.length === 0 ||
    patterns.some((pattern) => name === pattern || name.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`));
  const lines = template.refs.filter(({ name }) => fits(name)).map(({ line }) => `${line}\n`);
  return lines.slice(0, count).join('');
}
