import {
  ApiProblem,
  emptyRepository,
  notFound,
  paginate,
  linkHeader,
  linkTo,
  type ApiAnswer,
  type RepositoryRequest,
  type Route,
} from './api-request.ts';
import { readCommits, readTag } from './git-history.ts';
import { findRef, listRefs, listTree, readObjects, resolveCommit, type GitPlace, type Ref } from './git-repository.ts';
import { accountPayload, commitPayload, isoTime, nodeId, repositoryPayload, restPerson, unsigned } from './payloads.ts';
import { placeOf } from './push-events.ts';
import { fullName, type Json } from './world.ts';

const read = 'contents:read';

/** A repository, its branches, refs, tags, trees, blobs and push history. */
export const repositoryRoutes: Route<RepositoryRequest>[] = [
  { method: 'GET', pattern: '', handle: describeRepository },
  { method: 'GET', pattern: '/branches', permission: read, handle: listBranches },
  { method: 'GET', pattern: '/branches/*', permission: read, handle: readBranch },
  { method: 'GET', pattern: '/git/matching-refs/*', permission: read, handle: listMatchingRefs },
  { method: 'GET', pattern: '/git/ref/*', permission: read, handle: readRef },
  { method: 'GET', pattern: '/git/tags/:sha', permission: read, handle: readTagObject },
  { method: 'GET', pattern: '/git/trees/*', permission: read, handle: readTree },
  { method: 'GET', pattern: '/git/blobs/:sha', permission: read, handle: readBlob },
  { method: 'GET', pattern: '/tags', permission: read, handle: listTags },
  { method: 'GET', pattern: '/activity', permission: read, handle: listActivity },
];

/** The git place of the request's repository. */
export function placeFor(request: RepositoryRequest): GitPlace {
  return placeOf(request.world, request.repository);
}

/** The API address of the request's repository. */
export function apiBase({ world, repository }: RepositoryRequest): string {
  return `${world.url}/api/v3/repos/${fullName(repository)}`;
}

function describeRepository({ world, repository }: RepositoryRequest): ApiAnswer {
  const { madeFrom } = repository;
  const model = madeFrom && repositoryPayload(world, madeFrom.model);
  const origin = madeFrom?.kind === 'fork' ? { fork: true, parent: model, source: model } : { template_repository: model ?? null };
  return { body: { ...repositoryPayload(world, repository), ...origin, network_count: 0, subscribers_count: 0 } };
}

async function listBranches(request: RepositoryRequest): Promise<ApiAnswer> {
  // No branch is protected here.
  const refs = request.url.searchParams.get('protected') === 'true' ? [] : await listRefs(placeFor(request), 'refs/heads/');
  const { items, headers } = paginate(request, refs);
  const body = items.map(({ name, sha }) => ({
    name: name.slice('refs/heads/'.length),
    commit: { sha, url: `${apiBase(request)}/commits/${sha}` },
    protected: false,
  }));
  return { body, headers };
}

async function readBranch(request: RepositoryRequest): Promise<ApiAnswer> {
  const name = request.param('*');
  const place = placeFor(request);
  const ref = await findRef(place, `refs/heads/${name}`);
  if (!ref) throw new ApiProblem(404, 'Branch not found');
  const [commit] = await readCommits(place, [ref.sha]);
  if (!commit) throw notFound();
  const url = `${apiBase(request)}/branches/${encodeURIComponent(name)}`;
  return {
    body: {
      name,
      commit: commitPayload(request.world, request.repository, commit),
      _links: { self: url, html: `${request.world.url}/${fullName(request.repository)}/tree/${name}` },
      protected: false,
      protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
      protection_url: `${url}/protection`,
    },
  };
}

async function refuseEmpty(place: GitPlace): Promise<void> {
  if ((await listRefs(place, '--count=1')).length === 0) throw emptyRepository();
}

/** Every ref whose name begins with what was asked, not only whole parts (handbook D1). */
async function listMatchingRefs(request: RepositoryRequest): Promise<ApiAnswer> {
  const place = placeFor(request);
  const prefix = `refs/${request.param('*')}`;
  const directory = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const refs = (await listRefs(place, directory)).filter(({ name }) => name.startsWith(prefix));
  if (refs.length === 0) await refuseEmpty(place);
  const { items, headers } = paginate(request, refs);
  return { body: items.map((ref) => refPayload(request, ref)), headers };
}

function refPayload(request: RepositoryRequest, ref: Ref): Json {
  const base = apiBase(request);
  const path = ref.name.split('/').slice(1).map(encodeURIComponent).join('/');
  const kinds: Record<string, string> = { commit: 'commits', tag: 'tags', tree: 'trees', blob: 'blobs' };
  return {
    ref: ref.name,
    node_id: nodeId('REF', `${request.repository.id}:${ref.name}`),
    url: `${base}/git/refs/${path}`,
    object: { sha: ref.sha, type: ref.type, url: `${base}/git/${kinds[ref.type] ?? 'commits'}/${ref.sha}` },
  };
}

async function readRef(request: RepositoryRequest): Promise<ApiAnswer> {
  const place = placeFor(request);
  const ref = await findRef(place, `refs/${request.param('*')}`);
  if (ref) return { body: refPayload(request, ref) };
  await refuseEmpty(place);
  throw notFound();
}

async function readTagObject(request: RepositoryRequest): Promise<ApiAnswer> {
  const tag = await readTag(placeFor(request), request.param('sha'));
  if (!tag) throw notFound();
  const base = apiBase(request);
  return {
    body: {
      node_id: nodeId('TA', `${request.repository.id}:${tag.sha}`),
      sha: tag.sha,
      url: `${base}/git/tags/${tag.sha}`,
      tagger: tag.tagger && restPerson(tag.tagger),
      object: { sha: tag.object, type: tag.type, url: `${base}/git/${tag.type}s/${tag.object}` },
      tag: tag.tag,
      message: tag.message,
      verification: unsigned,
    },
  };
}

/** At this many entries GitHub cuts a tree and says so. */
const treeLimit = 100_000;

async function readTree(request: RepositoryRequest): Promise<ApiAnswer> {
  const place = placeFor(request);
  const name = request.param('*');
  const [object] = await readObjects(place, [name]);
  const commit = object?.type === 'tree' ? undefined : await resolveCommit(place, name);
  if (!commit && object?.type !== 'tree') {
    await refuseEmpty(place);
    throw notFound();
  }
  const tree = commit ? ((await readCommits(place, [commit]))[0]?.tree ?? name) : name;
  const recursive = request.url.searchParams.has('recursive');
  const entries = await listTree(place, tree, { recursive });
  const base = `${apiBase(request)}/git`;
  const shown = entries.slice(0, treeLimit).map(({ path, mode, type, sha, size }) => {
    // Undefined fields leave the JSON: a tree has no size, and a submodule no address.
    return { path, mode, type, sha, size: size ?? undefined, url: type === 'commit' ? undefined : `${base}/${type}s/${sha}` };
  });
  return { body: { sha: tree, url: `${base}/trees/${tree}`, tree: shown, truncated: entries.length > treeLimit } };
}

async function readBlob(request: RepositoryRequest): Promise<ApiAnswer> {
  const [blob] = await readObjects(placeFor(request), [request.param('sha')]);
  if (blob?.type !== 'blob') throw notFound();
  const { sha, content } = blob;
  const url = `${apiBase(request)}/git/blobs/${sha}`;
  return { body: { sha, node_id: nodeId('B', sha), size: content.length, url, content: content.toString('base64'), encoding: 'base64' } };
}

async function listTags(request: RepositoryRequest): Promise<ApiAnswer> {
  const { items, headers } = paginate(request, (await listRefs(placeFor(request), 'refs/tags/')).reverse());
  const base = apiBase(request);
  const body = items.map(({ name, peeled }) => {
    const tag = name.slice('refs/tags/'.length);
    return {
      name: tag,
      commit: { sha: peeled, url: `${base}/commits/${peeled}` },
      node_id: nodeId('REF', `${request.repository.id}:${name}`),
    };
  });
  return { body, headers };
}

/** The push history of branches, newest first, by cursor (handbook D6). */
function listActivity(request: RepositoryRequest): ApiAnswer {
  const { world, repository, url } = request;
  const query = (name: string): string | null => url.searchParams.get(name);
  const ref = query('ref');
  const wanted = ref === null ? null : ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
  const since = world.now().getTime() - (periods[query('time_period') ?? ''] ?? Number.POSITIVE_INFINITY);
  const actor = query('actor')?.toLowerCase();
  const type = query('activity_type');
  const oldestFirst = query('direction') === 'asc';
  const found = repository.activity.filter(
    (each) =>
      (wanted === null || each.ref === wanted) &&
      (type === null || each.type === type) &&
      (actor === undefined || each.actor.login.toLowerCase() === actor) &&
      each.timestamp.getTime() >= since,
  );
  if (!oldestFirst) found.reverse();
  const cursor = query('after');
  const start = cursor === null ? 0 : found.findIndex(({ id }) => String(id) === cursor) + 1;
  const perPage = Math.min(100, Number(query('per_page') ?? 30) || 30);
  const items = found.slice(start, start + perPage);
  const last = items.at(-1);
  const more = last !== undefined && found.length > start + items.length;
  const body = items.map((each) => ({
    id: each.id,
    node_id: nodeId('PSH', each.id),
    before: each.before,
    after: each.after,
    ref: each.ref,
    timestamp: isoTime(each.timestamp),
    activity_type: each.type,
    actor: accountPayload(world, each.actor),
  }));
  return { body, headers: linkHeader(more ? [['next', linkTo(request, { after: String(last.id) })]] : []) };
}

const day = 24 * 3_600_000;
const periods: Record<string, number> = { day, week: 7 * day, month: 30 * day, quarter: 91 * day, year: 365 * day };
