import {
  ApiProblem,
  notFound,
  paginate,
  textField,
  unprocessable,
  type ApiAnswer,
  type RepositoryRequest,
  type Route,
} from './api-request.ts';
import { addAnnotations } from './check-annotations.ts';
import { resolveCommit } from './git-repository.ts';
import { isoTime, nodeId } from './payloads.ts';
import { apiBase, placeFor } from './routes-repositories.ts';
import { fullName, type Json } from './world.ts';

/** What an App writes on commits: check runs. */
export const writeRoutes: Route<RepositoryRequest>[] = [
  { method: 'POST', pattern: '/check-runs', permission: 'checks:write', handle: createCheckRun },
  { method: 'GET', pattern: '/check-runs/:id', permission: 'checks:read', handle: (request) => ({ body: checkRunOf(request) }) },
  { method: 'PATCH', pattern: '/check-runs/:id', permission: 'checks:write', handle: updateCheckRun },
  { method: 'GET', pattern: '/commits/:ref/check-runs', permission: 'checks:read', handle: listCheckRuns },
];

function refuseArchived({ repository }: RepositoryRequest): void {
  if (repository.archived) throw new ApiProblem(403, 'Repository was archived so is read-only.');
}

async function createCheckRun(request: RepositoryRequest): Promise<ApiAnswer> {
  refuseArchived(request);
  const { world, repository, body } = request;
  const name = textField(body, 'name');
  const headSha = textField(body, 'head_sha');
  if (name === undefined || headSha === undefined) throw unprocessable('Invalid request.\n\n"head_sha", "name" weren\'t supplied.');
  if ((await resolveCommit(placeFor(request), headSha)) !== headSha) throw unprocessable(`No commit found for SHA: ${headSha}`);
  const id = world.nextId();
  const url = `${apiBase(request)}/check-runs/${id}`;
  const run: Json = {
    id,
    node_id: nodeId('CR', id),
    name,
    head_sha: headSha,
    external_id: '',
    url,
    html_url: `${world.url}/${fullName(repository)}/runs/${id}`,
    details_url: world.url,
    status: 'queued',
    conclusion: null,
    started_at: isoTime(world.now()),
    completed_at: null,
    output: { title: null, summary: null, text: null, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: world.app.id },
    app: { id: world.app.id, slug: world.app.slug, name: world.app.slug },
    pull_requests: [],
  };
  applyCheckRun(request, run);
  repository.checkRuns.push(run);
  return { status: 201, body: run };
}

const checkRunFields = ['name', 'details_url', 'external_id', 'status', 'conclusion', 'started_at', 'completed_at'];
/** GitHub's limits for check runs (handbook G1). */
const annotationLimit = 50;
const outputLimit = 65_535;
const conclusions = new Set(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'stale', 'timed_out']);

function applyCheckRun(request: RepositoryRequest, run: Json): void {
  const { body, world } = request;
  for (const field of checkRunFields) if (body[field] !== undefined) run[field] = body[field];
  if (body['conclusion'] !== undefined) {
    if (!conclusions.has(textField(body, 'conclusion') ?? '')) throw unprocessable('Invalid request.\n\n"conclusion" has no such value.');
    run['status'] = 'completed';
    run['completed_at'] ??= isoTime(world.now());
  }
  const output = body['output'];
  if (typeof output !== 'object' || output === null) return;
  const { annotations, ...texts } = output as Json;
  for (const text of [texts['summary'], texts['text']]) {
    if (typeof text === 'string' && text.length > outputLimit)
      throw unprocessable('Invalid request.\n\nOnly 65535 characters are allowed.');
  }
  const added = Array.isArray(annotations) ? annotations.length : 0;
  if (added > annotationLimit) throw unprocessable('Invalid request.\n\nNo more than 50 annotations are allowed.');
  const present = run['output'] as Json;
  addAnnotations(run, annotations);
  run['output'] = { ...present, ...texts, annotations_count: Number(present['annotations_count']) + added };
}

function checkRunOf(request: RepositoryRequest): Json {
  const run = request.repository.checkRuns.find(({ id }) => String(id) === request.param('id'));
  if (!run) throw notFound();
  return run;
}

function updateCheckRun(request: RepositoryRequest): ApiAnswer {
  refuseArchived(request);
  const run = checkRunOf(request);
  applyCheckRun(request, run);
  return { body: run };
}

async function listCheckRuns(request: RepositoryRequest): Promise<ApiAnswer> {
  const ref = request.param('ref');
  const sha = await resolveCommit(placeFor(request), ref);
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${ref}`);
  const { searchParams } = request.url;
  const [name, status] = [searchParams.get('check_name'), searchParams.get('status')];
  const found = request.repository.checkRuns
    .filter((run) => run['head_sha'] === sha && (name === null || run['name'] === name) && (status === null || run['status'] === status))
    .reverse();
  // `latest`, the default, shows one run per name.
  const latest = new Map(found.toReversed().map((run) => [run['name'], run]));
  const shown = searchParams.get('filter') === 'all' ? found : found.filter((run) => latest.get(run['name']) === run);
  const { items, headers } = paginate(request, shown);
  return { body: { total_count: shown.length, check_runs: items }, headers };
}
