import type { RefChangeData } from '../../changes/ref-change.ts';

/** What there is to look at. */
interface NotedChange {
  considered_pruned_at: Date | null;
  data: Record<string, unknown>;
  default_branch: string | null;
}

const configPath = '.github/repowatch.yml';

/** What else there is to say about what the watches said: that it was forgotten, or that a file was changed where it does not count. */
export function explainConsidered(row: NotedChange): string[] {
  const notes: string[] = [];
  if (row.considered_pruned_at !== null)
    notes.push('What the watches said about this change is not kept any more; WHY_NOT_DAYS says how long it is. Its runs are.');
  const { ref, commits = [] } = row.data as Partial<RefChangeData>;
  const isElsewhere = ref?.kind === 'branch' && row.default_branch !== null && ref.name !== row.default_branch;
  const isTouched = commits.some(({ added, modified, removed }) => [added, modified, removed].some((files) => files.includes(configPath)));
  if (isElsewhere && isTouched)
    notes.push(`It changes ${configPath} on ${ref.name}, where the file is not live: only the one on ${row.default_branch} counts.`);
  return notes;
}
