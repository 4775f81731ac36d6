/** Where a repository keeps its watches, on the default branch. */
export const configPath = '.github/repowatch.yml';
