import { notFound, paginate, textField, unprocessable, type ApiAnswer, type RepositoryRequest, type Route } from './api-request.ts';
import { findRef, listTree, readObjects } from './git-repository.ts';
import { accountPayload, isoTime, nodeId, repositoryPayload } from './payloads.ts';
import { organizationOf } from './push-events.ts';
import { apiBase, placeFor } from './routes-repositories.ts';
import { announce } from './webhook-sender.ts';
import { findInstallation, fullName, type Json, type Repository } from './world.ts';

/** Starting workflows: by an event of one's own, or one by its file. A workflow is a file in `.github/workflows`; it is read, never run. */
export const workflowRoutes: Route<RepositoryRequest>[] = [
  { method: 'POST', pattern: '/dispatches', permission: 'contents:write', handle: dispatch },
  { method: 'POST', pattern: '/actions/workflows/:workflow/dispatches', permission: 'actions:write', handle: dispatchWorkflow },
  { method: 'GET', pattern: '/actions/workflows/:workflow/runs', permission: 'actions:read', handle: listRuns },
  { method: 'GET', pattern: '/actions/runs', permission: 'actions:read', handle: listRuns },
  { method: 'GET', pattern: '/actions/runs/:id', permission: 'actions:read', handle: (request) => ({ body: runOf(request) }) },
];

const runs = new WeakMap<Repository, Json[]>();
const folder = '.github/workflows/';

/** The workflow runs of a repository, oldest first. */
export function workflowRunsOf(repository: Repository): Json[] {
  return runs.get(repository) ?? [];
}

async function listWorkflows(request: RepositoryRequest, ref: string): Promise<{ file: string; text: string; sha: string }[]> {
  const place = placeFor(request);
  const found = await findRef(place, ref.startsWith('refs/') ? ref : `refs/heads/${ref}`);
  if (!found) return [];
  const entries = await listTree(place, found.sha, { recursive: true });
  const files = entries.filter(({ path, type }) => type === 'blob' && path.startsWith(folder));
  const blobs = await readObjects(
    place,
    files.map(({ sha }) => sha),
  );
  return files.map(({ path }, index) => ({ file: path.slice(folder.length), text: blobs[index]!.content.toString(), sha: found.sha }));
}

interface NewRun {
  file: string;
  event: string;
  title: string;
  branch: string;
  sha: string;
}

function addRun(request: RepositoryRequest, facts: NewRun): Json {
  const { world, repository } = request;
  const id = world.nextId();
  const now = isoTime(world.now());
  const run: Json = {
    id,
    node_id: nodeId('WFR', id),
    name: facts.file,
    path: `${folder}${facts.file}`,
    display_title: facts.title,
    event: facts.event,
    head_branch: facts.branch,
    head_sha: facts.sha,
    status: 'queued',
    conclusion: null,
    run_number: workflowRunsOf(repository).length + 1,
    run_attempt: 1,
    url: `${apiBase(request)}/actions/runs/${id}`,
    html_url: `${world.url}/${fullName(repository)}/actions/runs/${id}`,
    actor: accountPayload(world, world.app.bot),
    triggering_actor: accountPayload(world, world.app.bot),
    created_at: now,
    updated_at: now,
  };
  runs.set(repository, [...workflowRunsOf(repository), run]);
  return run;
}

async function dispatch(request: RepositoryRequest): Promise<ApiAnswer> {
  const { world, repository, body } = request;
  const eventType = textField(body, 'event_type');
  const clientPayload = body['client_payload'] ?? {};
  // Limits of handbook G4.
  if (eventType === undefined || eventType.length > 100)
    throw unprocessable('Invalid request.\n\n"event_type" wasn\'t supplied or is too long.');
  if (Object.keys(clientPayload).length > 10) throw unprocessable('No more than 10 properties are allowed in client_payload.');
  if (JSON.stringify(clientPayload).length >= 65_536) throw unprocessable('client_payload is too large.');
  world.dispatches.push({ repository: fullName(repository), eventType, clientPayload });
  for (const { file, text, sha } of await listWorkflows(request, repository.defaultBranch)) {
    const [, types] = /repository_dispatch:\s+types:\s*\[([^\]]*)\]/.exec(text) ?? [];
    if (!text.includes('repository_dispatch') || types?.split(',').some((type) => type.trim() === eventType) === false) continue;
    addRun(request, { file, event: 'repository_dispatch', title: eventType, branch: repository.defaultBranch, sha });
  }
  const installation = findInstallation(world, repository);
  if (!installation) return { status: 204 };
  const subject = { repository: repositoryPayload(world, repository), ...organizationOf(world, repository) };
  const said = { action: eventType, branch: repository.defaultBranch, client_payload: clientPayload };
  const payload = { ...said, ...subject, sender: accountPayload(world, world.app.bot) };
  announce(world, { event: 'repository_dispatch', payload, installation, repository });
  return { status: 204 };
}

async function dispatchWorkflow(request: RepositoryRequest): Promise<ApiAnswer> {
  const { repository, body } = request;
  const file = request.param('workflow');
  const known = await listWorkflows(request, repository.defaultBranch);
  if (!known.some((each) => each.file === file)) throw notFound();
  const ref = textField(body, 'ref') ?? '';
  const workflow = (await listWorkflows(request, ref)).find((each) => each.file === file);
  if (!workflow) throw unprocessable(`No ref found for: ${ref}`);
  if (!workflow.text.includes('workflow_dispatch')) throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
  const inputs = Object.keys(body['inputs'] ?? {});
  if (inputs.length > 25) throw unprocessable('Invalid request.\n\nNo more than 25 properties are allowed in inputs.');
  const unexpected = inputs.filter((name) => !new RegExp(`^\\s+${name}:`, 'm').test(workflow.text));
  if (unexpected.length > 0) throw unprocessable(`Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  const run = addRun(request, {
    file,
    event: 'workflow_dispatch',
    title: file,
    branch: ref.replace(/^refs\/(?:heads|tags)\//, ''),
    sha: workflow.sha,
  });
  run['inputs'] = body['inputs'] ?? {};
  if (body['return_run_details'] !== true) return { status: 204 };
  return { body: { workflow_run_id: run['id'], run_url: run['url'], html_url: run['html_url'] } };
}

function listRuns(request: RepositoryRequest): ApiAnswer {
  const query = (name: string) => request.url.searchParams.get(name);
  const file = request.param('workflow');
  const since = /^>=(.+)$/.exec(query('created') ?? '')?.[1];
  const found = workflowRunsOf(request.repository)
    .filter((run) => file === '' || run['path'] === `${folder}${file}`)
    .filter((run) => query('event') === null || run['event'] === query('event'))
    .filter((run) => query('branch') === null || run['head_branch'] === query('branch'))
    .filter((run) => query('actor') === null || (run['actor'] as Json)['login'] === query('actor'))
    .filter((run) => since === undefined || Date.parse(String(run['created_at'])) >= Date.parse(since))
    .toReversed();
  const { items, headers } = paginate(request, found);
  return { body: { total_count: found.length, workflow_runs: items }, headers };
}

function runOf(request: RepositoryRequest): Json {
  const run = workflowRunsOf(request.repository).find(({ id }) => String(id) === request.param('id'));
  if (!run) throw notFound();
  return run;
}
