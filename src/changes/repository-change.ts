import { z } from 'zod';
import { defineNoun } from './noun.ts';

const types = {
  'repository.created': 'A repository was created.',
  'repository.deleted': 'A repository was deleted.',
  'repository.archived': 'A repository was made read-only.',
  'repository.unarchived': 'An archived repository became writable again.',
  'repository.edited': 'The default branch, description or homepage of a repository was changed.',
  'repository.renamed': 'A repository got another name; `from` has the old one.',
  'repository.transferred': 'A repository moved to another owner; `from` has the old one.',
  'repository.publicized': 'A private repository became public.',
  'repository.privatized': 'A public repository became private.',
} as const;

export type RepositoryChangeType = keyof typeof types;

/** The type words of changes to a repository itself, after GitHub's actions of the `repository` event (handbook B6). */
export const repositoryChangeTypes = Object.keys(types) as RepositoryChangeType[];

/** What is stored with a change to a repository, beside its columns. */
const repositoryChangeData = z.strictObject({
  from: z.record(z.string(), z.unknown()).describe('What it was before, as far as GitHub says: `name`, `owner`, `default_branch`, …'),
});
export type RepositoryChangeData = z.output<typeof repositoryChangeData>;

const samplesOfFrom: Partial<Record<RepositoryChangeType, Record<string, unknown>>> = {
  'repository.edited': { default_branch: 'master' },
  'repository.renamed': { name: 'application' },
  'repository.transferred': { owner: { github_id: '502', login: 'umbrella', type: 'Organization' } },
};

/** Changes to repositories themselves. */
export const repositoryNoun = defineNoun({
  name: 'repository',
  types,
  data: repositoryChangeData,
  sample: (type) => ({ from: samplesOfFrom[type] ?? {} }),
  describe: ({ type, who, repository }) => `${who} ${type.slice('repository.'.length)} ${repository}`,
});
