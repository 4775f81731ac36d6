import {
  ApiProblem,
  emptyRepository,
  notFound,
  pageOf,
  linkHeader,
  linkTo,
  paginate,
  unprocessable,
  type ApiAnswer,
  type RepositoryRequest,
  type Route,
} from './api-request.ts';
import { findMergeBase, listChangedFiles, listShas, readCommits, type ChangedFile, type Commit } from './git-history.ts';
import { listRefs, resolveCommit } from './git-repository.ts';
import { commitPayload } from './payloads.ts';
import { apiBase, placeFor } from './routes-repositories.ts';
import { fullName, type Json } from './world.ts';

const read = 'contents:read';

/** Commits and comparisons. */
export const commitRoutes: Route<RepositoryRequest>[] = [
  { method: 'GET', pattern: '/commits', permission: read, handle: listCommits },
  { method: 'GET', pattern: '/commits/*', permission: read, handle: readCommit },
  { method: 'GET', pattern: '/compare/*', permission: read, handle: compareCommits },
];

function show(request: RepositoryRequest, commit: Commit): Json {
  return commitPayload(request.world, request.repository, commit);
}

async function listCommits(request: RepositoryRequest): Promise<ApiAnswer> {
  const place = placeFor(request);
  const query = (name: string): string | null => request.url.searchParams.get(name);
  const name = query('sha') ?? request.repository.defaultBranch;
  const tip = await resolveCommit(place, name);
  if (tip === undefined) {
    if ((await listRefs(place, '--count=1')).length === 0) throw emptyRepository();
    throw notFound();
  }
  const { page, perPage } = pageOf(request);
  const options = [`--skip=${(page - 1) * perPage}`, `--max-count=${perPage + 1}`, ...timeRange(query('since'), query('until'))];
  const path = query('path');
  const shas = path === null ? await listShas(place, [tip], options) : await listShas(place, [tip, '--', path], options);
  const commits = await readCommits(place, shas.slice(0, perPage));
  const links: [string, string][] = [];
  if (page > 1) links.push(['prev', linkTo(request, { page: String(page - 1) })]);
  if (shas.length > perPage) links.push(['next', linkTo(request, { page: String(page + 1) })]);
  return { body: commits.map((commit) => show(request, commit)), headers: linkHeader(links) };
}

function timeRange(since: string | null, until: string | null): string[] {
  const seconds = (text: string): number => {
    const time = Date.parse(text);
    if (Number.isNaN(time)) throw unprocessable('Invalid request: since and until must be ISO-8601 timestamps.');
    return Math.floor(time / 1000);
  };
  return [...(since === null ? [] : [`--since=${seconds(since)}`]), ...(until === null ? [] : [`--until=${seconds(until)}`])];
}

/** GitHub's page size and cap for the files of one commit (handbook C8). */
const commitFilePage = 300;
const commitFileLimit = 3000;

async function readCommit(request: RepositoryRequest): Promise<ApiAnswer> {
  const place = placeFor(request);
  const name = request.param('*');
  const sha = await resolveCommit(place, name);
  const [commit] = sha === undefined ? [] : await readCommits(place, [sha]);
  if (!commit) {
    if ((await listRefs(place, '--count=1')).length === 0) throw emptyRepository();
    throw unprocessable(`No commit found for SHA: ${name}`);
  }
  if (request.accept.includes('.sha'))
    return { raw: Buffer.from(commit.sha), headers: { 'Content-Type': 'application/vnd.github.sha; charset=utf-8' } };
  const files = (await listChangedFiles(place, commit.parents[0], commit.sha)).slice(0, commitFileLimit);
  const { page } = pageOf(request);
  const more = files.length > page * commitFilePage;
  return {
    body: {
      ...show(request, commit),
      stats: sumUp(files),
      files: files.slice((page - 1) * commitFilePage, page * commitFilePage).map((file) => filePayload(request, commit.sha, file)),
    },
    headers: linkHeader(more ? [['next', linkTo(request, { page: String(page + 1) })]] : []),
  };
}

function sumUp(files: ChangedFile[]): Json {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return { total: additions + deletions, additions, deletions };
}

function filePayload(request: RepositoryRequest, commit: string, file: ChangedFile): Json {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const web = `${request.world.url}/${fullName(request.repository)}`;
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${web}/blob/${commit}/${path}`,
    raw_url: `${web}/raw/${commit}/${path}`,
    contents_url: `${apiBase(request)}/contents/${path}?ref=${commit}`,
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

/** GitHub's caps: 250 commits without paging, 300 files, and these on the first page only (handbook C7). */
const compareCommitLimit = 250;
const compareFileLimit = 300;

async function compareCommits(request: RepositoryRequest): Promise<ApiAnswer> {
  const place = placeFor(request);
  const [left, right] = request.param('*').split('...');
  // `owner:branch` names a fork's branch; there are no forks here.
  const resolve = (name = ''): Promise<string | undefined> => resolveCommit(place, name.slice(name.lastIndexOf(':') + 1));
  const [base, head] = await Promise.all([resolve(left), resolve(right)]);
  if (base === undefined || head === undefined) throw notFound();
  const mergeBase = await findMergeBase(place, base, head);
  if (mergeBase === undefined) throw new ApiProblem(404, `No common ancestor between ${left} and ${right}.`);
  const [ahead, behind] = await Promise.all([listShas(place, [head, `^${base}`]), listShas(place, [base, `^${head}`])]);
  const oldestFirst = ahead.reverse();
  const paged = request.url.searchParams.has('page') || request.url.searchParams.has('per_page');
  const slice = paged ? paginate(request, oldestFirst) : { items: oldestFirst.slice(-compareCommitLimit), headers: {} };
  const [files, commits, [baseCommit, mergeBaseCommit]] = await Promise.all([
    pageOf(request).page === 1 ? listChangedFiles(place, mergeBase, head) : [],
    readCommits(place, slice.items),
    readCommits(place, [base, mergeBase]),
  ]);
  const status = ahead.length > 0 ? (behind.length > 0 ? 'diverged' : 'ahead') : behind.length > 0 ? 'behind' : 'identical';
  const web = `${request.world.url}/${fullName(request.repository)}/compare`;
  return {
    body: {
      url: request.url.href,
      html_url: `${web}/${left}...${right}`,
      permalink_url: `${web}/${base.slice(0, 12)}...${head.slice(0, 12)}`,

      base_commit: baseCommit && show(request, baseCommit),
      merge_base_commit: mergeBaseCommit && show(request, mergeBaseCommit),
      status,
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: commits.map((commit) => show(request, commit)),
      files: files.slice(0, compareFileLimit).map((file) => filePayload(request, head, file)),
    },
    headers: slice.headers,
  };
}
