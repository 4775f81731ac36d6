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
import { accountPayload, isoTime, nodeId, repositoryPayload } from './payloads.ts';
import { organizationOf } from './push-events.ts';
import { apiBase, placeFor } from './routes-repositories.ts';
import { announce } from './webhook-sender.ts';
import { findInstallation, fullName, type Json } from './world.ts';

/** What an App writes: check runs, issues, comments. */
export const writeRoutes: Route<RepositoryRequest>[] = [
  { method: 'POST', pattern: '/check-runs', permission: 'checks:write', handle: createCheckRun },
  { method: 'GET', pattern: '/check-runs/:id', permission: 'checks:read', handle: (request) => ({ body: checkRunOf(request) }) },
  { method: 'PATCH', pattern: '/check-runs/:id', permission: 'checks:write', handle: updateCheckRun },
  { method: 'GET', pattern: '/commits/:ref/check-runs', permission: 'checks:read', handle: listCheckRuns },
  { method: 'POST', pattern: '/issues', permission: 'issues:write', handle: createIssue },
  { method: 'GET', pattern: '/issues', permission: 'issues:read', handle: listIssues },
  { method: 'GET', pattern: '/issues/:number', permission: 'issues:read', handle: (request) => ({ body: issueOf(request) }) },
  { method: 'POST', pattern: '/issues/:number/comments', permission: 'issues:write', handle: createComment },
  { method: 'GET', pattern: '/issues/:number/comments', permission: 'issues:read', handle: listComments },
];

function refuseArchived({ repository }: RepositoryRequest): void {
  if (repository.archived) throw new ApiProblem(403, 'Repository was archived so is read-only.');
}

function send(request: RepositoryRequest, event: string, payload: Json): void {
  const { world, repository } = request;
  const installation = findInstallation(world, repository);
  if (!installation) return;
  const subject = { repository: repositoryPayload(world, repository), ...organizationOf(world, repository) };
  announce(world, { event, payload: { ...payload, ...subject, sender: accountPayload(world, world.app.bot) }, installation, repository });
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

function createIssue(request: RepositoryRequest): ApiAnswer {
  refuseArchived(request);
  const { world, repository, body } = request;
  const title = textField(body, 'title');
  if (title === undefined || title === '') throw unprocessable('Invalid request.\n\n"title" wasn\'t supplied.');
  const id = world.nextId();
  const number = repository.issues.length + 1;
  const now = isoTime(world.now());
  const labels = Array.isArray(body['labels']) ? body['labels'].map((name: unknown) => ({ name })) : [];
  const issue: Json = {
    id,
    node_id: nodeId('I', id),
    number,
    title,
    body: body['body'] ?? null,
    state: 'open',
    locked: false,
    labels,
    comments: 0,
    url: `${apiBase(request)}/issues/${number}`,
    html_url: `${world.url}/${fullName(repository)}/issues/${number}`,
    user: accountPayload(world, world.app.bot),
    // Unknown assignees and milestones are dropped without a word (handbook G5).
    assignees: [],
    assignee: null,
    milestone: null,
    created_at: now,
    updated_at: now,
    closed_at: null,
  };
  repository.issues.push(issue);
  send(request, 'issues', { action: 'opened', issue });
  return { status: 201, body: issue, headers: { Location: String(issue['url']) } };
}

function listIssues(request: RepositoryRequest): ApiAnswer {
  const query = (name: string): string | null => request.url.searchParams.get(name);
  const state = query('state') ?? 'open';
  const field = query('sort') === 'updated' ? 'updated_at' : 'number';
  const compare = (one: Json, other: Json): number => {
    const [left, right] = [one[field], other[field]];
    return typeof left === 'number' ? left - Number(right) : String(left).localeCompare(String(right));
  };
  const since = query('since');
  const found = request.repository.issues
    .filter((issue) => (state === 'all' || issue['state'] === state) && (since === null || String(issue['updated_at']) >= since))
    .sort(compare);
  const { items, headers } = paginate(request, query('direction') === 'asc' ? found : found.reverse());
  return { body: items, headers };
}

function issueOf(request: RepositoryRequest): Json {
  const issue = request.repository.issues.find(({ number }) => String(number) === request.param('number'));
  if (!issue) throw notFound();
  return issue;
}

/** Kept outside the issue, so that they do not show up inside it. */
const comments = new WeakMap<Json, Json[]>();

function createComment(request: RepositoryRequest): ApiAnswer {
  refuseArchived(request);
  const { world } = request;
  const issue = issueOf(request);
  const text = textField(request.body, 'body');
  if (text === undefined || text === '') throw unprocessable('Invalid request.\n\n"body" wasn\'t supplied.');
  const id = world.nextId();
  const now = isoTime(world.now());
  const comment: Json = {
    id,
    node_id: nodeId('IC', id),
    body: text,
    user: accountPayload(world, world.app.bot),
    created_at: now,
    updated_at: now,
    url: `${apiBase(request)}/issues/comments/${id}`,
    html_url: `${String(issue['html_url'])}#issuecomment-${id}`,
  };
  comments.set(issue, [...(comments.get(issue) ?? []), comment]);
  Object.assign(issue, { comments: Number(issue['comments']) + 1, updated_at: now });
  send(request, 'issue_comment', { action: 'created', issue, comment });
  return { status: 201, body: comment };
}

function listComments(request: RepositoryRequest): ApiAnswer {
  const { items, headers } = paginate(request, comments.get(issueOf(request)) ?? []);
  return { body: items, headers };
}
