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
import { isCollaborator } from './collaborators.ts';
import { createLabels, deskOf } from './issue-desk.ts';
import { accountPayload, isoTime, nodeId, repositoryPayload } from './payloads.ts';
import { organizationOf } from './push-events.ts';
import { apiBase } from './routes-repositories.ts';
import { announce } from './webhook-sender.ts';
import { findInstallation, fullName, type Json } from './world.ts';

/** Issues, and pull requests as far as they are issues: their text, state, labels, people and comments. */
export const issueRoutes: Route<RepositoryRequest>[] = [
  { method: 'POST', pattern: '/issues', permission: 'issues:write', handle: createIssue },
  { method: 'GET', pattern: '/issues', permission: 'issues:read', handle: listIssues },
  { method: 'GET', pattern: '/issues/:number', permission: 'issues:read', handle: (request) => ({ body: issueOf(request) }) },
  { method: 'PATCH', pattern: '/issues/:number', permission: 'issues:write', handle: editIssue },
  { method: 'POST', pattern: '/issues/:number/comments', permission: 'issues:write', handle: createComment },
  { method: 'GET', pattern: '/issues/:number/comments', permission: 'issues:read', handle: listComments },
  {
    method: 'GET',
    pattern: '/issues/comments/:id',
    permission: 'issues:read',
    handle: (request) => ({ body: findComment(request).comment }),
  },
  { method: 'PATCH', pattern: '/issues/comments/:id', permission: 'issues:write', handle: editComment },
  {
    method: 'POST',
    pattern: '/issues/:number/labels',
    permission: 'issues:write or pull_requests:write',
    handle: (request) => changeLabels(request, 'add'),
  },
  {
    method: 'PUT',
    pattern: '/issues/:number/labels',
    permission: 'issues:write or pull_requests:write',
    handle: (request) => changeLabels(request, 'set'),
  },
  { method: 'DELETE', pattern: '/issues/:number/labels/:name', permission: 'issues:write', handle: removeLabel },
  { method: 'POST', pattern: '/issues/:number/assignees', permission: 'issues:write', handle: (request) => changeAssignees(request, true) },
  {
    method: 'DELETE',
    pattern: '/issues/:number/assignees',
    permission: 'issues:write',
    handle: (request) => changeAssignees(request, false),
  },
  { method: 'GET', pattern: '/labels', permission: 'issues:read', handle: listLabels },
  { method: 'POST', pattern: '/labels', permission: 'issues:write', handle: createLabel },
  { method: 'GET', pattern: '/milestones', permission: 'issues:read', handle: listMilestones },
];

function refuseWrite({ repository }: RepositoryRequest): void {
  if (repository.archived) throw new ApiProblem(403, 'Repository was archived so is read-only.');
  if (!deskOf(repository).enabled) throw new ApiProblem(410, 'Issues are disabled for this repo');
}

function send(request: RepositoryRequest, event: string, payload: Json): void {
  const { world, repository } = request;
  const installation = findInstallation(world, repository);
  if (!installation) return;
  const subject = { repository: repositoryPayload(world, repository), ...organizationOf(world, repository) };
  announce(world, { event, payload: { ...payload, ...subject, sender: accountPayload(world, world.app.bot) }, installation, repository });
}

/** A pull request tells of itself in its own event. */
function sendIssue(request: RepositoryRequest, issue: Json, what: Json & { action: string }): void {
  if (issue['pull_request'] === undefined) send(request, 'issues', { ...what, issue });
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((each: unknown) => String(typeof each === 'object' ? (each as Json)['name'] : each)) : [];

/** Those of these people who may be assigned; the others are left out without a word (handbook G5). */
function assignable({ world, repository }: RepositoryRequest, logins: string[]): Json[] {
  return logins.flatMap((login) => {
    const account = world.accounts.get(login.toLowerCase());
    return account && isCollaborator(repository, login) ? [accountPayload(world, account)] : [];
  });
}

function createIssue(request: RepositoryRequest): ApiAnswer {
  refuseWrite(request);
  const { world, repository, body } = request;
  const title = textField(body, 'title');
  if (title === undefined || title === '') throw unprocessable('Invalid request.\n\n"title" wasn\'t supplied.');
  if (title.length > 256)
    throw new ApiProblem(422, 'Validation Failed', {
      extra: { errors: [{ resource: 'Issue', code: 'custom', field: 'title', message: 'title is too long (maximum is 256 characters)' }] },
    });
  const id = world.nextId();
  const number = repository.issues.length + 1;
  const now = isoTime(world.now());
  const assignees = assignable(request, textsOf(body['assignees']));
  const issue: Json = {
    id,
    node_id: nodeId('I', id),
    number,
    title,
    body: body['body'] ?? null,
    state: 'open',
    state_reason: null,
    locked: false,
    labels: createLabels(world, repository, textsOf(body['labels'])),
    comments: 0,
    url: `${apiBase(request)}/issues/${number}`,
    html_url: `${world.url}/${fullName(repository)}/issues/${number}`,
    user: accountPayload(world, world.app.bot),
    assignees,
    assignee: assignees[0] ?? null,
    milestone: deskOf(repository).milestones.find((milestone) => milestone['number'] === body['milestone']) ?? null,
    created_at: now,
    updated_at: now,
    closed_at: null,
  };
  repository.issues.push(issue);
  sendIssue(request, issue, { action: 'opened' });
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
  const [since, creator] = [query('since'), query('creator')];
  const found = request.repository.issues
    .filter((issue) => (state === 'all' || issue['state'] === state) && (since === null || String(issue['updated_at']) >= since))
    .filter((issue) => creator === null || String((issue['user'] as Json)['login']).toLowerCase() === creator.toLowerCase())
    .sort(compare);
  const { items, headers } = paginate(request, query('direction') === 'asc' ? found : found.reverse());
  return { body: items, headers };
}

function issueOf(request: RepositoryRequest): Json {
  const issue = request.repository.issues.find(({ number }) => String(number) === request.param('number'));
  if (!issue) throw notFound();
  return issue;
}

function editIssue(request: RepositoryRequest): ApiAnswer {
  refuseWrite(request);
  const { world, repository, body } = request;
  const issue = issueOf(request);
  const now = isoTime(world.now());
  const state = textField(body, 'state');
  if (state !== undefined && state !== 'open' && state !== 'closed') throw unprocessable('Validation Failed');
  for (const field of ['title', 'body', 'state_reason'] as const) if (body[field] !== undefined) issue[field] = body[field];
  if (body['labels'] !== undefined) issue['labels'] = createLabels(world, repository, textsOf(body['labels']));
  if (body['assignees'] !== undefined) issue['assignees'] = assignable(request, textsOf(body['assignees']));
  if (body['milestone'] !== undefined)
    issue['milestone'] = deskOf(repository).milestones.find((milestone) => milestone['number'] === body['milestone']) ?? null;
  issue['updated_at'] = now;
  if (state !== undefined && state !== issue['state']) {
    Object.assign(issue, { state, closed_at: state === 'closed' ? now : null });
    sendIssue(request, issue, { action: state === 'closed' ? 'closed' : 'reopened' });
  } else sendIssue(request, issue, { action: 'edited', changes: {} });
  return { body: issue };
}

function createComment(request: RepositoryRequest): ApiAnswer {
  refuseWrite(request);
  const { world, repository } = request;
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
  const { comments } = deskOf(repository);
  comments.set(issue, [...(comments.get(issue) ?? []), comment]);
  Object.assign(issue, { comments: Number(issue['comments']) + 1, updated_at: now });
  send(request, 'issue_comment', { action: 'created', issue, comment });
  return { status: 201, body: comment };
}

function listComments(request: RepositoryRequest): ApiAnswer {
  const since = request.url.searchParams.get('since');
  const all = deskOf(request.repository).comments.get(issueOf(request)) ?? [];
  const { items, headers } = paginate(
    request,
    all.filter((comment) => since === null || String(comment['updated_at']) >= since),
  );
  return { body: items, headers };
}

function findComment(request: RepositoryRequest): { issue: Json; comment: Json } {
  const found = [...deskOf(request.repository).comments]
    .flatMap(([issue, list]) => list.map((comment) => ({ issue, comment })))
    .find(({ comment }) => String(comment['id']) === request.param('id'));
  if (!found) throw notFound();
  return found;
}

function editComment(request: RepositoryRequest): ApiAnswer {
  refuseWrite(request);
  const { world, body } = request;
  const { issue, comment } = findComment(request);
  const from = comment['body'];
  Object.assign(comment, { body: textField(body, 'body') ?? from, updated_at: isoTime(world.now()) });
  send(request, 'issue_comment', { action: 'edited', issue, comment, changes: { body: { from } } });
  return { body: comment };
}

function listLabels(request: RepositoryRequest): ApiAnswer {
  const { items, headers } = paginate(request, deskOf(request.repository).labels);
  return { body: items, headers };
}

function createLabel(request: RepositoryRequest): ApiAnswer {
  refuseWrite(request);
  const { world, repository, body } = request;
  const name = textField(body, 'name') ?? '';
  if (deskOf(repository).labels.some((label) => String(label['name']).toLowerCase() === name.toLowerCase()))
    throw new ApiProblem(422, 'Validation Failed', { extra: { errors: [{ resource: 'Label', code: 'already_exists', field: 'name' }] } });
  return { status: 201, body: createLabels(world, repository, [name])[0] };
}

/** As on GitHub, a label that the repository does not have is made. */
function changeLabels(request: RepositoryRequest, how: 'add' | 'set'): ApiAnswer {
  refuseWrite(request);
  const { world, repository, body } = request;
  const issue = issueOf(request);
  const given = createLabels(world, repository, textsOf(body['labels']));
  const present = issue['labels'] as Json[];
  const next = how === 'set' ? given : [...present, ...given.filter((label) => !present.includes(label))];
  tellLabels(request, issue, next);
  return { body: next };
}

function removeLabel(request: RepositoryRequest): ApiAnswer {
  refuseWrite(request);
  const issue = issueOf(request);
  const present = issue['labels'] as Json[];
  const next = present.filter((label) => String(label['name']).toLowerCase() !== request.param('name').toLowerCase());
  if (next.length === present.length) throw new ApiProblem(404, 'Label does not exist');
  tellLabels(request, issue, next);
  return { body: next };
}

function tellLabels(request: RepositoryRequest, issue: Json, next: Json[]): void {
  const present = issue['labels'] as Json[];
  Object.assign(issue, { labels: next, updated_at: isoTime(request.world.now()) });
  for (const label of next) if (!present.includes(label)) sendIssue(request, issue, { action: 'labeled', label });
  for (const label of present) if (!next.includes(label)) sendIssue(request, issue, { action: 'unlabeled', label });
}

function changeAssignees(request: RepositoryRequest, add: boolean): ApiAnswer {
  refuseWrite(request);
  const issue = issueOf(request);
  const names = textsOf(request.body['assignees']);
  if (names.length > 10) throw unprocessable('Validation Failed: too many assignees');
  const present = issue['assignees'] as Json[];
  const has = (list: Json[], one: Json) => list.some((each) => each['id'] === one['id']);
  const given = add
    ? assignable(request, names)
    : present.filter((each) => names.some((name) => name.toLowerCase() === String(each['login']).toLowerCase()));
  const next = add ? [...present, ...given.filter((one) => !has(present, one))].slice(0, 10) : present.filter((one) => !has(given, one));
  Object.assign(issue, { assignees: next, assignee: next[0] ?? null, updated_at: isoTime(request.world.now()) });
  for (const assignee of given)
    if (has(present, assignee) !== add) sendIssue(request, issue, { action: add ? 'assigned' : 'unassigned', assignee });
  return { status: add ? 201 : 200, body: issue };
}

function listMilestones(request: RepositoryRequest): ApiAnswer {
  const { items, headers } = paginate(request, deskOf(request.repository).milestones);
  return { body: items, headers };
}
