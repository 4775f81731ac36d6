/** The type words of changes to a repository itself, after GitHub's actions of the `repository` event (handbook B6). */
export const repositoryChangeTypes = [
  'repository.created',
  'repository.deleted',
  'repository.archived',
  'repository.unarchived',
  'repository.edited',
  'repository.renamed',
  'repository.transferred',
  'repository.publicized',
  'repository.privatized',
] as const;
export type RepositoryChangeType = (typeof repositoryChangeTypes)[number];

/** What is stored with a change to a repository, beside its columns. */
export interface RepositoryChangeData {
  /** What it was before, as far as GitHub says: name, owner, default branch. */
  from: Record<string, unknown>;
}
