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
import { isCollaborator, teamsOf } from './collaborators.ts';
import { findRef } from './git-repository.ts';
import { isoTime } from './payloads.ts';
import { addPull, announcePull, pullPayload, pullsOf, type Pull } from './pull-requests.ts';
import { placeFor } from './routes-repositories.ts';
import { readAccount, type Account } from './world.ts';

/** Pull requests as an App opens, edits and hands them out. */
export const pullRoutes: Route<RepositoryRequest>[] = [
  { method: 'GET', pattern: '/pulls', permission: 'pull_requests:read', handle: listPulls },
  { method: 'POST', pattern: '/pulls', permission: 'pull_requests:write', handle: createPull },
  { method: 'GET', pattern: '/pulls/:number', permission: 'pull_requests:read', handle: (request) => show(request, pullOf(request)) },
  { method: 'PATCH', pattern: '/pulls/:number', permission: 'pull_requests:write', handle: editPull },
  { method: 'POST', pattern: '/pulls/:number/requested_reviewers', permission: 'pull_requests:write', handle: requestReviewers },
];

function show({ world, repository }: RepositoryRequest, pull: Pull, status = 200): ApiAnswer {
  return { status, body: pullPayload(world, repository, pull) };
}

function pullOf(request: RepositoryRequest): Pull {
  const pull = pullsOf(request.repository).find(({ number }) => String(number) === request.param('number'));
  if (!pull) throw notFound();
  return pull;
}

const labelOf = ({ repository }: RepositoryRequest, pull: Pull) => `${pull.fork ?? repository.owner.login}:${pull.headRef}`;

function listPulls(request: RepositoryRequest): ApiAnswer {
  const { world, repository, url } = request;
  const query = (name: string) => url.searchParams.get(name);
  const state = query('state') ?? 'open';
  const found = pullsOf(repository)
    .filter((pull) => state === 'all' || pull.issue['state'] === state)
    .filter((pull) => query('head') === null || labelOf(request, pull).toLowerCase() === query('head')!.toLowerCase())
    .filter((pull) => query('base') === null || pull.baseRef === query('base'));
  const ordered = query('direction') === 'asc' ? found : found.toReversed();
  const { items, headers } = paginate(
    request,
    ordered.map((pull) => pullPayload(world, repository, pull)),
  );
  return { body: items, headers };
}

function refuse(message: string, errors: object[]): ApiProblem {
  return new ApiProblem(422, message, { extra: { errors } });
}

async function createPull(request: RepositoryRequest): Promise<ApiAnswer> {
  const { world, repository, body } = request;
  if (repository.archived) throw new ApiProblem(403, 'Repository was archived so is read-only.');
  const [title, head = '', base = ''] = ['title', 'head', 'base'].map((name) => textField(body, name));
  const branch = head.startsWith(`${repository.owner.login}:`) ? head.slice(repository.owner.login.length + 1) : head;
  if (title === undefined || title === '')
    throw refuse('Validation Failed', [{ resource: 'Issue', code: 'missing_field', field: 'title' }]);
  const [from, to] = await Promise.all([branch, base].map((name) => findRef(placeFor(request), `refs/heads/${name}`)));
  const missing = from ? 'base' : 'head';
  if (!from || !to) throw refuse('Validation Failed', [{ resource: 'PullRequest', field: missing, code: 'invalid' }]);
  const custom = (message: string) => refuse('Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }]);
  if (from.sha === to.sha) throw custom(`No commits between ${base} and ${branch}`);
  const twin = pullsOf(repository).find(
    (pull) => pull.issue['state'] === 'open' && pull.fork === undefined && pull.headRef === branch && pull.baseRef === base,
  );
  if (twin) throw custom(`A pull request already exists for ${repository.owner.login}:${branch}.`);
  const pull = addPull(world, repository, {
    title,
    body: textField(body, 'body') ?? null,
    author: world.app.bot,
    fork: undefined,
    headRef: branch,
    headSha: from.sha,
    baseRef: base,
    baseSha: to.sha,
  });
  pull.draft = body['draft'] === true;
  announcePull(world, repository, { action: 'opened', pull, sender: world.app.bot });
  return show(request, pull, 201);
}

function editPull(request: RepositoryRequest): ApiAnswer {
  const { world, repository, body } = request;
  const pull = pullOf(request);
  for (const field of ['title', 'body'] as const) if (body[field] !== undefined) pull.issue[field] = body[field];
  if (body['state'] === 'closed' || body['state'] === 'open')
    Object.assign(pull.issue, { state: body['state'], closed_at: body['state'] === 'closed' ? isoTime(world.now()) : null });
  pull.issue['updated_at'] = isoTime(world.now());
  announcePull(world, repository, { action: 'edited', pull, sender: world.app.bot });
  return show(request, pull);
}

/** All or none, as GitHub does: one name that is no collaborator refuses the whole request. */
function requestReviewers(request: RepositoryRequest): ApiAnswer {
  const { world, repository, body } = request;
  const pull = pullOf(request);
  const names = (field: string) => (Array.isArray(body[field]) ? (body[field] as unknown[]).map(String) : []);
  const [people, teams] = [names('reviewers'), names('team_reviewers')];
  if (people.some((login) => login.toLowerCase() === pull.author.login.toLowerCase()))
    throw unprocessable('Review cannot be requested from pull request author.');
  const known = teamsOf(repository);
  if (people.some((login) => !isCollaborator(repository, login)) || teams.some((slug) => !known.has(slug)))
    throw unprocessable(
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repository.owner.login}/${repository.name} repository.`,
    );
  const asked: Account[] = people.map((login) => readAccount(world, login));
  for (const account of asked) if (!pull.reviewers.includes(account)) pull.reviewers.push(account);
  for (const slug of teams) if (!pull.teams.includes(slug)) pull.teams.push(slug);
  if (asked.length + teams.length > 0) announcePull(world, repository, { action: 'review_requested', pull, sender: world.app.bot });
  return show(request, pull, 201);
}
