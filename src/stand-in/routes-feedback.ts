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
import { annotationsOf } from './check-annotations.ts';
import { resolveCommit } from './git-repository.ts';
import { accountPayload, isoTime } from './payloads.ts';
import { placeFor } from './routes-repositories.ts';
import type { Json, Repository } from './world.ts';

/** What else an App says on a commit: statuses, and the annotations of check runs. */
export const feedbackRoutes: Route<RepositoryRequest>[] = [
  { method: 'POST', pattern: '/statuses/:sha', permission: 'statuses:write', handle: createStatus },
  { method: 'GET', pattern: '/commits/:ref/statuses', permission: 'statuses:read', handle: listStatuses },
  { method: 'GET', pattern: '/check-runs/:id/annotations', permission: 'checks:read', handle: listAnnotations },
];

const statuses = new WeakMap<Repository, Json[]>();
const states = new Set(['error', 'failure', 'pending', 'success']);
/** The most statuses of one context on one commit (handbook G3). */
const maxStatuses = 1_000;

/** Every status of a repository, oldest first. */
export function statusesOf(repository: Repository): Json[] {
  return statuses.get(repository) ?? [];
}

async function createStatus(request: RepositoryRequest): Promise<ApiAnswer> {
  const { world, repository, body } = request;
  if (repository.archived) throw new ApiProblem(403, 'Repository was archived so is read-only.');
  const sha = request.param('sha');
  if ((await resolveCommit(placeFor(request), sha)) !== sha) throw unprocessable(`No commit found for SHA: ${sha}`);
  const state = textField(body, 'state') ?? '';
  if (!states.has(state)) throw unprocessable('Validation Failed');
  const description = textField(body, 'description') ?? null;
  if (description !== null && description.length > 140)
    throw unprocessable('Validation Failed: description is too long (maximum is 140 characters)');
  const context = textField(body, 'context') ?? 'default';
  const present = statusesOf(repository);
  if (present.filter((status) => status['sha'] === sha && status['context'] === context).length >= maxStatuses)
    throw unprocessable('Validation Failed: This SHA and context has reached the maximum number of statuses.');
  const id = world.nextId();
  const now = isoTime(world.now());
  const url = `${world.url}/api/v3/repositories/${repository.id}/statuses/${sha}`;
  const target = textField(body, 'target_url') ?? null;
  const creator = accountPayload(world, world.app.bot);
  const status: Json = { id, sha, url, state, description, target_url: target, context, created_at: now, updated_at: now, creator };
  statuses.set(repository, [...present, status]);
  return { status: 201, body: status };
}

async function listStatuses(request: RepositoryRequest): Promise<ApiAnswer> {
  const sha = await resolveCommit(placeFor(request), request.param('ref'));
  if (sha === undefined) throw notFound();
  const { items, headers } = paginate(
    request,
    statusesOf(request.repository)
      .filter((status) => status['sha'] === sha)
      .toReversed(),
  );
  return { body: items, headers };
}

function listAnnotations(request: RepositoryRequest): ApiAnswer {
  const run = request.repository.checkRuns.find(({ id }) => String(id) === request.param('id'));
  if (!run) throw notFound();
  const { items, headers } = paginate(request, annotationsOf(run));
  return { body: items, headers };
}
