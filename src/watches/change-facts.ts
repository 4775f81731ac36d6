import { isRefChange, type Change } from '../changes/change.ts';

/** What a change carries beside its columns, for reading by name; every kind of change has data of its own. */
export function dataOf(change: Change): Readonly<Record<string, unknown>> {
  return change.data as unknown as Record<string, unknown>;
}

/** Follows names into plain data; undefined when they lead nowhere. */
function readFact(root: unknown, ...names: string[]): unknown {
  let value = root;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Where a change can have an author; a comment also has the issue it is on. */
const subjects = ['comment', 'pull_request', 'issue', 'release'] as const;

/** The branch a change is about: its own, or the one that a pull request wants to change. */
export function branchOf(change: Change): string | undefined {
  const data = dataOf(change);
  const ref = data['ref'];
  if (readFact(ref, 'kind') === 'branch') return textOf(readFact(ref, 'name'));
  return textOf(readFact(data, 'pull_request', 'base', 'ref'));
}

/** The tag a change is about: its own, or that of a release. */
export function tagOf(change: Change): string | undefined {
  const data = dataOf(change);
  if (readFact(data, 'ref', 'kind') === 'tag') return textOf(readFact(data, 'ref', 'name'));
  return textOf(readFact(data, 'release', 'tag_name'));
}

/** Who wrote it: of a push the authors of its commits and who pushed, of anything else its author, or else who did it. */
export function authorsOf(change: Change): string[] {
  const data = dataOf(change);
  const commits = isRefChange(change) ? change.data.commits.map((commit) => commit.author.username) : [];
  // Who closes or labels somebody else's issue is not its author.
  const author = subjects.map((name) => textOf(readFact(data, name, 'author', 'login'))).find((login) => login !== undefined);
  const people = author === undefined ? [...commits, change.actor?.login] : [author];
  return [...new Set(people.filter((login) => login !== undefined && login !== null))];
}

/** The labels of what a change is about, and the one that was put on or taken off. */
export function labelsOf(change: Change): string[] {
  const data = dataOf(change);
  const lists = [readFact(data, 'pull_request', 'labels'), readFact(data, 'issue', 'labels'), [data['label']]];
  const names = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : [])).map(textOf);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** What a change is about, for telling whether two are about the same: a ref, a pull request or issue, a release; null for the repository. */
export function subjectOf(change: Change): string | null {
  const data = dataOf(change);
  const ref = textOf(readFact(data, 'ref', 'full'));
  if (ref !== undefined) return ref;
  // A comment on a pull request is about the same number.
  const number = readFact(data, 'pull_request', 'number') ?? readFact(data, 'issue', 'number');
  if (typeof number === 'number') return `#${number}`;
  const release = textOf(readFact(data, 'release', 'id'));
  return release === undefined ? null : `release:${release}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
