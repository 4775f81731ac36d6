import { didYouMean } from '../core/suggest.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { changeTypes, type ChangeType } from './change.ts';
import { issueChangeTypes } from './issue-change.ts';
import { issueCommentChangeTypes } from './issue-comment-change.ts';
import { memberChangeTypes } from './member-change.ts';
import { pullRequestChangeTypes } from './pull-request-change.ts';
import { repositoryChangeTypes } from './repository-change.ts';

/** A name of an older system, and what it means in ours. */
interface CompatibilityName {
  types: readonly ChangeType[];
  meaning: string;
}

const pushes: ChangeType[] = ['branch.created', 'branch.updated'];

/** GitHub's and older systems' words for one type each: `issues.opened`, `comment.created`. */
function aliases(prefix: string, types: readonly ChangeType[]): [string, CompatibilityName][] {
  return types.map((type) => [prefix + type.slice(type.indexOf('.')), { types: [type], meaning: `The same as \`${type}\`.` }]);
}

/**
 * The names that hooks of the older systems use, and what they mean in ours (features.md R062-R072). The upper-case ones also
 * have bodies of their own: compatibility-bodies.ts.
 */
export const compatibilityNames: ReadonlyMap<string, CompatibilityName> = new Map<string, CompatibilityName>([
  [
    'COMMIT',
    {
      types: [...pushes, 'tag.created', 'tag.moved'],
      meaning: 'Once for every commit that is new in the repository, before the branch it came on.',
    },
  ],
  ['BRANCH_HASH_UPDATED', { types: ['branch.updated'], meaning: 'The head of a branch moved from `oldHash` to `newHash`.' }],
  ['BRANCH_CREATED', { types: ['branch.created'], meaning: 'A branch was created; `oldHash` is empty.' }],
  ['BRANCH_DELETED', { types: ['branch.deleted'], meaning: 'A branch was deleted; `newHash` is empty.' }],
  ['BRANCH_JOINED', { types: ['branch.joined'], meaning: 'Somebody opened the live stream of a branch.' }],
  ['BRANCH_LEFT', { types: ['branch.left'], meaning: 'The live stream of a branch closed.' }],
  ['TAG_CREATED', { types: ['tag.created', 'tag.moved'], meaning: 'A tag points at `commitHash`; a moved tag is deleted and created.' }],
  ['TAG_DELETED', { types: ['tag.deleted', 'tag.moved'], meaning: 'A tag was deleted; without `commitHash`.' }],
  ['PROJECT_DELETED', { types: ['project.deleted'], meaning: 'The repository is gone: deleted, taken out, or the App was removed.' }],
  ['push', { types: pushes, meaning: 'Commits arrived on a branch, new branches included.' }],
  ['pull_request', { types: pullRequestChangeTypes, meaning: 'Everything about pull requests.' }],
  ['issues', { types: issueChangeTypes, meaning: 'Everything about issues.' }],
  ['issue_comment', { types: issueCommentChangeTypes, meaning: 'Everything about comments.' }],
  ['release', { types: ['release.published'], meaning: 'A release is out, once.' }],
  ['member', { types: memberChangeTypes, meaning: 'Everything about direct collaborators.' }],
  ['repository', { types: repositoryChangeTypes, meaning: 'Everything about the repository itself.' }],
  ['action.failed', { types: ['run.dead'], meaning: 'The same as `run.dead`.' }],
  ...aliases('issues', issueChangeTypes),
  ...aliases('comment', issueCommentChangeTypes),
]);

/** The older systems' names of a type. */
export function compatibilityNamesOf(type: ChangeType): string[] {
  return [...compatibilityNames].filter(([, { types }]) => types.includes(type)).map(([name]) => name);
}

/** Every name that a list of events may hold: our types, the older ones, and `all`. */
const eventNames: readonly string[] = ['all', ...changeTypes, ...compatibilityNames.keys()];

/** What is named most: our types and the ones in upper case; the error lists them and not every alias. */
const listed = ['all', ...changeTypes, ...[...compatibilityNames.keys()].filter((name) => name === name.toUpperCase())];

/** The change types that a name of a list of events stands for. An unknown one is a `request_invalid` that lists the valid ones. */
export function readEventName(name: string): Outcome<readonly ChangeType[], 'request_invalid'> {
  if (name === 'all') return ok(changeTypes);
  const own = changeTypes.find((type) => type === name);
  if (own) return ok([own]);
  const older = compatibilityNames.get(name);
  if (older) return ok(older.types);
  const shownName = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return failed(
    'request_invalid',
    `Event ${JSON.stringify(shownName)} is not among the valid events.${didYouMean(name, eventNames)} Valid events: ${listed.join(', ')}.`,
  );
}
