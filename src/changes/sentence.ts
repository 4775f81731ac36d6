import { isRefChange, type Change } from './change.ts';

const shortSha = (sha: string) => sha.slice(0, 7);

/** One sentence for people that says what a change is. */
export function describeChange(change: Change): string {
  const who = change.actor?.login ?? 'Somebody';
  if (!isRefChange(change)) {
    const verb = change.type.slice('repository.'.length);
    return `${who} ${verb} ${change.repository.full_name}`;
  }
  const { ref, before, after, commit_count: count, forced } = change.data;
  switch (change.type) {
    case 'branch.created':
    case 'tag.created':
      return `${who} created ${ref.kind} ${ref.name} at ${shortSha(after)}`;
    case 'branch.deleted':
    case 'tag.deleted':
      return `${who} deleted ${ref.kind} ${ref.name} (was ${shortSha(before)})`;
    case 'tag.moved':
      return `${who} moved tag ${ref.name} from ${shortSha(before)} to ${shortSha(after)}`;
    case 'branch.updated': {
      const what = change.data.commits_unknown
        ? 'moved'
        : `${forced ? 'force-pushed' : 'pushed'} ${count} commit${count === 1 ? '' : 's'} to`;
      return `${who} ${what} ${ref.name} (${shortSha(before)} to ${shortSha(after)})`;
    }
  }
}
