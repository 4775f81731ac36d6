import { readObjects, type GitPlace } from './git-repository.ts';

/** Who wrote or committed, with the time as git keeps it. */
export interface Signature {
  name: string;
  email: string;
  date: Date;
  /** Minutes east of UTC. */
  offset: number;
}

/** A commit, read from its raw object. */
export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

/** An annotated tag, read from its raw object. */
export interface TagObject {
  sha: string;
  object: string;
  type: string;
  tag: string;
  tagger: Signature | null;
  message: string;
}

/** The paths that a commit touched against its first parent. */
interface TouchedPaths {
  added: string[];
  removed: string[];
  modified: string[];
}

/** A commit with the paths that it touched. */
export type LoggedCommit = Commit & TouchedPaths;

/** One changed file of a comparison. */
export interface ChangedFile {
  sha: string;
  path: string;
  previousPath: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed';
  additions: number;
  deletions: number;
}

/** GitHub's cap on the commits of one push (handbook C4). */
export const pushCommitLimit = 2048;
const pushPathLimit = 3000;
/** The tree without entries; git knows it without having it. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Reads commits in the order asked for. */
export async function readCommits(place: GitPlace, shas: string[]): Promise<Commit[]> {
  return (await readObjects(place, shas)).filter(({ type }) => type === 'commit').map(({ sha, content }) => parseCommit(sha, content));
}

/** Reads an annotated tag; `undefined` when the sha is something else. */
export async function readTag(place: GitPlace, sha: string): Promise<TagObject | undefined> {
  const [object] = await readObjects(place, [sha]);
  if (object?.type !== 'tag') return undefined;
  const { headers, message } = splitObject(object.content);
  const tagger = headers.get('tagger')?.[0];
  return {
    sha,
    object: headers.get('object')?.[0] ?? '',
    type: headers.get('type')?.[0] ?? '',
    tag: headers.get('tag')?.[0] ?? '',
    tagger: tagger === undefined ? null : parseSignature(tagger),
    message,
  };
}

function parseCommit(sha: string, content: Buffer): Commit {
  const { headers, message } = splitObject(content);
  return {
    sha,
    tree: headers.get('tree')?.[0] ?? '',
    parents: headers.get('parent') ?? [],
    author: parseSignature(headers.get('author')?.[0] ?? ''),
    committer: parseSignature(headers.get('committer')?.[0] ?? ''),
    message,
  };
}

function splitObject(content: Buffer): { headers: Map<string, string[]>; message: string } {
  const text = content.toString();
  const end = text.indexOf('\n\n');
  const headers = new Map<string, string[]>();
  for (const line of text.slice(0, end === -1 ? undefined : end).split('\n')) {
    const space = line.indexOf(' ');
    const name = line.slice(0, space);
    headers.set(name, [...(headers.get(name) ?? []), line.slice(space + 1)]);
  }
  return { headers, message: end === -1 ? '' : text.slice(end + 2).replace(/\n$/, '') };
}

function parseSignature(line: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (\d+) ([+-])(\d\d)(\d\d)$/.exec(line);
  const [, name = '', email = '', seconds = '0', sign = '+', hours = '0', minutes = '0'] = match ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return { name, email, date: new Date(Number(seconds) * 1000), offset };
}

/** Shas of a walk, newest first; `range` in git's own terms (`sha`, `^sha`). */
export async function listShas(place: GitPlace, range: string[], options: string[] = []): Promise<string[]> {
  const { stdout } = await place.git.run(place.gitDirectory, ['rev-list', ...options, '--stdin'], { input: `${range.join('\n')}\n` });
  return stdout.toString().split('\n').slice(0, -1);
}

const logFields = ['%H', '%T', '%P', '%an', '%ae', '%ad', '%cn', '%ce', '%cd', '%B'];

/**
 * A walk with the paths that each commit touched against its first parent, newest first, in one process. At most 3,000
 * paths per list, as in GitHub's payloads (handbook C4).
 */
export async function readLog(place: GitPlace, range: string[], options: string[] = []): Promise<LoggedCommit[]> {
  const format = `--format=%x01%x00${logFields.join('%x00')}`;
  const args = ['log', '-z', format, '--date=raw', '--name-status', '--no-renames', '--diff-merges=first-parent', ...options, '--stdin'];
  const { stdout } = await place.git.run(place.gitDirectory, args, { input: `${range.join('\n')}\n` });
  const tokens = stdout.toString().split('\0');
  const commits: LoggedCommit[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = (tokens[index] ?? '').replace(/^\n/, '');
    if (token === '\u0001') {
      commits.push(parseLogged(tokens.slice(index + 1, index + 1 + logFields.length)));
      index += logFields.length;
    } else if (/^[AMDT]$/.test(token)) {
      index += 1;
      const last = commits.at(-1);
      const list = token === 'A' ? last?.added : token === 'D' ? last?.removed : last?.modified;
      if (list && list.length < pushPathLimit) list.push(tokens[index] ?? '');
    }
  }
  return commits;
}

function parseLogged(fields: string[]): LoggedCommit {
  const [sha = '', tree = '', parents = '', ...people] = fields;
  const [name = '', email = '', date = '', committer = '', committerEmail = '', committed = '', body = ''] = people;
  return {
    sha,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    author: parseSignature(`${name} <${email}> ${date}`),
    committer: parseSignature(`${committer} <${committerEmail}> ${committed}`),
    message: body.replace(/\n$/, ''),
    added: [],
    removed: [],
    modified: [],
  };
}

/** True when every commit of `before` is still reachable from `after`: a push that is not is forced. */
export async function isAncestor(place: GitPlace, before: string, after: string): Promise<boolean> {
  const { code } = await place.git.run(place.gitDirectory, ['merge-base', '--is-ancestor', before, after], { accept: [1, 128] });
  return code === 0;
}

/** The best common ancestor; `undefined` when the histories have none. */
export async function findMergeBase(place: GitPlace, one: string, other: string): Promise<string | undefined> {
  const { code, stdout } = await place.git.run(place.gitDirectory, ['merge-base', one, other], { accept: [1, 128] });
  return code === 0 ? stdout.toString().trim() : undefined;
}

/** Files that differ between two commits (from nothing when `from` is absent), renames found. */
export async function listChangedFiles(place: GitPlace, from: string | undefined, to: string): Promise<ChangedFile[]> {
  const range = ['diff-tree', '-r', '-z', '-M'];
  const trees = [from ?? emptyTree, to];
  const [raw, numbers] = await Promise.all([
    place.git.run(place.gitDirectory, [...range, '--raw', ...trees]),
    place.git.run(place.gitDirectory, [...range, '--numstat', ...trees]),
  ]);
  const counts = parseNumbers(numbers.stdout.toString().split('\0'));
  const tokens = raw.stdout.toString().split('\0');
  const files: ChangedFile[] = [];
  for (let index = 0; index + 1 < tokens.length;) {
    const [, , , sha = '', letter = 'M'] = (tokens[index] ?? '').split(' ');
    const renamed = letter.startsWith('R') || letter.startsWith('C');
    const path = tokens[index + (renamed ? 2 : 1)] ?? '';
    const { additions, deletions } = counts.get(path) ?? { additions: 0, deletions: 0 };
    const status = renamed ? 'renamed' : letter === 'A' ? 'added' : letter === 'D' ? 'removed' : 'modified';
    files.push({ sha, path, previousPath: renamed ? (tokens[index + 1] ?? null) : null, status, additions, deletions });
    index += renamed ? 3 : 2;
  }
  return files;
}

function parseNumbers(tokens: string[]): Map<string, { additions: number; deletions: number }> {
  const counts = new Map<string, { additions: number; deletions: number }>();
  for (let index = 0; index + 1 < tokens.length;) {
    const [additions = '0', deletions = '0', ...rest] = (tokens[index] ?? '').split('\t');
    const path = rest.join('\t');
    const renamed = path === '';
    // Binary files have a dash here.
    counts.set(renamed ? (tokens[index + 2] ?? '') : path, { additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
    index += renamed ? 3 : 1;
  }
  return counts;
}
