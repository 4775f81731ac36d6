import { dirname, join } from 'node:path/posix';
import { ApiProblem, notFound, type ApiAnswer, type RepositoryRequest, type Route } from './api-request.ts';
import { listTree, readObjects, resolveCommit, type TreeEntry } from './git-repository.ts';
import { apiBase, placeFor } from './routes-repositories.ts';
import { fullName, type Json } from './world.ts';

/** Files and directories at a ref. */
export const contentRoutes: Route<RepositoryRequest>[] = [
  { method: 'GET', pattern: '/contents', permission: 'contents:read', handle: readContents },
  { method: 'GET', pattern: '/contents/*', permission: 'contents:read', handle: readContents },
];

interface Place {
  request: RepositoryRequest;
  commit: string;
  ref: string;
}

/** Up to here a file comes inside the JSON; above it only raw, and above the second not at all (handbook H6). */
const inlineLimit = 1024 * 1024;
const rawLimit = 100 * 1024 * 1024;
const listingLimit = 1000;
const symlinkMode = '120000';

async function readContents(request: RepositoryRequest): Promise<ApiAnswer> {
  const ref = request.url.searchParams.get('ref') ?? request.repository.defaultBranch;
  const commit = await resolveCommit(placeFor(request), ref);
  if (commit === undefined)
    throw request.url.searchParams.has('ref') ? new ApiProblem(404, `No commit found for the ref ${ref}`) : emptyOrMissing();
  const path = request.param('*').replace(/^\/+|\/+$/g, '');
  const place = { request, commit, ref };
  const entry = path === '' ? directoryEntry : await findEntry(place, path);
  if (!entry) throw notFound();
  if (entry.type === 'tree') return listDirectory(place, path);
  if (entry.type === 'commit') return { body: { ...describe(place, entry), submodule_git_url: null } };
  if (entry.mode !== symlinkMode) return readFile(place, entry);
  const target = request.accept.includes('.object') ? undefined : await follow(place, path, entry);
  return target ? readFile(place, { ...target, path }) : describeSymlink(place, entry);
}

const directoryEntry: TreeEntry = { mode: '040000', type: 'tree', sha: '', size: null, path: '' };

function emptyOrMissing(): ApiProblem {
  return new ApiProblem(404, 'This repository is empty.');
}

async function findEntry({ request, commit }: Place, path: string): Promise<TreeEntry | undefined> {
  // No tree has such names, and git takes them as an error.
  if (path.includes('\0') || path.split('/').some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return (await listTree(placeFor(request), commit, { path })).find((entry) => entry.path === path);
}

/** A symlink to a file of the same repository answers with that file, as on GitHub. */
async function follow(place: Place, path: string, entry: TreeEntry): Promise<TreeEntry | undefined> {
  const target = await readText(place, entry.sha);
  if (target.startsWith('/')) return undefined;
  const resolved = join(dirname(path), target);
  const found = resolved.startsWith('..') ? undefined : await findEntry(place, resolved);
  return found?.type === 'blob' && found.mode !== symlinkMode ? found : undefined;
}

async function readText({ request }: Place, sha: string): Promise<string> {
  const [object] = await readObjects(placeFor(request), [sha]);
  return object?.content.toString() ?? '';
}

async function describeSymlink(place: Place, entry: TreeEntry): Promise<ApiAnswer> {
  return { body: { ...describe(place, entry), target: await readText(place, entry.sha) } };
}

async function readFile(place: Place, entry: TreeEntry): Promise<ApiAnswer> {
  const size = entry.size ?? 0;
  const raw = /\.raw\b/.test(place.request.accept);
  if (size > rawLimit) throw new ApiProblem(403, 'This API returns blobs up to 100 MB in size.');
  if (!raw && size > inlineLimit) return { body: { ...describe(place, entry), content: '', encoding: 'none' } };
  const [object] = await readObjects(placeFor(place.request), [entry.sha]);
  if (!object) throw notFound();
  if (raw) return { raw: object.content, headers: { 'Content-Type': 'application/vnd.github.raw; charset=utf-8' } };
  // GitHub breaks its base64 into lines of sixty.
  const content = object.content.toString('base64').replaceAll(/.{1,60}/g, '$&\n');
  return { body: { ...describe(place, entry), content, encoding: 'base64' } };
}

async function listDirectory(place: Place, path: string): Promise<ApiAnswer> {
  const { request, commit } = place;
  const entries = (await listTree(placeFor(request), commit, path === '' ? {} : { path: `${path}/` })).slice(0, listingLimit);
  const listing = entries.map((entry) => describe(place, entry));
  if (!request.accept.includes('.object')) return { body: listing };
  return { body: { ...describe(place, { ...directoryEntry, path }), entries: listing } };
}

function describe({ request, ref }: Place, entry: TreeEntry): Json {
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const base = apiBase(request);
  const web = `${request.world.url}/${fullName(request.repository)}`;
  const url = `${base}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const kind = entry.type === 'tree' ? 'dir' : entry.type === 'commit' ? 'submodule' : entry.mode === symlinkMode ? 'symlink' : 'file';
  const git = entry.type === 'commit' ? null : `${base}/git/${entry.type}s/${entry.sha}`;
  const html = `${web}/${kind === 'dir' ? 'tree' : 'blob'}/${encodeURIComponent(ref)}/${path}`;
  return {
    type: kind,
    size: entry.size ?? 0,
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    url,
    git_url: git,
    html_url: html,
    download_url: kind === 'file' || kind === 'symlink' ? `${web}/raw/${encodeURIComponent(ref)}/${path}` : null,
    _links: { self: url, git, html },
  };
}
