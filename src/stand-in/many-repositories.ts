import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { CheapGit, Template } from './cheap-git.ts';
import { initialiseRepository, listRefs, writeCommit, writeRef, type GitPlace } from './git-repository.ts';
import { announceRepository } from './operations.ts';
import { findRepository, readAccount, type Repository, type World } from './world.ts';

/** Many repositories that begin with the same commit. */
export interface ManyRepositories {
  owner: string;
  /** Their names are this with a number behind it, from 1 on. */
  prefix: string;
  count: number;
  files?: Record<string, string>;
  /** Branches beside `main`, all at the same commit. */
  branches?: string[];
  /** Lightweight tags. */
  tags?: string[];
  /** When they were made and last pushed to; now by default. ISO-8601. */
  pushedAt?: string;
}

const defaultBranch = 'main';

/** Makes many repositories at once. They are like any other, but until somebody writes into one it shares the git directory of all. */
export async function createRepositories(world: World & { git: CheapGit }, options: ManyRepositories): Promise<Repository[]> {
  const owner = readAccount(world, options.owner);
  const first = findRepository(world, `${owner.login}/${options.prefix}1`);
  if (first) throw new Error(`There is a repository ${owner.login}/${options.prefix}1 already.`);
  const at = options.pushedAt === undefined ? world.now() : new Date(options.pushedAt);
  const template = await createTemplate(world, options, at);
  const made: Repository[] = [];
  for (let number = 1; number <= options.count; number += 1) {
    const id = world.nextId();
    const repository: Repository = {
      id,
      owner,
      name: `${options.prefix}${number}`,
      private: true,
      archived: false,
      deleted: false,
      description: null,
      defaultBranch,
      createdAt: at,
      updatedAt: at,
      pushedAt: at,
      gitDirectory: join(world.directory, 'repositories', `${id}.git`),
      formerNames: new Set<string>(),
      activity: [],
      checkRuns: [],
      issues: [],
    };
    world.git.borrow(repository.gitDirectory, template);
    world.repositories.set(id, repository);
    made.push(repository);
  }
  for (const repository of made) announceRepository(world, repository, { action: 'created' });
  return made;
}

async function createTemplate(world: World, options: ManyRepositories, at: Date): Promise<Template> {
  const gitDirectory = join(world.directory, 'templates', `${randomUUID()}.git`);
  const place: GitPlace = { git: world.git, gitDirectory };
  await initialiseRepository(gitDirectory, defaultBranch);
  const author = { name: world.pusher.login, email: world.pusher.email };
  const files = options.files ?? { 'README.md': `# ${options.prefix}` };
  const sha = await writeCommit(place, { branch: defaultBranch, message: 'Initial commit', files, author, at });
  for (const name of options.branches ?? []) await writeRef(place, `refs/heads/${name}`, sha);
  for (const name of options.tags ?? []) await writeRef(place, `refs/tags/${name}`, sha);
  const refs = await listRefs(place);
  const lines = refs.map(({ name, sha: head, peeled, type }) => ({
    name,
    line: [name, head, peeled === head ? '' : peeled, type].join('\0'),
  }));
  return { gitDirectory, refs: lines };
}
